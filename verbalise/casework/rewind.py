"""Where in `video` to begin reading for a claim: by the offsets it knows, and before them by walking back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ingest.bus import Envelope, LogReader, TopicPartition
from ingest.errors import Reject, RetryLater
from ingest.model import CameraId, Packet
from verbalise.casework.locate import Anchor
from verbalise.casework.tail import own_record
from verbalise.model import Claim

_FIRST_CHUNK = 256
_LONGEST_CHUNK = 4_096
_FARTHEST = 20_000
"""Records before the first sighting, all cameras of the partition together: half a minute of twenty-five cameras."""
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin.

    Attributes:
        is_stream_start: The camera's stream begins there: it never had anything before.
    """

    offset: int
    is_stream_start: bool


def find_start(claim: Claim, anchor: Anchor, log: LogReader, wanted_from: datetime) -> Start:
    """The last keyframe at or before an instant, else the earliest that is kept and within reach.

    Raises:
        RetryLater: the broker is away, or did not deliver in time.
    """
    kept, _ = log.bounds(anchor.place)
    before = [point.video for point in claim.path if point.video.captured_at <= wanted_from]
    if before:
        return Start(max(kept, before[-1].keyframe_offset), is_stream_start=False)
    earliest = (claim.path[0].video if claim.path else anchor.event).keyframe_offset
    start = Start(max(kept, earliest), is_stream_start=False)
    for first, end in _chunks(kept, earliest + 1):
        chunk = _earliest_in(claim.camera, anchor, _records(log, anchor.place, first, end), wanted_from)
        start = chunk.start or start
        if chunk.is_enough:
            break
    return start


def _chunks(kept: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges of offsets from `end` backwards, small at first: the keyframe before is mostly near."""
    stop, size = max(kept, end - _FARTHEST), _FIRST_CHUNK
    while end > stop:
        first = max(stop, end - size)
        yield first, end
        end, size = first, min(_LONGEST_CHUNK, 2 * size)


@dataclass(frozen=True, slots=True)
class _Chunk:
    start: Start | None
    is_enough: bool


def _earliest_in(camera: CameraId, anchor: Anchor, records: Iterator[Envelope], wanted_from: datetime) -> _Chunk:
    """The best keyframe of a chunk, and whether looking farther back is of no use."""
    start, is_enough, stream_begins = None, False, False
    for envelope in records:
        record = own_record(camera, envelope)
        if record is None:
            continue
        if record.stream != anchor.stream:
            start, is_enough, stream_begins = None, True, True
        elif isinstance(record, Packet) and record.is_keyframe:
            is_early = record.captured_at <= wanted_from
            if is_early or start is None:
                # A camera's first packet of all has number 0.
                is_first = start is None and (stream_begins or record.seq == 0)
                start = Start(envelope.offset, is_first)
                is_enough = is_enough or is_early or is_first
    return _Chunk(start, is_enough)


def _records(log: LogReader, place: TopicPartition, offset: int, end: int) -> Iterator[Envelope]:
    while offset < end:
        try:
            envelope = log.read_from(place, offset, _PATIENCE_S)
        except Reject:
            # Retention moved on during the walk: what it took is lost, what follows is not.
            offset = max(offset + 1, log.bounds(place)[0])
            continue
        if envelope is None:
            raise RetryLater(f"reading {place.topic}[{place.partition}]@{offset}: nothing came in {_PATIENCE_S:g} s")
        offset = envelope.offset + 1
        if envelope.offset < end:
            yield envelope
