"""What a group has committed, asked without joining it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as KafkaPlace

from ingest.bus import TopicPartition
from ingest.kafka.client import BrokerWatch, client_config
from ingest.kafka.errors import translated
from ingest.settings import BusSettings


class GroupOffsets:
    """The committed offsets of any group; may be used by several threads.

    A consumer that never subscribes asks for its group. The admin client's own request for this ends the process
    with a segmentation fault when the broker answers that another one coordinates the group, as one that has just
    started does: librdkafka 2.16 looks there for a consumer that an admin client does not have.
    """

    def __init__(self, settings: BusSettings, watch: BrokerWatch) -> None:
        self._settings = settings
        self._watch = watch
        self._lock = threading.Lock()
        self._consumers: dict[str, Consumer] = {}

    def committed(self, group: str, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The next offset of each partition that the group has committed; absent where it never did.

        Raises:
            RetryLater: the broker is away, or does not know yet who coordinates the group.
            Halt: the broker refuses this client.
        """
        asked = [KafkaPlace(place.topic, place.partition) for place in places]
        try:
            found = self._consumer(group).committed(asked, timeout=self._settings.request_timeout_s)
        except KafkaException as error:
            raise translated(error, f"asking the offsets of {group}", self._settings.bootstrap) from error
        for place in found:
            if place.error is not None:
                doing = f"asking the offsets of {group} in {place.topic}[{place.partition}]"
                raise translated(place.error, doing, self._settings.bootstrap)
        return {TopicPartition(place.topic, place.partition): place.offset for place in found if place.offset >= 0}

    def _consumer(self, group: str) -> Consumer:
        with self._lock:
            if group not in self._consumers:
                config = client_config(self._settings, self._watch) | {"group.id": group, "enable.auto.commit": False}
                self._consumers[group] = Consumer(config)
            return self._consumers[group]
