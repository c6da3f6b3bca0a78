"""Reading from Kafka as a member of a group, with commits by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPlace

from ingest.bus import Envelope, TopicPartition
from ingest.errors import RetryLater
from ingest.kafka.client import BrokerWatch, client_config, fetch_config
from ingest.kafka.errors import translated
from ingest.kafka.records import envelope_of, places_of
from ingest.settings import BusSettings

OnChange = Callable[[Sequence[TopicPartition]], None]
_HEARTBEATS_PER_SESSION = 5


class KafkaConsumer:
    """`ingest.bus.Consumer` on Kafka; for one thread.

    Topics with as many partitions are assigned alike, so one member holds the same cameras in all.

    Args:
        group: The worker's kind: its members share the partitions.
        instance: A name that survives restarts: a member that comes back soon enough gets its partitions
            back without disturbing the others. None for a member that comes and goes.
    """

    def __init__(self, settings: BusSettings, group: str, instance: str | None = None) -> None:
        self._settings = settings
        self._group = group
        self._watch = BrokerWatch(settings.bootstrap, "consumer")
        session_ms = round(settings.session_timeout_s * 1000)
        config: dict[str, Any] = client_config(settings, self._watch) | fetch_config(settings)
        config |= {
            "group.id": group,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": session_ms,
            "heartbeat.interval.ms": max(1, session_ms // _HEARTBEATS_PER_SESSION),
            "partition.assignment.strategy": "range",
        }
        if instance is not None:
            config["group.instance.id"] = instance
        self._consumer = Consumer(config)
        self._assigned: set[TopicPartition] = set()
        self._topics: list[str] = []

    def subscribe(
        self, topics: Sequence[str], on_assigned: OnChange | None = None, on_revoked: OnChange | None = None
    ) -> None:
        """Join the group; see `ingest.bus.Consumer.subscribe`. The callbacks run inside `poll` and `close`."""

        def assigned(_: Consumer, partitions: list[KafkaPlace]) -> None:
            places = places_of(partitions)
            self._assigned.update(places)
            if on_assigned is not None:
                on_assigned(places)

        def revoked(_: Consumer, partitions: list[KafkaPlace]) -> None:
            # Still ours while the callback runs: it may commit what it has finished.
            places = places_of(partitions)
            if on_revoked is not None:
                on_revoked(places)
            self._assigned.difference_update(places)

        def lost(_: Consumer, partitions: list[KafkaPlace]) -> None:
            places = places_of(partitions)
            self._assigned.difference_update(places)
            if on_revoked is not None:
                on_revoked(places)

        self._topics = list(topics)
        self._consumer.subscribe(self._topics, on_assign=assigned, on_revoke=revoked, on_lost=lost)

    def poll(self, timeout_s: float) -> Envelope | None:
        """The next message; see `ingest.bus.Consumer.poll`."""
        message = self._consumer.poll(timeout_s)
        if message is None:
            self._raise_if_away()
            return None
        error = message.error()
        if error is None:
            self._watch.answered()
            return envelope_of(message)
        if error.code() == KafkaError._PARTITION_EOF:
            return None
        raise translated(error, f"reading {', '.join(self._topics)} as {self._group}", self._settings.bootstrap)

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Store where to go on; see `ingest.bus.Consumer.commit`."""
        moved = [place for place in next_offsets if place not in self._assigned]
        if moved:
            raise RetryLater(f"{moved[0].topic}[{moved[0].partition}] has moved to another member of {self._group}")
        offsets = [KafkaPlace(place.topic, place.partition, offset) for place, offset in next_offsets.items()]
        if not offsets:
            return
        try:
            stored = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            raise translated(error, f"committing as {self._group}", self._settings.bootstrap) from error
        for place in stored:
            if place.error is not None:
                raise translated(place.error, f"committing as {self._group}", self._settings.bootstrap)

    def close(self) -> None:
        """Leave the group; see `ingest.bus.Consumer.close`.

        A member with an instance name keeps its partitions until `session_timeout_s` has passed: that is
        what the name is for.
        """
        self._consumer.close()

    def _raise_if_away(self) -> None:
        if not self._watch.is_away:
            return
        try:
            self._consumer.list_topics(timeout=1.0)
        except KafkaException as error:
            raise translated(error, f"reading as {self._group}", self._settings.bootstrap) from error
        self._watch.answered()
