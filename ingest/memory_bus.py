"""The bus in one process, for tests: partitions, groups, commits, retention and a broker that goes away.

It keeps every promise of `ingest.bus` that the contract tests check on the real broker too.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.bus import Envelope, Message, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.topics import MAX_MESSAGE_BYTES, topic_specs

OnChange = Callable[[Sequence[TopicPartition]], None]
OnWritten = Callable[[TopicPartition, int], None]


@dataclass(slots=True)
class _Log:
    """One partition: the records kept, and the offset of the first of them."""

    first: int = 0
    records: list[Envelope] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + len(self.records)

    def at_or_after(self, offset: int) -> Envelope | None:
        index = max(0, offset - self.first)
        return self.records[index] if index < len(self.records) else None


@dataclass(slots=True)
class _Group:
    """Who is in a group, who holds which partition, and what has been committed."""

    members: list[MemoryConsumer] = field(default_factory=list)
    owners: dict[TopicPartition, MemoryConsumer] = field(default_factory=dict)
    committed: dict[TopicPartition, int] = field(default_factory=dict)


class MemoryBus:
    """The broker. Make producers, consumers and readers from it.

    Args:
        topics: Names of the topics that exist; all of Constat's by default.
        partitions: How many each has.
        now: Stamps `written_at`.
    """

    def __init__(
        self,
        topics: Iterable[str] | None = None,
        partitions: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        names = [spec.name for spec in topic_specs()] if topics is None else list(topics)
        self._logs = {TopicPartition(name, index): _Log() for name in names for index in range(partitions)}
        self._partitions = dict.fromkeys(names, partitions)
        self._now = now
        self._is_away = False
        self.groups: defaultdict[str, _Group] = defaultdict(_Group)
        self.changed = threading.Condition(threading.RLock())

    def producer(self, buffer_messages: int = 10_000, max_message_bytes: int = MAX_MESSAGE_BYTES) -> MemoryProducer:
        """A producer that holds `buffer_messages` while the broker is away."""
        return MemoryProducer(self, buffer_messages, max_message_bytes)

    def consumer(self, group: str) -> MemoryConsumer:
        """A member of a group."""
        return MemoryConsumer(self, group)

    def log_reader(self) -> MemoryLogReader:
        """A reader outside groups."""
        return MemoryLogReader(self)

    @property
    def is_away(self) -> bool:
        """Whether the broker answers; set it to see what a worker does without one."""
        return self._is_away

    @is_away.setter
    def is_away(self, value: bool) -> None:
        with self.changed:
            self._is_away = value
            self.changed.notify_all()

    def delete_before(self, first_kept: Mapping[TopicPartition, int]) -> None:
        """Drop the records before an offset, as retention does."""
        with self.changed:
            for place, offset in first_kept.items():
                log = self.log(place)
                log.records = log.records[max(0, offset - log.first) :]
                log.first = max(log.first, offset)

    def records(self, topic: str) -> list[Envelope]:
        """Every record kept of a topic, partition after partition: what a test asserts on."""
        with self.changed:
            return [record for place in self.places(topic) for record in self._logs[place].records]

    def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """The next offset to be written of every partition of these topics."""
        with self.changed:
            return {place: self._logs[place].end for topic in topics for place in self.places(topic)}

    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        """How many records of each partition the group has not committed."""
        with self.changed:
            committed = self.groups[group].committed
            ends = self.end_offsets(topics)
            return {
                place: max(0, end - max(self._logs[place].first, committed.get(place, 0)))
                for place, end in ends.items()
            }

    def places(self, topic: str) -> list[TopicPartition]:
        """A topic's partitions. Raises Halt if it does not exist."""
        if topic not in self._partitions:
            raise Halt(f"{topic} does not exist. Create it with `constat topics`.")
        return [TopicPartition(topic, index) for index in range(self._partitions[topic])]

    def log(self, place: TopicPartition) -> _Log:
        """One partition. Raises Halt if it does not exist."""
        if place not in self._logs:
            raise Halt(f"{place.topic}[{place.partition}] does not exist. Create it with `constat topics`.")
        return self._logs[place]

    def place_of(self, topic: str, key: str) -> TopicPartition:
        """The partition of a key. Raises Halt if the topic does not exist."""
        places = self.places(topic)
        return places[zlib.crc32(key.encode()) % len(places)]

    def append(self, message: Message) -> tuple[TopicPartition, int]:
        """Store a message; returns where."""
        with self.changed:
            place = self.place_of(message.topic, message.key)
            log = self._logs[place]
            offset = log.end
            headers = dict(sorted(message.headers.items()))
            log.records.append(
                Envelope(place.topic, place.partition, offset, message.key, message.value, headers, self._now())
            )
            self.changed.notify_all()
            return place, offset


class MemoryProducer:
    """`ingest.bus.Producer` in memory; `on_written` runs inside `send` while the broker is there."""

    def __init__(self, bus: MemoryBus, buffer_messages: int, max_message_bytes: int) -> None:
        self._bus = bus
        self._buffer_messages = buffer_messages
        self._max_message_bytes = max_message_bytes
        self._waiting: list[tuple[Message, OnWritten | None]] = []

    def send(self, message: Message, on_written: OnWritten | None = None) -> None:
        """See `ingest.bus.Producer.send`; a full buffer is refused at once."""
        size = len(message.value) + len(message.key) + sum(len(k) + len(v) for k, v in message.headers.items())
        if size > self._max_message_bytes:
            raise Reject(f"writing to {message.topic}: {size} bytes, the bus takes {self._max_message_bytes}")
        with self._bus.changed:
            self._bus.places(message.topic)
            if self._bus.is_away and len(self._waiting) >= self._buffer_messages:
                raise RetryLater(f"writing to {message.topic}: the queue is full")
            self._waiting.append((message, on_written))
            self._store()

    def flush(self, timeout_s: float) -> None:
        """See `ingest.bus.Producer.flush`."""
        with self._bus.changed:
            self._bus.changed.wait_for(lambda: not self._bus.is_away, timeout_s)
            self._store()
            if self._waiting:
                raise RetryLater(f"{len(self._waiting)} messages are not yet stored after {timeout_s:g} s")

    def _store(self) -> None:
        while self._waiting and not self._bus.is_away:
            message, on_written = self._waiting.pop(0)
            place, offset = self._bus.append(message)
            if on_written is not None:
                on_written(place, offset)


