"""The two buses behind one face, so that each contract test runs on both."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from ingest.bus import Consumer, Envelope, LogReader, Message, Producer, TopicPartition
from ingest.kafka import KafkaAdmin, KafkaConsumer, KafkaLogReader, KafkaProducer
from ingest.memory_bus import MemoryBus
from ingest.settings import BusSettings
from ingest.topics import HOUR_MS, TopicSpec

PARTITIONS = 3
PATIENCE_S = 30.0
"""A bound for tests that would otherwise hang, not an expectation."""


class BusUnderTest(Protocol):
    """What a contract test may ask of a bus. Topics have unique names, so tests can share a broker."""

    topic: str
    second_topic: str

    def producer(self) -> Producer: ...
    def consumer(self, group: str) -> Consumer: ...
    def log_reader(self) -> LogReader: ...
    def delete_before(self, first_kept: Mapping[TopicPartition, int]) -> None: ...
    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]: ...
    def end_offsets(self, topics: Iterable[str]) -> Mapping[TopicPartition, int]: ...
    def close(self) -> None: ...


class MemoryUnderTest:
    """The bus in one process."""

    def __init__(self) -> None:
        self.topic, self.second_topic = "first", "second"
        self._bus = MemoryBus([self.topic, self.second_topic], PARTITIONS)
        self.consumer = self._bus.consumer
        self.log_reader = self._bus.log_reader
        self.delete_before = self._bus.delete_before
        self.group_lag = self._bus.group_lag
        self.end_offsets = self._bus.end_offsets

    def producer(self) -> Producer:
        return self._bus.producer()

    def close(self) -> None:
        pass


class KafkaUnderTest:
    """The real broker, on topics of this test alone."""

    def __init__(self, bootstrap: str) -> None:
        self._settings = BusSettings(bootstrap=bootstrap, session_timeout_s=6.0)
        suffix = uuid.uuid4().hex[:12]
        self.topic, self.second_topic = f"contract-first-{suffix}", f"contract-second-{suffix}"
        self._admin = KafkaAdmin(self._settings)
        specs = [TopicSpec(name, "camera", HOUR_MS) for name in (self.topic, self.second_topic)]
        self._admin.create_topics(specs, PARTITIONS, replication=1)
        self.delete_before = self._admin.delete_before
        self.end_offsets = self._admin.end_offsets
        self._to_close: list[Callable[[], None]] = []

    def producer(self) -> Producer:
        made = KafkaProducer(self._settings)
        self._to_close.append(made.close)
        return made

    def consumer(self, group: str) -> Consumer:
        made = KafkaConsumer(self._settings, self._group(group))
        self._to_close.append(made.close)
        return made

    def log_reader(self) -> LogReader:
        made = KafkaLogReader(self._settings)
        self._to_close.append(made.close)
        return made

    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        return self._admin.group_lag(self._group(group), topics)

    def _group(self, name: str) -> str:
        return f"{name}-{self.topic}"

    def close(self) -> None:
        for close in self._to_close:
            close()


def write(bus: BusUnderTest, pairs: Sequence[tuple[str, bytes]]) -> list[tuple[TopicPartition, int]]:
    """Send (key, value) pairs and wait until they are stored; returns where, in the order sent."""
    producer, places = bus.producer(), []
    for key, value in pairs:
        producer.send(Message(bus.topic, key, value), lambda place, offset: places.append((place, offset)))
    producer.flush(PATIENCE_S)
    return places


def read(consumer: Consumer, count: int) -> list[Envelope]:
    """The next `count` messages; fails the test when they do not come."""
    found: list[Envelope] = []
    for _ in range(count * 10 + 300):
        if len(found) == count:
            return found
        envelope = consumer.poll(PATIENCE_S / 300)
        if envelope is not None:
            found.append(envelope)
    raise AssertionError(f"only {len(found)} of {count} messages came")
