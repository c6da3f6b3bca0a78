"""One thread per camera: plays it, and tries again when it fails.

Promise: at least what `live_camera` and `file_camera` promise, whatever other cameras do. A crash of the
process at any step leaves a prefix of the camera's records in `video`; the next start goes on from there.
An exception or a hang stays in this thread: nothing here is shared but the producer, whose share per camera
is bounded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import structlog

from ingest.errors import Halt, RetryLater
from ingest.gate import NotAllowed
from ingest.health import CameraRecord, CameraState
from ingest.model import CameraId
from ingest.sources.model import CameraUnusable

_log = structlog.get_logger("ingest")

_SHUT_LOOK_S = 1.0
"""How often a camera that is not allowed asks again: it opens within that after its order begins."""


class Playable(Protocol):
    """A camera that can be played: live or from a file."""

    def play(self, stop: threading.Event) -> None:
        """Pass pictures on until they end or `stop` is set. Raises RetryLater, NotAllowed, CameraUnusable or Halt."""
        ...


class CameraWorker:
    """Keeps one camera playing.

    Args:
        waits_s: Shortest and longest pause between attempts.
        jitter: A factor for each pause, so that cameras behind one switch do not come back in step.
        on_halt: Told when the broker refuses this process: no camera can go on.
    """

    def __init__(
        self,
        camera: CameraId,
        playable: Playable,
        record: CameraRecord,
        waits_s: tuple[float, float],
        jitter: Callable[[], float],
        on_halt: Callable[[Halt], None],
    ) -> None:
        self.camera = camera
        self.record = record
        self._playable = playable
        self._waits_s = waits_s
        self._jitter = jitter
        self._on_halt = on_halt

    def run(self, stop: threading.Event) -> None:
        """Play until the camera has ended for good or `stop` is set."""
        waits = self._waits()
        while not stop.is_set():
            shown = self.record.snapshot().last_packet_at
            try:
                wait_s = self._attempt(stop, waits)
            except NotAllowed as error:
                self.record.shut(str(error))
                waits = self._waits()
                stop.wait(_SHUT_LOOK_S)
                continue
            if wait_s is None:
                return
            if self.record.snapshot().last_packet_at != shown:
                waits = self._waits()
                wait_s = next(waits)
            if stop.wait(wait_s * self._jitter()):
                break
            self.record.reconnecting()
        self.record.state(CameraState.STOPPED)

    def _attempt(self, stop: threading.Event, waits: Iterator[float]) -> float | None:
        """Play once; returns the pause before the next attempt, None if there is none. Raises NotAllowed."""
        try:
            self._playable.play(stop)
        except NotAllowed:
            raise
        except RetryLater as error:
            return self._failed(CameraState.WAITING, str(error), next(waits))
        except CameraUnusable as error:
            return self._failed(CameraState.NEEDS_ATTENTION, str(error), self._waits_s[1])
        except Halt as error:
            self.record.state(CameraState.NEEDS_ATTENTION, str(error))
            self._on_halt(error)
            return None
        except Exception as error:  # noqa: BLE001 (the one catch-all: a bug met by one camera stays there)
            _log.exception("camera.bug", camera=self.camera)
            return self._failed(CameraState.WAITING, type(error).__name__, next(waits))
        self.record.state(CameraState.STOPPED if stop.is_set() else CameraState.ENDED)
        return None

    def _failed(self, state: CameraState, error: str, wait_s: float) -> float:
        _log.warning("camera.failed", camera=self.camera, state=state, error=error, retry_in_s=wait_s)
        self.record.state(state, error)
        return wait_s

    def _waits(self) -> Iterator[float]:
        shortest_s, longest_s = self._waits_s
        wait_s = shortest_s
        while True:
            yield wait_s
            wait_s = min(longest_s, 2 * wait_s)