class MemoryConsumer:
    """`ingest.bus.Consumer` in memory. Partitions move when their holder next polls or closes."""

    def __init__(self, bus: MemoryBus, group: str) -> None:
        self._bus = bus
        self._name = group
        self._group = bus.groups[group]
        self.topics: tuple[str, ...] = ()
        self._on_assigned: OnChange = _ignore
        self._on_revoked: OnChange = _ignore
        self._next: dict[TopicPartition, int] = {}

    def subscribe(
        self, topics: Sequence[str], on_assigned: OnChange | None = None, on_revoked: OnChange | None = None
    ) -> None:
        """See `ingest.bus.Consumer.subscribe`."""
        with self._bus.changed:
            self.topics = tuple(topics)
            self._on_assigned, self._on_revoked = on_assigned or _ignore, on_revoked or _ignore
            self._group.members.append(self)
            self._bus.changed.notify_all()

    def poll(self, timeout_s: float) -> Envelope | None:
        """See `ingest.bus.Consumer.poll`."""
        give_up_at = time.monotonic() + timeout_s
        with self._bus.changed:
            while True:
                if self._bus.is_away:
                    raise RetryLater(f"reading as {self._name}: the broker is away")
                self._rebalance()
                envelope = self._take()
                left_s = give_up_at - time.monotonic()
                if envelope is not None or left_s <= 0:
                    return envelope
                self._bus.changed.wait(left_s)

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """See `ingest.bus.Consumer.commit`."""
        with self._bus.changed:
            if self._bus.is_away:
                raise RetryLater(f"committing as {self._name}: the broker is away")
            for place in next_offsets:
                if self._group.owners.get(place) is not self:
                    raise RetryLater(f"{place.topic}[{place.partition}] has moved to another member of {self._name}")
            self._group.committed.update(next_offsets)

    def close(self) -> None:
        """See `ingest.bus.Consumer.close`."""
        with self._bus.changed:
            self._release(set(self._next))
            if self in self._group.members:
                self._group.members.remove(self)
            self._bus.changed.notify_all()

    def _rebalance(self) -> None:
        share = self._share()
        self._release(set(self._next) - share)
        gained = sorted((p for p in share if p not in self._group.owners), key=lambda p: (p.topic, p.partition))
        for place in gained:
            self._group.owners[place] = self
            self._next[place] = self._group.committed.get(place, 0)
        if gained:
            self._on_assigned(gained)

    def _share(self) -> set[TopicPartition]:
        share: set[TopicPartition] = set()
        for topic in self.topics:
            readers = [member for member in self._group.members if topic in member.topics]
            mine = readers.index(self)
            share |= {place for place in self._bus.places(topic) if place.partition % len(readers) == mine}
        return share

    def _release(self, places: set[TopicPartition]) -> None:
        if not places:
            return
        self._on_revoked(sorted(places, key=lambda place: (place.topic, place.partition)))
        for place in places:
            del self._group.owners[place], self._next[place]
        self._bus.changed.notify_all()

    def _take(self) -> Envelope | None:
        for place, offset in self._next.items():
            envelope = self._bus.log(place).at_or_after(offset)
            if envelope is not None:
                # The partition just served goes to the back, so that none starves.
                del self._next[place]
                self._next[place] = envelope.offset + 1
                return envelope
        return None


class MemoryLogReader:
    """`ingest.bus.LogReader` in memory."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    def read_from(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        """See `ingest.bus.LogReader.read_from`."""
        with self._bus.changed:
            log = self._bus.log(place)
            self._bus.changed.wait_for(lambda: log.end > offset and not self._bus.is_away, timeout_s)
            self._raise_if_away()
            if offset < log.first:
                raise Reject(
                    f"{place.topic}[{place.partition}]@{offset} has been deleted by retention; "
                    f"the first offset kept is {log.first}"
                )
            return log.at_or_after(offset)

    def bounds(self, place: TopicPartition) -> tuple[int, int]:
        """See `ingest.bus.LogReader.bounds`."""
        with self._bus.changed:
            self._raise_if_away()
            log = self._bus.log(place)
            return log.first, log.end

    def partitions(self, topic: str) -> int:
        """See `ingest.bus.LogReader.partitions`."""
        with self._bus.changed:
            self._raise_if_away()
            return len(self._bus.places(topic))

    def place_of(self, topic: str, key: str) -> TopicPartition:
        """See `ingest.bus.LogReader.place_of`."""
        with self._bus.changed:
            self._raise_if_away()
            return self._bus.place_of(topic, key)

    def offset_at(self, place: TopicPartition, at: datetime) -> int:
        """See `ingest.bus.LogReader.offset_at`."""
        with self._bus.changed:
            self._raise_if_away()
            log = self._bus.log(place)
            return next((record.offset for record in log.records if record.written_at >= at), log.end)

    def close(self) -> None:
        """Nothing to let go of."""

    def _raise_if_away(self) -> None:
        if self._bus.is_away:
            raise RetryLater("reading the log: the broker is away")


def _ignore(_: Sequence[TopicPartition]) -> None:
    """No callback was given."""
