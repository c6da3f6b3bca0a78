"""The bus that every worker speaks: at least once, in order per key, effects before commits.

`kafka.py` implements it on Kafka, `memory_bus.py` in one process for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TopicPartition:
    """One ordered log of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a producer sends. `headers` are small and ordered by name when written."""

    topic: str
    key: str
    value: bytes = field(repr=False)
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a consumer receives: a message and its place in the log."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes = field(repr=False)
    headers: Mapping[str, bytes]
    written_at: datetime

    @property
    def place(self) -> str:
        """Where this is, for messages to people: `topic[partition]@offset`."""
        return f"{self.topic}[{self.partition}]@{self.offset}"


class Producer(Protocol):
    """Sends messages; idempotent, so a retry inside the client never doubles a record."""

    def send(self, message: Message, on_written: Callable[[TopicPartition, int], None] | None = None) -> None:
        """Queue a message; `on_written` later gets the partition and offset it was stored at.

        Blocks while the local queue is full, up to the configured patience.

        Raises:
            RetryLater: the queue stayed full (the broker is slow or away); the message was not queued.
            Reject: the message is larger than the broker takes.
        """
        ...

    def flush(self, timeout_s: float) -> None:
        """Wait until everything sent so far is stored.

        Raises:
            RetryLater: something is still not stored after `timeout_s`.
        """
        ...


class Consumer(Protocol):
    """One member of a consumer group, on one or more topics."""

    def subscribe(
        self,
        topics: Sequence[str],
        on_assigned: Callable[[Sequence[TopicPartition]], None] | None = None,
        on_revoked: Callable[[Sequence[TopicPartition]], None] | None = None,
    ) -> None:
        """Join the group. Reading starts at the committed offset, or at the earliest record."""
        ...

    def poll(self, timeout_s: float) -> Envelope | None:
        """The next message, or None when none came in time.

        Raises:
            RetryLater: the broker is away; the client reconnects by itself.
            Halt: credentials, topic or authorisation are wrong; the text says which.
        """
        ...

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Store the offsets to start from after a restart. Call after the effects are stored.

        Raises:
            RetryLater: the broker is away or the partition has moved to another member.
        """
        ...

    def close(self) -> None:
        """Leave the group at once, so that another member can take over."""
        ...


class LogReader(Protocol):
    """Reads a partition from any offset, outside any group: the time machine."""

    def read_from(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        """The first record at or after `offset`, waiting up to `timeout_s` for it to be written.

        Consecutive calls with rising offsets stream without seeking.

        Raises:
            Reject: `offset` has been deleted by retention (the text gives the first offset kept).
            RetryLater: the broker is away.
        """
        ...

    def bounds(self, place: TopicPartition) -> tuple[int, int]:
        """First offset kept and next offset to be written."""
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises Halt if it does not exist."""
        ...

    def place_of(self, topic: str, key: str) -> TopicPartition:
        """The partition in which all records of a key lie. Raises Halt if the topic does not exist, RetryLater."""
        ...

    def offset_at(self, place: TopicPartition, at: datetime) -> int:
        """Offset of the first record written at or after an instant; the next to be written where there is none.

        Raises:
            RetryLater: the broker is away.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
