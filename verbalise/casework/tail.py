"""One camera's records in `video`, as they lie in the log and as they are still being written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest import topics
from ingest.bus import Envelope, LogReader, TopicPartition
from ingest.errors import Reject, RetryLater
from ingest.model import CameraId, Packet, StreamBreak
from ingest.wire import read_video

_SLICE_S = 1.0
AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""Silence counts from the first record on."""


def own_record(camera: CameraId, envelope: Envelope) -> Packet | StreamBreak | None:
    """What a record holds if it is the camera's and can be read, else None."""
    if envelope.key != camera:
        return None
    try:
        return read_video(envelope)
    except Reject:
        return None  # detect has set it aside in `video.rejected`, with the reason


def decoded_at(packet: Packet) -> datetime:
    """When the packet has to be decoded: packets come in this order, pictures may not."""
    return packet.captured_at - timedelta(seconds=float((packet.pts - packet.dts) * packet.time_base))


@dataclass(frozen=True, slots=True)
class Tail:
    """Reads one camera's records on and on.

    Attributes:
        place: The partition of `video` in which the camera's records lie.
        patience_s: How long to wait for records that have not been written yet.
        clock: Monotonic seconds.
        is_stopping: Whether waiting should end because the worker does.
    """

    camera: CameraId
    place: TopicPartition
    log: LogReader
    patience_s: float
    clock: Callable[[], float]
    is_stopping: Callable[[], bool]

    def records(
        self, offset: int, last_offset: int = -1, since: datetime = AT_ONCE
    ) -> Iterator[tuple[int, Packet | StreamBreak | None]]:
        """Records from an offset on, with theirs; ends with None once the camera has been silent for too long.

        While other cameras of the partition go on, silence is measured by the log's own times, so that reading
        the same log later finds the same end. It counts after `last_offset`, up to which the camera has spoken,
        and after the log has come to `since`, up to which it need not.

        Raises:
            RetryLater: the broker is away, or the worker is stopping.
        """
        heard_at: datetime | None = None
        for envelope in self._envelopes(offset):
            record = own_record(self.camera, envelope)
            if record is not None:
                yield envelope.offset, record
            if record is not None or heard_at is None or envelope.offset <= last_offset:
                heard_at = max(since, envelope.written_at)
            elif (envelope.written_at - heard_at).total_seconds() > self.patience_s:
                break
        yield offset, None

    def _envelopes(self, offset: int) -> Iterator[Envelope]:
        """Every camera's records; ends when none has been written for `patience_s`."""
        idle_since_s: float | None = None
        while True:
            envelope = self._next(offset)
            if envelope is not None:
                idle_since_s, offset = None, envelope.offset + 1
                yield envelope
                continue
            idle_since_s = self.clock() if idle_since_s is None else idle_since_s
            if self._is_over(offset, self.clock() - idle_since_s):
                return

    def _is_over(self, offset: int, idle_s: float) -> bool:
        if idle_s < self.patience_s:
            return False
        # A broker that is away says so here, and is not taken for a silent camera.
        if self.log.bounds(self.place)[1] > offset:
            raise RetryLater(f"reading {topics.VIDEO}@{offset}: nothing came in {idle_s:g} s, though there is more")
        return True

    def _next(self, offset: int) -> Envelope | None:
        if self.is_stopping():
            raise RetryLater("the worker is stopping")
        wait_s = min(_SLICE_S, self.patience_s)
        try:
            return self.log.read_from(self.place, offset, wait_s)
        except Reject:
            # Retention has moved on while reading: go on with what is kept.
            return self.log.read_from(self.place, max(self.log.bounds(self.place)[0], offset + 1), wait_s)
