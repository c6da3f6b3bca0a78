"""A video file played as a camera, paced by the wall clock.

Promise: the records are a function of the file, its start and the pass alone. Killed at any point and
started again, ingest goes on after the last record stored: the same sequence, no hole, no double.
A clip played once always ends with END_OF_FILE, even one that cannot be read, so that nobody waits for ever;
once ended it is not played again, until it is given another start.
Pictures of instants at which the camera may not be taken in are left out: the stream ends with NOT_ALLOWED, and
another begins at the first keyframe that may. What was left out stays left out, whatever is allowed later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import structlog

from ingest.errors import Reject, RetryLater
from ingest.file_playback import FileStream, Progress, Shutter, Step, steps_of_pass
from ingest.gate import RefusalAt
from ingest.health import CameraRecord
from ingest.model import BreakReason, Camera, ClockSource, ClockState, StreamId
from ingest.outlet import VideoOutlet
from ingest.sources.file import FileSource, length_us, path_of
from ingest.sources.model import CameraUnusable, DropReason

_log = structlog.get_logger("ingest")

_CLOCK = ClockState(ClockSource.FILE)
_FULL_PAUSE_S = 0.05
_LONGEST_SLEEP_S = 1.0
_UNREADABLE = "unreadable"


class FileCamera:
    """Plays one file into `video`.

    Args:
        open_source: Opens the file for one pass.
        now: The host's clock, as an aware UTC datetime.
        refusal: Why the picture of an instant may not be taken in.
    """

    def __init__(
        self,
        camera: Camera,
        open_source: Callable[[], FileSource],
        outlet: VideoOutlet,
        record: CameraRecord,
        now: Callable[[], datetime],
        refusal: RefusalAt = lambda _: None,
    ) -> None:
        self._camera = camera
        self._open_source = open_source
        self._outlet = outlet
        self._record = record
        self._now = now
        self._refusal = refusal
        self._is_dropping = False

    def play(self, stop: threading.Event) -> None:
        """Play to the end, or for ever; returns early once `stop` is set, to be resumed by a later start.

        Raises:
            CameraUnusable: a file to be looped cannot be read.
            Halt: the broker refuses this client.
        """
        beginning = self._beginning(stop)
        if beginning is None:
            _log.info("camera.already_played", camera=self._camera.id, hint="set another starts_at to play it again")
            return
        stream, done = beginning
        try:
            while self._play_pass(stream, done, stop) and self._camera.loop:
                stream, done = FileStream(stream.starts_at, stream.turn + 1), None
        except CameraUnusable as error:
            if self._camera.loop:
                raise
            _log.error("camera.unusable", camera=self._camera.id, error=str(error))
            self._end_unreadable(stream, str(error), stop)

    def _beginning(self, stop: threading.Event) -> tuple[FileStream, Progress | None] | None:
        """The pass to play and what of it is stored; None if the clip has ended for good."""
        last, declared = self._outlet.last, self._camera.starts_at
        known = FileStream.parse(self._camera.id, last.stream) if last is not None else None
        if last is not None and known is not None and declared in (None, known.starts_at):
            if last.reason is not BreakReason.END_OF_FILE:
                return replace(known, part=0), Progress(known.part, last.place)
            return (FileStream(known.starts_at, known.turn + 1), None) if self._camera.loop else None
        if last is not None and last.is_open:
            self._put_break(last.stream, last.at, BreakReason.LOST, stop)
        return FileStream((declared or self._now()).astimezone(UTC)), None

    def _play_pass(self, stream: FileStream, done: Progress | None, stop: threading.Event) -> bool:
        """Play one pass; False if asked to stop."""
        starts_at = stream.starts_at
        if stream.turn:
            starts_at += stream.turn * self._length
        source, latest, shutter = self._open_source(), None, Shutter(self._refusal)
        try:
            for step in steps_of_pass(source, stream, starts_at):
                if not self._was_time(step.at, stop):
                    return False
                judged, reason = shutter.judge(step)
                latest = judged if latest is None else replace(judged, at=max(judged.at, latest.at))
                if judged.is_after(done) and not self._pass_on(judged, reason, stop):
                    return False
        except (CameraUnusable, RetryLater) as error:
            if latest is None:
                raise CameraUnusable(str(error)) from error
            _log.error("camera.file_cut_short", camera=self._camera.id, error=str(error))
        finally:
            source.close()
        if latest is None or self._camera.loop:
            return True
        if stop.is_set():
            return False
        return self._put_break(latest.stream.id(self._camera.id), latest.at, BreakReason.END_OF_FILE, stop)

    @cached_property
    def _length(self) -> timedelta:
        return timedelta(microseconds=length_us(path_of(self._camera.source)))

    def _pass_on(self, step: Step, reason: str | None, stop: threading.Event) -> bool:
        """Put a step, or leave it out for a reason; False if asked to stop."""
        if reason is None:
            self._record.allowed()
            self._record.read(0 if step.unit is None else len(step.unit.data))
            return self._put(step, stop)
        self._record.shut(reason)
        last = self._outlet.last
        if step.ends is BreakReason.NOT_ALLOWED and last is not None and last.is_open:
            return self._put_break(last.stream, step.at, step.ends, stop)
        return True

    def _put(self, step: Step, stop: threading.Event) -> bool:
        if step.unit is None:
            ends = step.ends or BreakReason.FORMAT_CHANGED
            return self._put_break(step.stream.id(self._camera.id), step.at, ends, stop)
        if self._is_dropping and not step.unit.is_keyframe:
            self._record.dropped(DropReason.TOO_LARGE)
            return True
        while True:
            try:
                packet = self._outlet.put_packet(step.stream.id(self._camera.id), step.unit, step.at, _CLOCK)
            except RetryLater:
                if stop.wait(_FULL_PAUSE_S):
                    return False
            except Reject as error:
                _log.warning("camera.dropping", camera=self._camera.id, error=str(error))
                self._record.dropped(DropReason.TOO_LARGE)
                self._is_dropping = True
                return True
            else:
                self._is_dropping = False
                self._record.packet(packet)
                return True

    def _put_break(self, stream: StreamId, at: datetime, reason: BreakReason, stop: threading.Event) -> bool:
        while True:
            try:
                self._outlet.put_break(stream, at, reason)
            except RetryLater:
                if stop.wait(_FULL_PAUSE_S):
                    return False
            else:
                self._record.stream_ended(reason)
                return True

    def _was_time(self, at: datetime, stop: threading.Event) -> bool:
        """Wait until an instant; False if asked to stop."""
        while (left_s := (at - self._now()).total_seconds()) > 0:
            if stop.wait(min(left_s, _LONGEST_SLEEP_S)):
                return False
        return not stop.is_set()

    def _end_unreadable(self, stream: FileStream, error: str, stop: threading.Event) -> None:
        """Say that nothing will come, once: a start after the file was repaired plays it."""
        self._record.failed(error)
        last = self._outlet.last
        if last is not None and last.is_open:
            self._put_break(last.stream, last.at, BreakReason.END_OF_FILE, stop)
        elif last is None or not last.stream.endswith(_UNREADABLE):
            unreadable = StreamId(f"{stream.id(self._camera.id)}~{_UNREADABLE}")
            self._put_break(unreadable, stream.starts_at, BreakReason.END_OF_FILE, stop)
