"""A camera on the network: one connection is one stream.

Promise: every picture of a stream up to its break is in `video`, in order, unless the broker was too slow
for it; then whole groups of pictures are missing and counted, and what is there can be decoded.
Nothing is asked of the camera, and no picture passed on, at an instant at which that is not allowed: the stream
then ends with NOT_ALLOWED and the connection is closed.
A crash leaves the stream open; the next start closes it with a LOST break before anything else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from ingest.clock import LiveClock
from ingest.errors import ConstatError, Reject, RetryLater
from ingest.gate import NotAllowed, RefusalAt
from ingest.health import CameraRecord
from ingest.model import BreakReason, Camera, StreamId
from ingest.outlet import VideoOutlet
from ingest.sources.model import AccessUnit, DropReason, PictureFormat, Source

_log = structlog.get_logger("ingest")

_BREAK_RETRY_S = 0.2


class LiveCamera:
    """Connects to a camera and passes on what it sends.

    Args:
        open_source: Makes a connection.
        new_clock: Makes the clock of one connection.
        now: The host's clock, as an aware UTC datetime.
        refusal: Why nothing may be taken in at an instant.
    """

    def __init__(
        self,
        camera: Camera,
        open_source: Callable[[], Source],
        outlet: VideoOutlet,
        record: CameraRecord,
        new_clock: Callable[[], LiveClock],
        now: Callable[[], datetime],
        refusal: RefusalAt = lambda _: None,
    ) -> None:
        self._camera = camera
        self._open_source = open_source
        self._outlet = outlet
        self._record = record
        self._new_clock = new_clock
        self._now = now
        self._refusal = refusal
        self._is_dropping = False

    def play(self, stop: threading.Event) -> None:
        """Pass on one connection; returns once `stop` is set.

        Raises:
            RetryLater: the connection failed or ended.
            NotAllowed: nothing may be taken in now.
            CameraUnusable: a person must act.
            Halt: the broker refuses this client.
        """
        self._close_stream(BreakReason.LOST, stop)
        self._check_allowed()
        source = self._open_source()
        try:
            with self._record.connection():
                self._pass_on(source, stop)
        except NotAllowed:
            self._close_stream(BreakReason.NOT_ALLOWED, stop)
            raise
        except ConstatError:
            self._close_stream(BreakReason.LOST, stop)
            raise
        finally:
            source.close()
        if not stop.is_set():
            self._close_stream(BreakReason.LOST, stop)
            raise RetryLater("the camera ended the stream")
        self._close_stream(BreakReason.STOPPED, stop)

    def _check_allowed(self) -> None:
        reason = self._refusal(self._now())
        if reason is not None:
            raise NotAllowed(reason)
        self._record.allowed()

    def _pass_on(self, source: Source, stop: threading.Event) -> None:
        clock = self._new_clock()
        stream, known = self._new_stream(), None
        self._is_dropping = False
        for unit in source.units():
            if stop.is_set():
                return
            self._record.read(len(unit.data))
            self._check_allowed()
            if _has_changed(known, unit.format):
                self._close_stream(BreakReason.FORMAT_CHANGED, stop)
                stream = self._new_stream()
            known = unit.format
            self._put(stream, unit, clock)

    def _put(self, stream: StreamId, unit: AccessUnit, clock: LiveClock) -> None:
        # Stamped also when dropped: the clock learns from every arrival.
        captured_at, state = clock.stamp(unit.micros(), self._now(), unit.camera_time)
        if self._is_dropping and not unit.is_keyframe:
            self._record.dropped(DropReason.BROKER_SLOW)
            return
        try:
            packet = self._outlet.put_packet(stream, unit, captured_at, state)
        except RetryLater as error:
            self._drop(DropReason.BROKER_SLOW, error)
        except Reject as error:
            self._drop(DropReason.TOO_LARGE, error)
        else:
            self._is_dropping = False
            self._record.packet(packet)

    def _drop(self, reason: DropReason, error: ConstatError) -> None:
        if not self._is_dropping:
            _log.warning("camera.dropping", camera=self._camera.id, reason=reason, error=str(error))
        self._is_dropping = True
        self._record.dropped(reason)

    def _close_stream(self, reason: BreakReason, stop: threading.Event) -> None:
        """End the stream that is open, if one is; waits for the broker unless asked to stop."""
        last = self._outlet.last
        while last is not None and last.is_open:
            try:
                self._outlet.put_break(last.stream, self._now(), reason)
            except RetryLater as error:
                _log.warning("camera.break_waits", camera=self._camera.id, error=str(error))
                if stop.wait(_BREAK_RETRY_S):
                    return
            else:
                self._record.stream_ended(reason)
                return

    def _new_stream(self) -> StreamId:
        return StreamId(f"{self._camera.id}~{self._now():%Y%m%dT%H%M%S.%fZ}")


def _has_changed(known: PictureFormat | None, current: PictureFormat) -> bool:
    return known is not None and known != current
