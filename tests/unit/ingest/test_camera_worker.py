"""One camera's thread: tries again with growing pauses, and keeps its troubles to itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ingest.camera_worker import CameraWorker
from ingest.errors import Halt, RetryLater
from ingest.health import CameraRecord, CameraState
from ingest.model import Camera, ClockSource, ClockState, Packet, StreamId
from ingest.sources.model import CameraUnusable
from tests.unit.ingest.clips import CAMERA, FORMAT, T0, Clock, WaitingMovesClock


class ScriptedCamera:
    """Raises what it is given, one per attempt, then ends."""

    def __init__(self, *script: BaseException | Callable[[], None]) -> None:
        self._script = list(script)
        self.attempts = 0

    def play(self, stop: threading.Event) -> None:
        self.attempts += 1
        step = self._script.pop(0) if self._script else None
        if isinstance(step, BaseException):
            raise step
        if step is not None:
            step()
            raise RetryLater("lost")


class Rig:
    def __init__(self, *script: BaseException | Callable[[], None], most_waits: int = 100) -> None:
        self.clock = Clock()
        self.record = CameraRecord(Camera(CAMERA, "rtsp://street.example"), self.clock)
        self.camera = ScriptedCamera(*script)
        self.halts: list[Halt] = []
        self.stop = WaitingMovesClock(self.clock, most_waits)
        worker = CameraWorker(CAMERA, self.camera, self.record, (0.5, 30.0), lambda: 1.0, self.halts.append)
        worker.run(self.stop)

    @property
    def state(self) -> CameraState:
        return self.record.snapshot().state


PICTURE = Packet(
    camera=CAMERA,
    stream=StreamId("s"),
    seq=0,
    pts=0,
    dts=0,
    time_base=FORMAT.time_base,
    is_keyframe=True,
    codec="h264",
    width_px=160,
    height_px=96,
    captured_at=T0,
    clock=ClockState(ClockSource.ARRIVAL),
    data=b"x",
)


def test_pauses_double_up_to_the_longest() -> None:
    rig = Rig(*[RetryLater("lost")] * 9)
    assert rig.stop.waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert rig.state is CameraState.ENDED
    assert rig.record.snapshot().reconnects == 9


def test_pauses_start_over_once_pictures_came() -> None:
    clock = Clock()
    record = CameraRecord(Camera(CAMERA, "rtsp://street.example"), clock)
    camera = ScriptedCamera(RetryLater("a"), RetryLater("b"), lambda: record.packet(PICTURE), RetryLater("c"))
    stop = WaitingMovesClock(clock)
    CameraWorker(CAMERA, camera, record, (0.5, 30.0), lambda: 1.0, lambda _: None).run(stop)
    assert stop.waits == [0.5, 1, 0.5, 1]


def test_jitter_scales_the_pauses() -> None:
    clock = Clock()
    record = CameraRecord(Camera(CAMERA, "rtsp://street.example"), clock)
    stop = WaitingMovesClock(clock)
    camera = ScriptedCamera(RetryLater("a"), RetryLater("b"))
    CameraWorker(CAMERA, camera, record, (0.5, 30.0), lambda: 1.2, lambda _: None).run(stop)
    assert stop.waits == pytest.approx([0.6, 1.2])


def test_what_needs_a_person_is_tried_rarely_and_shown() -> None:
    rig = Rig(CameraUnusable("wrong credentials"), CameraUnusable("wrong credentials"), most_waits=2)
    assert rig.stop.waits == [30, 30]
    assert rig.record.snapshot().last_error == "wrong credentials"
    assert rig.state is CameraState.STOPPED


def test_a_bug_is_contained_and_tried_again() -> None:
    rig = Rig(ZeroDivisionError("oops"), KeyError("x"))
    assert rig.camera.attempts == 3
    assert rig.state is CameraState.ENDED
    assert rig.record.snapshot().last_error == "KeyError"


def test_a_broker_that_refuses_is_told_to_the_process_and_not_tried_again() -> None:
    rig = Rig(Halt("check the password"))
    assert [str(halt) for halt in rig.halts] == ["check the password"]
    assert rig.camera.attempts == 1
    assert rig.state is CameraState.NEEDS_ATTENTION


def test_stopping_ends_the_pause() -> None:
    rig = Rig(*[RetryLater("lost")] * 9, most_waits=2)
    assert rig.camera.attempts == 2
    assert rig.state is CameraState.STOPPED
