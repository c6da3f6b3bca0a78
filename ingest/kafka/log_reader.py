"""Reading any part of a Kafka partition, outside groups: the time machine."""

from __future__ import annotations

import time
import uuid
from datetime import datetime

from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]
from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPlace

from ingest.bus import Envelope, TopicPartition
from ingest.errors import Halt, Reject
from ingest.kafka.client import BrokerWatch, client_config, fetch_config
from ingest.kafka.errors import translated
from ingest.kafka.records import envelope_of
from ingest.settings import BusSettings

_SKIP_RATHER_THAN_SEEK = 64
"""Records: dropping this many that are already fetched costs less than fetching anew."""


class KafkaLogReader:
    """`ingest.bus.LogReader` on Kafka; for one thread, one partition at a time."""

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        watch = BrokerWatch(settings.bootstrap, "reader")
        config = client_config(settings, watch) | fetch_config(settings)
        # librdkafka wants a group name; nothing is ever committed under it.
        config |= {"group.id": f"constat-reader-{uuid.uuid4().hex}", "auto.offset.reset": "error"}
        self._consumer = Consumer(config)
        self._place: TopicPartition | None = None
        self._next = 0

    def read_from(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        """The first record at or after `offset`; see `ingest.bus.LogReader.read_from`."""
        give_up_at = time.monotonic() + timeout_s
        if place != self._place or not 0 <= offset - self._next <= _SKIP_RATHER_THAN_SEEK:
            self._seek(place, offset)
        while True:
            envelope = self._poll(place, offset, max(0.0, give_up_at - time.monotonic()))
            if envelope is not None and envelope.offset >= offset:
                return envelope
            if envelope is None and time.monotonic() >= give_up_at:
                return None

    def bounds(self, place: TopicPartition) -> tuple[int, int]:
        """First offset kept and next to be written; see `ingest.bus.LogReader.bounds`."""
        try:
            low, high = self._consumer.get_watermark_offsets(
                KafkaPlace(place.topic, place.partition), timeout=self._settings.request_timeout_s
            )
        except KafkaException as error:
            raise translated(error, f"asking the bounds of {_name(place)}", self._settings.bootstrap) from error
        return low, high

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has; see `ingest.bus.LogReader.partitions`."""
        try:
            found = self._consumer.list_topics(topic, timeout=self._settings.request_timeout_s).topics[topic]
        except KafkaException as error:
            raise translated(error, f"looking up {topic}", self._settings.bootstrap) from error
        if found.error is not None:
            raise translated(found.error, f"looking up {topic}", self._settings.bootstrap)
        if not found.partitions:
            raise Halt(f"{topic} does not exist at {self._settings.bootstrap}. Create it with `constat topics`.")
        return len(found.partitions)

    def place_of(self, topic: str, key: str) -> TopicPartition:
        """The partition of a key; see `ingest.bus.LogReader.place_of`.

        The arithmetic is that of Java's producer, which `KafkaProducer` and Faust follow.
        """
        return TopicPartition(topic, (murmur2(key.encode()) & 0x7FFFFFFF) % self.partitions(topic))

    def offset_at(self, place: TopicPartition, at: datetime) -> int:
        """First offset written at or after an instant; see `ingest.bus.LogReader.offset_at`."""
        wanted = KafkaPlace(place.topic, place.partition, int(at.timestamp() * 1000))
        try:
            (found,) = self._consumer.offsets_for_times([wanted], timeout=self._settings.request_timeout_s)
        except KafkaException as error:
            raise translated(error, f"asking {_name(place)} at {at.isoformat()}", self._settings.bootstrap) from error
        return int(found.offset) if found.offset >= 0 else self.bounds(place)[1]

    def close(self) -> None:
        """Let go of connections."""
        self._consumer.close()

    def _seek(self, place: TopicPartition, offset: int) -> None:
        self._place = None
        low, high = self.bounds(place)
        if offset < low:
            raise _gone(place, offset, low)
        start = min(offset, high)
        self._consumer.assign([KafkaPlace(place.topic, place.partition, start)])
        self._place, self._next = place, start

    def _poll(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        message = self._consumer.poll(timeout_s)
        if message is None:
            return None
        error = message.error()
        if error is None:
            envelope = envelope_of(message)
            self._next = envelope.offset + 1
            return envelope
        self._place = None
        if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
            raise _gone(place, offset, self.bounds(place)[0])
        raise translated(error, f"reading {_name(place)}", self._settings.bootstrap)


def _name(place: TopicPartition) -> str:
    return f"{place.topic}[{place.partition}]"


def _gone(place: TopicPartition, offset: int, first_kept: int) -> Reject:
    return Reject(f"{_name(place)}@{offset} has been deleted by retention; the first offset kept is {first_kept}")
