"""Topics made up front, and how far each group is behind."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPlace

# confluent_kafka re-exports these without telling type checkers.
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    TopicMetadata,
)

from ingest.bus import TopicPartition
from ingest.errors import Halt, RetryLater
from ingest.kafka.client import BrokerWatch, client_config
from ingest.kafka.errors import error_of, translated
from ingest.kafka.group_offsets import GroupOffsets
from ingest.settings import BusSettings
from ingest.topics import MINUTE_MS, TopicSpec

_log = structlog.get_logger("ingest.kafka")

_HEADER_ROOM_BYTES = 64 * 1024
_SEGMENTS_PER_RETENTION = 6
_LED_PAUSE_S = 0.1
_FIRST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_END: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]


class KafkaAdmin:
    """Asks and tells the broker about topics and groups."""

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        self._watch = BrokerWatch(settings.bootstrap, "admin")
        self._client = AdminClient(client_config(settings, self._watch))
        self._group_offsets = GroupOffsets(settings, self._watch)

    def ping(self) -> None:
        """Raises RetryLater when no broker answers, Halt when it refuses this client."""
        self._metadata("looking for the broker")

    def create_topics(self, specs: Sequence[TopicSpec], partitions: int, replication: int) -> list[str]:
        """Create what is missing and bring retention up to date; doing it twice changes nothing.

        Returns:
            The names of the topics that were created.

        Raises:
            Halt: a topic exists with fewer partitions or another clean-up policy: that cannot be
                changed under the records it holds.
            RetryLater: the broker is away.
        """
        known = self._metadata("listing topics")
        missing = [spec for spec in specs if spec.name not in known]
        present = [spec for spec in specs if spec.name in known]
        self._check_present(present, known, partitions)
        created = self._create(missing, partitions, replication)
        self._update(present)
        return created

    def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """The next offset to be written of every partition of these topics."""
        return self._offsets(self._places(topics), _END)

    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        """How many records of each partition the group has not committed; all kept ones if it never did."""
        places = self._places(topics)
        first, end = self._offsets(places, _FIRST), self._offsets(places, _END)
        committed = self._group_offsets.committed(group, places)
        return {place: max(0, end[place] - max(first[place], committed.get(place, 0))) for place in places}

    def retention_ms(self, topic: str) -> int:
        """How long a topic keeps its records, as the broker has it; -1 for ever."""
        return int(self._settings_of([topic])[topic]["retention.ms"].value or -1)

    def members(self, group: str) -> int:
        """How many consumers are in a group now; 0 for a group that nobody has joined."""
        answers = self._client.describe_consumer_groups([group], request_timeout=self._settings.request_timeout_s)
        return len(self._result(answers[group], f"describing {group}").members)

    def delete_before(self, first_kept: Mapping[TopicPartition, int]) -> None:
        """Delete every record before an offset, for good: what retention does, at once."""
        places = [KafkaPlace(place.topic, place.partition, offset) for place, offset in first_kept.items()]
        answers = self._client.delete_records(places, request_timeout=self._settings.request_timeout_s)
        for place, answer in answers.items():
            self._result(answer, f"deleting from {place.topic}[{place.partition}]")

    def _offsets(self, places: Sequence[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        asked = {KafkaPlace(place.topic, place.partition): spec for place in places}
        if not asked:
            return {}
        answers = self._client.list_offsets(asked, request_timeout=self._settings.request_timeout_s)
        return {
            TopicPartition(place.topic, place.partition): self._result(
                answer, f"asking offsets of {place.topic}"
            ).offset
            for place, answer in answers.items()
        }

    def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        known = self._metadata("listing topics")
        wanted = list(topics)
        for topic in wanted:
            if topic not in known:
                raise Halt(f"{topic} does not exist at {self._settings.bootstrap}. Create it with `constat topics`.")
        return [TopicPartition(topic, partition) for topic in wanted for partition in sorted(known[topic].partitions)]

    def _metadata(self, doing: str) -> dict[str, TopicMetadata]:
        try:
            found: dict[str, TopicMetadata] = self._client.list_topics(timeout=self._settings.request_timeout_s).topics
        except KafkaException as error:
            raise translated(error, doing, self._settings.bootstrap) from error
        self._watch.answered()
        return found

    def _check_present(self, specs: Sequence[TopicSpec], known: Mapping[str, TopicMetadata], partitions: int) -> None:
        if not specs:
            return
        settings = self._settings_of([spec.name for spec in specs])
        for spec in specs:
            has, policy = len(known[spec.name].partitions), settings[spec.name]["cleanup.policy"].value
            if has < partitions:
                raise Halt(
                    f"{spec.name} has {has} partitions where {partitions} are wanted. Adding some would send a "
                    f"camera's records to two places: delete the topic, or set the number of partitions to {has}."
                )
            if policy != _policy(spec):
                raise Halt(f"{spec.name} has cleanup.policy={policy}, not {_policy(spec)}: delete the topic or set it.")

    def _settings_of(self, topics: Sequence[str]) -> dict[str, dict[str, ConfigEntry]]:
        resources = [ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in topics]
        answers = self._client.describe_configs(resources, request_timeout=self._settings.request_timeout_s)
        return {
            resource.name: self._result(answer, f"reading the settings of {resource.name}")
            for resource, answer in answers.items()
        }

    def _create(self, specs: Sequence[TopicSpec], partitions: int, replication: int) -> list[str]:
        if not specs:
            return []
        wanted = [
            NewTopic(spec.name, partitions, replication, config=_topic_config(spec, self._settings.max_message_bytes))
            for spec in specs
        ]
        answers = self._client.create_topics(wanted, request_timeout=self._settings.request_timeout_s)
        created = [name for name, answer in answers.items() if self._was_created(name, answer)]
        self._wait_until_led(created)
        return created

    def _wait_until_led(self, topics: Sequence[str]) -> None:
        # The controller answers before every broker knows that it leads a partition.
        give_up_at = time.monotonic() + self._settings.request_timeout_s
        while True:
            try:
                self.end_offsets(topics)
            except (RetryLater, Halt):
                if time.monotonic() >= give_up_at:
                    raise
                time.sleep(_LED_PAUSE_S)
            else:
                return

    def _was_created(self, name: str, answer: Any) -> bool:
        try:
            answer.result()
        except KafkaException as error:
            # Two workers may start together: the other one was first.
            if error_of(error).code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return False
            raise translated(error, f"creating {name}", self._settings.bootstrap) from error
        return True

    def _update(self, specs: Sequence[TopicSpec]) -> None:
        if not specs:
            return
        resources = [_changes(spec, self._settings.max_message_bytes) for spec in specs]
        answers = self._client.incremental_alter_configs(resources, request_timeout=self._settings.request_timeout_s)
        for resource, answer in answers.items():
            self._result(answer, f"setting the retention of {resource.name}")

    def _result(self, answer: Any, doing: str) -> Any:
        try:
            return answer.result()
        except KafkaException as error:
            raise translated(error, doing, self._settings.bootstrap) from error


def wait_for_broker(
    settings: BusSettings, stop: threading.Event, first_wait_s: float = 0.5, longest_wait_s: float = 10.0
) -> bool:
    """Wait until the broker answers, saying every few seconds which address does not.

    Returns:
        False when `stop` was set first.

    Raises:
        Halt: the broker answers but refuses this client.
    """
    admin = KafkaAdmin(settings.model_copy(update={"request_timeout_s": min(3.0, settings.request_timeout_s)}))
    watch = BrokerWatch(settings.bootstrap, "start")
    wait_s = first_wait_s
    while not stop.is_set():
        try:
            admin.ping()
        except RetryLater as error:
            watch.report(str(error))
            stop.wait(wait_s * random.uniform(0.8, 1.2))  # noqa: S311 (spreads retries; no secret)
            wait_s = min(longest_wait_s, 2 * wait_s)
        else:
            _log.info("bus.broker_found", bootstrap=settings.bootstrap)
            return True
    return False


def _policy(spec: TopicSpec) -> str:
    return "compact" if spec.retention_ms is None else "delete"


def _topic_config(spec: TopicSpec, max_message_bytes: int) -> dict[str, str]:
    config = {"cleanup.policy": _policy(spec), "max.message.bytes": str(max_message_bytes + _HEADER_ROOM_BYTES)}
    if spec.retention_ms is not None:
        config["retention.ms"] = str(spec.retention_ms)
        # Kafka deletes whole segments: without short ones, records outlive their retention.
        config["segment.ms"] = str(max(MINUTE_MS, spec.retention_ms // _SEGMENTS_PER_RETENTION))
    if spec.retention_bytes is not None:
        config["retention.bytes"] = str(spec.retention_bytes)
    return config


def _changes(spec: TopicSpec, max_message_bytes: int) -> ConfigResource:
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in _topic_config(spec, max_message_bytes).items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, spec.name, incremental_configs=entries)
