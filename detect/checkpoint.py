"""What a camera's tracker remembers, with the place in `video` from which it goes on: topic `tracker-state`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from detect.ports import TrackerState
from ingest import topics
from ingest.bus import LogReader, Message, TopicPartition
from ingest.errors import Reject
from ingest.model import CameraId, StreamId
from ingest.wire import JsonCodec

_log = structlog.get_logger("detect")

_READ_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class TrackerCheckpoint:
    """A camera between two records of its video.

    Attributes:
        stream: None once the stream has ended.
        partition: Of `video`, and of `tracker-state`.
        offset: The first record that is not in `tracker`; where a group is open, its keyframe.
        at: Capture time of that record.
        in_group: Whether the record at `offset` must still be there to go on; False when the camera
            waits for a keyframe, wherever it comes.
        last_pts: Of the last picture analysed on the stream.
    """

    camera: CameraId
    stream: StreamId | None
    partition: int
    offset: int
    at: datetime
    in_group: bool
    last_pts: int | None
    tracker: TrackerState


CHECKPOINT: JsonCodec[TrackerCheckpoint] = JsonCodec(TrackerCheckpoint, "tracker-state")


def checkpoint_message(record: TrackerCheckpoint) -> Message:
    """A checkpoint as a `tracker-state` message, keyed by camera."""
    return CHECKPOINT.message(
        topics.TRACKER_STATE,
        record.camera,
        record,
        event_id=f"{record.camera}/{record.partition}/{record.offset}",
        source=f"camera/{record.camera}",
        at=record.at,
    )


def read_checkpoints(reader: LogReader, partition: int) -> Mapping[CameraId, TrackerCheckpoint]:
    """The furthest checkpoint of each camera of a partition of `video`.

    The furthest and not the last written, because a worker that lost the partition without noticing may
    still write. One beyond the end of `video` belongs to a topic since deleted, and is left out; so is
    one that cannot be read, whose camera then starts afresh.

    Raises:
        RetryLater: the broker is away.
        Halt: a topic does not exist.
    """
    place = TopicPartition(topics.TRACKER_STATE, partition)
    offset, end = reader.bounds(place)
    _, video_end = reader.bounds(TopicPartition(topics.VIDEO, partition))
    furthest: dict[CameraId, TrackerCheckpoint] = {}
    while offset < end:
        envelope = reader.read_from(place, offset, _READ_TIMEOUT_S)
        if envelope is None:
            break  # compaction has emptied the rest
        offset = envelope.offset + 1
        try:
            found = CHECKPOINT.decode(envelope.value)
        except Reject as error:
            _log.warning("detect.checkpoint_unreadable", camera=envelope.key, error=str(error))
            continue
        known = furthest.get(found.camera)
        if found.offset <= video_end and (known is None or found.offset >= known.offset):
            furthest[found.camera] = found
    return furthest
