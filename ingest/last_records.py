"""Where each camera stopped: its last record in `video`, so that ingest goes on from there after a crash."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog

from ingest.bus import Envelope, LogReader, TopicPartition
from ingest.errors import Reject, RetryLater
from ingest.model import BreakReason, CameraId, Packet, StreamBreak, StreamId
from ingest.topics import VIDEO
from ingest.wire import read_video

_log = structlog.get_logger("ingest")

_FIRST_CHUNK = 64
_LONGEST_CHUNK = 4096
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class LastRecord:
    """The newest record of a camera.

    Attributes:
        place: (dts, pts) of a packet; None for a break.
        reason: Why the stream ended; None for a packet, whose stream is thus still open.
    """

    seq: int
    stream: StreamId
    at: datetime
    place: tuple[int, int] | None
    reason: BreakReason | None

    @property
    def is_open(self) -> bool:
        """Whether the stream has not been ended by a break."""
        return self.reason is None


def last_record(record: Packet | StreamBreak) -> LastRecord:
    """What must be remembered of a record to go on after it."""
    if isinstance(record, StreamBreak):
        return LastRecord(record.seq, record.stream, record.at, None, record.reason)
    return LastRecord(record.seq, record.stream, record.captured_at, (record.dts, record.pts), None)


def find_last_records(
    reader: LogReader, cameras: Collection[CameraId], max_records: int | None
) -> dict[CameraId, LastRecord]:
    """The last record of each camera, by scanning every partition of `video` backwards.

    Args:
        max_records: How far back to look in a partition; None for to its beginning.

    Returns:
        Nothing for a camera that was not found: it starts at seq 0.

    Raises:
        RetryLater: the broker is away, or did not deliver in time.
        Halt: `video` does not exist.
    """
    found: dict[CameraId, LastRecord] = {}
    for partition in range(reader.partitions(VIDEO)):
        wanted = set(cameras) - set(found)
        if wanted:
            found |= _last_in(reader, TopicPartition(VIDEO, partition), wanted, max_records)
    return found


def _last_in(
    reader: LogReader, place: TopicPartition, wanted: set[CameraId], max_records: int | None
) -> dict[CameraId, LastRecord]:
    found: dict[CameraId, LastRecord] = {}
    for start, end in _chunks(*reader.bounds(place), max_records):
        missing = wanted - set(found)
        for envelope in _records(reader, place, start, end):
            record = _readable(envelope) if envelope.key in missing else None
            if record is not None:
                found[CameraId(envelope.key)] = record
        if wanted <= set(found):
            break
    return found


def _chunks(first: int, end: int, max_records: int | None) -> Iterator[tuple[int, int]]:
    """Ranges of offsets from the end backwards, small at first: a busy camera's last record is near."""
    stop = first if max_records is None else max(first, end - max_records)
    size = _FIRST_CHUNK
    while end > stop:
        start = max(stop, end - size)
        yield start, end
        end, size = start, min(_LONGEST_CHUNK, 2 * size)


def _records(reader: LogReader, place: TopicPartition, start: int, end: int) -> Iterator[Envelope]:
    offset = start
    while offset < end:
        try:
            envelope = reader.read_from(place, offset, _PATIENCE_S)
        except Reject:
            # Retention is faster than the scan: what is gone was older than all that matters.
            offset = max(offset + 1, reader.bounds(place)[0])
            continue
        if envelope is None:
            raise RetryLater(f"reading {place.topic}[{place.partition}]@{offset}: nothing came in {_PATIENCE_S:g} s")
        offset = envelope.offset + 1
        if envelope.offset < end:
            yield envelope


def _readable(envelope: Envelope) -> LastRecord | None:
    try:
        return last_record(read_video(envelope))
    except Reject as error:
        _log.warning("camera.last_record_unreadable", camera=envelope.key, error=str(error))
        return None
