"""The newest packets of cameras that somebody watches: one reader per partition of `video`, however many watch.

Nothing is promised: a viewer who is too slow goes on at the last keyframe, and a broker that is away looks like a
silent camera until it is back. A partition that nobody asks about is let go of by itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Event, Lock, Thread

import structlog

from ingest import topics
from ingest.bus import Envelope, LogReader, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.model import CameraId, Packet
from ingest.wire import read_video

_log = structlog.get_logger(__name__)
REACH = timedelta(seconds=10)
"""How far back a reader starts, so that a keyframe is there at once: cameras send one every few seconds."""
KEPT_PACKETS = 1_500
"""Most packets kept of a camera: a minute without a keyframe at 25 pictures a second."""
IDLE_S = 20.0
"""A partition that nobody asked about for so long is let go of."""
_POLL_S = 0.5
_RECONNECT_S = 2.0


@dataclass(frozen=True, slots=True)
class Caught:
    """A packet and where it lies in `video`."""

    packet: Packet
    partition: int
    offset: int


class CameraTail:
    """The newest packets of one camera, from the keyframe before the last one on. For any number of threads."""

    def __init__(self, asked: Callable[[], None]) -> None:
        self._asked = asked
        self._changed = Condition()
        self._packets: deque[Caught] = deque(maxlen=KEPT_PACKETS)
        self._keyframe: Caught | None = None
        self._dropped = -1

    def add(self, caught: Caught) -> None:
        """The camera sent another packet."""
        with self._changed:
            if caught.packet.is_keyframe:
                self._drop_before(self._keyframe)
                self._keyframe = caught
            if len(self._packets) == self._packets.maxlen:
                self._dropped = self._packets[0].offset
            self._packets.append(caught)
            self._changed.notify_all()

    def end(self, offset: int) -> None:
        """The camera's stream broke off: what it showed is over."""
        with self._changed:
            self._packets.clear()
            self._keyframe = None
            self._dropped = offset
            self._changed.notify_all()

    def newest_keyframe(self) -> Caught | None:
        """The last keyframe of the present stream, None while there is none."""
        self._asked()
        with self._changed:
            return self._keyframe

    def after(self, offset: int, timeout_s: float) -> tuple[Caught, ...]:
        """What came after an offset, waiting for it; whoever has missed some gets the last keyframe and what follows.

        Args:
            offset: Of the last packet taken; -1 at the beginning.
        """
        self._asked()
        with self._changed:
            self._changed.wait_for(lambda: self._has_after(offset), timeout_s)
            if offset > self._dropped:
                return tuple(caught for caught in self._packets if caught.offset > offset)
            first = self._keyframe.offset if self._keyframe is not None else None
            return tuple(caught for caught in self._packets if first is not None and caught.offset >= first)

    def _has_after(self, offset: int) -> bool:
        return bool(self._packets) and self._packets[-1].offset > offset

    def _drop_before(self, keyframe: Caught | None) -> None:
        while keyframe is not None and self._packets and self._packets[0].offset < keyframe.offset:
            self._dropped = self._packets.popleft().offset


class PartitionTail(Thread):
    """Follows one partition from shortly before now.

    Args:
        open_log: Makes the reader, which the thread owns.
        clock: The present instant, aware and in UTC.
    """

    def __init__(self, place: TopicPartition, open_log: Callable[[], LogReader], clock: Callable[[], datetime]) -> None:
        super().__init__(name=f"live-{place.partition}", daemon=True)
        self._place = place
        self._open_log = open_log
        self._clock = clock
        self._lock = Lock()
        self._cameras: dict[CameraId, CameraTail] = {}
        self._asked_s = time.monotonic()
        self._stopping = Event()

    def camera(self, camera: CameraId) -> CameraTail:
        """What comes of a camera that lies in this partition."""
        self._touch()
        with self._lock:
            return self._cameras.setdefault(camera, CameraTail(self._touch))

    def stop(self) -> None:
        """Ask the thread to end and wait for it."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Follow until stopped or forgotten; a broker that is away is tried again."""
        log = self._open_log()
        try:
            offset: int | None = None
            while not self._is_over():
                offset = self._follow(log, offset)
        except Halt as error:
            _log.error("no live pictures from this partition", partition=self._place.partition, reason=str(error))
        finally:
            log.close()

    def _follow(self, log: LogReader, offset: int | None) -> int | None:
        """Read one record, or wait; returns the offset to read next, None where it is not known yet."""
        try:
            if offset is None:
                return log.offset_at(self._place, self._clock() - REACH)
            envelope = log.read_from(self._place, offset, _POLL_S)
        except Reject:
            return log.bounds(self._place)[0]
        except RetryLater as error:
            _log.warning("video not readable now", partition=self._place.partition, reason=str(error))
            self._stopping.wait(_RECONNECT_S)
            return offset
        if envelope is None:
            return offset
        self._take_in(envelope)
        return envelope.offset + 1

    def _take_in(self, envelope: Envelope) -> None:
        try:
            record = read_video(envelope)
        except Reject:
            return  # detect has set it aside in `video.rejected`, with the reason
        with self._lock:
            tail = self._cameras.setdefault(record.camera, CameraTail(self._touch))
        if isinstance(record, Packet):
            tail.add(Caught(record, envelope.partition, envelope.offset))
        else:
            tail.end(envelope.offset)

    def _touch(self) -> None:
        self._asked_s = time.monotonic()

    def _is_over(self) -> bool:
        return self._stopping.is_set() or time.monotonic() - self._asked_s > IDLE_S


class Tails:
    """Every partition that somebody watches."""

    def __init__(self, open_log: Callable[[], LogReader], clock: Callable[[], datetime]) -> None:
        self._open_log = open_log
        self._clock = clock
        self._lock = Lock()
        self._following: dict[TopicPartition, PartitionTail] = {}
        self._places: dict[CameraId, TopicPartition] = {}

    def camera(self, camera: CameraId) -> CameraTail:
        """The newest packets of a camera, followed from now on.

        Raises:
            RetryLater: the broker is away.
            Halt: there is no `video` topic.
        """
        with self._lock:
            place = self._places.get(camera) or self._look_up(camera)
            tail = self._following.get(place)
            if tail is None or not tail.is_alive():
                tail = PartitionTail(place, self._open_log, self._clock)
                self._following[place] = tail
                tail.start()
            return tail.camera(camera)

    def close(self) -> None:
        """Let go of every partition."""
        with self._lock:
            for tail in self._following.values():
                tail.stop()
            self._following.clear()

    def _look_up(self, camera: CameraId) -> TopicPartition:
        log = self._open_log()
        try:
            self._places[camera] = log.place_of(topics.VIDEO, camera)
        finally:
            log.close()
        return self._places[camera]
