"""Runs all cameras of one process.

Promise: every camera goes on after its last record in `video`. SIGTERM ends live streams with STOPPED,
leaves files to be resumed, waits for the broker to have everything, and exits 0. Killed at any step, the
process leaves in `video` a prefix of every camera's records, and the next start goes on from there.
Two processes must not run the same camera: they would both number its packets.

The site's cameras are looked up every `cameras_every_s`: one that is new starts, one that is gone stops as at SIGTERM,
one that changed starts again once its former thread has ended. The others are not disturbed.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ingest.bus import LogReader, Producer
from ingest.camera_worker import CameraWorker, Playable
from ingest.clock import LiveClock
from ingest.errors import ConstatError, Halt, RetryLater
from ingest.file_camera import FileCamera
from ingest.gate import RefusalOf
from ingest.health import CameraHealth, CameraRecord, write_health
from ingest.live_camera import LiveCamera
from ingest.model import Camera
from ingest.outlet import VideoOutlet
from ingest.roster import Roster
from ingest.settings import IngestSettings
from ingest.sources import SecretOf, is_file, open_source
from ingest.sources.file import FileSource, path_of
from ingest.wire import health_message

_log = structlog.get_logger("ingest")

EXIT_CLEAN = 0
EXIT_FAILED = 1
_LOOK_S = 0.2


def _now() -> datetime:
    return datetime.now(UTC)


def _jitter() -> float:
    return random.uniform(0.75, 1.25)  # noqa: S311 (spreads retries; no secret)


class IngestWorker:
    """All cameras of one process.

    Args:
        cameras: The cameras to play now. May raise RetryLater: those that play go on.
        open_log: Makes a reader of `video`, to find where each camera stopped.
        secret_of: Resolves `Camera.credentials` to "user:password".
        refusal: Why a camera's picture of an instant may not be taken in; the wall clock's instant for a live camera,
            the picture's own for a file.
    """

    def __init__(
        self,
        cameras: Callable[[], Sequence[Camera]],
        settings: IngestSettings,
        producer: Producer,
        open_log: Callable[[], LogReader],
        secret_of: SecretOf,
        refusal: RefusalOf = lambda _camera, _at: None,
        now: Callable[[], datetime] = _now,
        jitter: Callable[[], float] = _jitter,
    ) -> None:
        self._settings = settings
        self._producer = producer
        self._secret_of = secret_of
        self._refusal = refusal
        self._now = now
        self._jitter = jitter
        self._stop = threading.Event()
        self._halted: Halt | None = None
        self._roster = Roster(cameras, settings, producer, open_log, now, self._start)

    def stop(self) -> None:
        """Ask for a clean end; `run` then returns. May be called from a signal handler or another thread."""
        self._stop.set()

    def health(self) -> list[CameraHealth]:
        """The state of every camera now."""
        return self._roster.health()

    def run(self, until_ended: bool = False) -> int:
        """Play all cameras until asked to stop.

        Args:
            until_ended: Return also when every camera is a file that has ended, or is shut.

        Returns:
            The process's exit code: 0 after a clean end, 1 if a person must act or the broker did not
            take everything in time.
        """
        report_due_s = time.monotonic()
        while not self._stop.is_set():
            self._look_at_site()
            if time.monotonic() >= report_due_s:
                self._report()
                report_due_s = time.monotonic() + self._settings.health_every_s
            if until_ended and self._roster.has_ended():
                break
            self._stop.wait(min(_LOOK_S, self._settings.health_every_s))
        self._roster.stop_all(self._settings.open_timeout_s + self._settings.read_timeout_s)
        self._report()
        return self._finish()

    def _look_at_site(self) -> None:
        try:
            self._roster.bring_up_to_date()
        except Halt as error:
            self._halt(error)

    def _start(self, camera: Camera, outlet: VideoOutlet, record: CameraRecord, stop: threading.Event) -> None:
        """Play one camera until it ends or `stop` is set; runs in the camera's thread."""
        waits_s = (self._settings.retry_first_s, self._settings.retry_longest_s)
        playable = self._playable(camera, outlet, record)
        CameraWorker(camera.id, playable, record, waits_s, self._jitter, self._halt).run(stop)

    def _playable(self, camera: Camera, outlet: VideoOutlet, record: CameraRecord) -> Playable:
        settings = self._settings

        def refusal(at: datetime) -> str | None:
            return self._refusal(camera.id, at)

        if is_file(camera):
            path = path_of(camera.source)
            return FileCamera(camera, lambda: FileSource(path, record.dropped), outlet, record, self._now, refusal)
        timeouts_s = (settings.open_timeout_s, settings.read_timeout_s)
        return LiveCamera(
            camera,
            lambda: open_source(camera, self._secret_of, timeouts_s, record.dropped),
            outlet,
            record,
            lambda: LiveClock(settings.clock_drift_ppm, settings.camera_clock_tolerance_s),
            self._now,
            refusal,
        )

    def _report(self) -> None:
        health = self.health()
        try:
            for camera in health:
                self._producer.send(health_message(camera))
        except ConstatError as error:
            # Health is for those who look on; pictures matter more and say for themselves when the broker is away.
            _log.warning("ingest.health_not_sent", error=str(error))
        if self._settings.health_file is not None:
            write_health(Path(self._settings.health_file), health, self._now())

    def _halt(self, error: Halt) -> None:
        _log.error("ingest.halted", error=str(error))
        self._halted = error
        self._stop.set()

    def _finish(self) -> int:
        try:
            self._producer.flush(self._settings.flush_timeout_s)
        except (RetryLater, Halt) as error:
            _log.error("ingest.not_all_stored", error=str(error))
            return EXIT_FAILED
        return EXIT_FAILED if self._halted is not None else EXIT_CLEAN


def run_until_signalled(worker: IngestWorker) -> int:
    """Run in the main thread until SIGTERM or SIGINT; returns the process's exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    return worker.run()
