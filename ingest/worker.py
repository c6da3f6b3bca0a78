"""Runs all cameras of one process.

Promise: every camera goes on after its last record in `video`. SIGTERM ends live streams with STOPPED,
leaves files to be resumed, waits for the broker to have everything, and exits 0. Killed at any step, the
process leaves in `video` a prefix of every camera's records, and the next start goes on from there.
Two processes must not run the same camera: they would both number its packets.
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
from ingest.errors import Halt, RetryLater
from ingest.file_camera import FileCamera
from ingest.health import CameraHealth, CameraRecord, write_health
from ingest.last_records import LastRecord, find_last_records
from ingest.live_camera import LiveCamera
from ingest.model import Camera, CameraId
from ingest.outlet import VideoOutlet
from ingest.settings import IngestSettings
from ingest.sources import SecretOf, is_file, open_source
from ingest.sources.file import FileSource, path_of

_log = structlog.get_logger("ingest")

EXIT_CLEAN = 0
EXIT_FAILED = 1
_THREAD = "camera-"
_ENDED_CHECK_S = 0.2


def _now() -> datetime:
    return datetime.now(UTC)


def _jitter() -> float:
    return random.uniform(0.75, 1.25)  # noqa: S311 (spreads retries; no secret)


class IngestWorker:
    """All cameras of one process.

    Args:
        open_log: Makes a reader of `video`, to find where each camera stopped.
        secret_of: Resolves `Camera.credentials` to "user:password".
        on_health: Told the state of all cameras every `settings.health_every_s`.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        settings: IngestSettings,
        producer: Producer,
        open_log: Callable[[], LogReader],
        secret_of: SecretOf,
        on_health: Callable[[Sequence[CameraHealth]], None] | None = None,
        now: Callable[[], datetime] = _now,
        jitter: Callable[[], float] = _jitter,
    ) -> None:
        self._cameras = cameras
        self._settings = settings
        self._producer = producer
        self._open_log = open_log
        self._secret_of = secret_of
        self._on_health = on_health
        self._now = now
        self._jitter = jitter
        self._stop = threading.Event()
        self._halted: Halt | None = None
        self._records = {camera.id: CameraRecord(camera, now) for camera in cameras}

    def stop(self) -> None:
        """Ask for a clean end; `run` then returns. May be called from a signal handler or another thread."""
        self._stop.set()

    def health(self) -> list[CameraHealth]:
        """The state of every camera now."""
        return [record.snapshot() for record in self._records.values()]

    def run(self, until_ended: bool = False) -> int:
        """Play all cameras until asked to stop.

        Args:
            until_ended: Return also when every camera is a file that has ended.

        Returns:
            The process's exit code: 0 after a clean end, 1 if a person must act or the broker did not
            take everything in time.
        """
        try:
            last_records = self._last_records()
        except Halt as error:
            self._halt(error)
        else:
            self._play(last_records, until_ended)
        return self._finish()

    def _play(self, last_records: dict[CameraId, LastRecord], until_ended: bool) -> None:
        workers = [self._camera_worker(camera, last_records.get(camera.id)) for camera in self._cameras]
        threads = [
            threading.Thread(target=worker.run, args=[self._stop], name=f"{_THREAD}{worker.camera}", daemon=True)
            for worker in workers
        ]
        for thread in threads:
            thread.start()
        every_s = min(self._settings.health_every_s, _ENDED_CHECK_S) if until_ended else self._settings.health_every_s
        while not self._stop.wait(every_s):
            self._report()
            if until_ended and not any(thread.is_alive() for thread in threads):
                break
        self._join(threads)
        self._report()

    def _join(self, threads: Sequence[threading.Thread]) -> None:
        # A thread may sit that long in a read of a silent camera.
        give_up_at = time.monotonic() + self._settings.open_timeout_s + self._settings.read_timeout_s
        for thread in threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
            if thread.is_alive():
                _log.error("camera.hangs", camera=thread.name.removeprefix(_THREAD))

    def _camera_worker(self, camera: Camera, last: LastRecord | None) -> CameraWorker:
        settings, record = self._settings, self._records[camera.id]
        outlet = VideoOutlet(camera.id, self._producer, last, settings.camera_buffer_bytes)
        return CameraWorker(
            camera.id,
            self._playable(camera, outlet, record),
            record,
            (settings.retry_first_s, settings.retry_longest_s),
            self._jitter,
            self._halt,
        )

    def _playable(self, camera: Camera, outlet: VideoOutlet, record: CameraRecord) -> Playable:
        settings = self._settings
        if is_file(camera):
            path = path_of(camera.source)
            return FileCamera(camera, lambda: FileSource(path, record.dropped), outlet, record, self._now)
        timeouts_s = (settings.open_timeout_s, settings.read_timeout_s)
        return LiveCamera(
            camera,
            lambda: open_source(camera, self._secret_of, timeouts_s, record.dropped),
            outlet,
            record,
            lambda: LiveClock(settings.clock_drift_ppm, settings.camera_clock_tolerance_s),
            self._now,
        )

    def _last_records(self) -> dict[CameraId, LastRecord]:
        """Where each camera stopped; asks until the broker answers. Nothing once asked to stop."""
        wait_s = self._settings.retry_first_s
        while not self._stop.is_set():
            reader = self._open_log()
            try:
                return self._search(reader)
            except RetryLater as error:
                _log.warning("ingest.waits_for_broker", error=str(error))
                self._stop.wait(wait_s * self._jitter())
                wait_s = min(self._settings.retry_longest_s, 2 * wait_s)
            finally:
                reader.close()
        return {}

    def _search(self, reader: LogReader) -> dict[CameraId, LastRecord]:
        files = [camera.id for camera in self._cameras if is_file(camera)]
        live = [camera.id for camera in self._cameras if not is_file(camera)]
        found = find_last_records(reader, files, None)
        return found | find_last_records(reader, live, self._settings.resume_scan_records)

    def _report(self) -> None:
        health = self.health()
        if self._on_health is not None:
            self._on_health(health)
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
