"""Which cameras of one process play: brought up to date with the site, each in a thread of its own.

A camera keeps its outlet and its record for as long as the process lives. So it goes on with the seq after its last
one whatever was done to it, and the count of its connections covers a former thread that has not let go yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from ingest.bus import LogReader, Producer
from ingest.errors import RetryLater
from ingest.health import CameraHealth, CameraRecord, CameraState
from ingest.last_records import LastRecord, find_last_records
from ingest.model import Camera, CameraId
from ingest.outlet import VideoOutlet
from ingest.settings import IngestSettings
from ingest.sources import is_file

_log = structlog.get_logger("ingest")

_THREAD = "camera-"

Start = Callable[[Camera, VideoOutlet, CameraRecord, threading.Event], None]
"""Plays one camera in the thread that calls it, until it ends or the event is set."""


@dataclass(frozen=True, slots=True)
class _Player:
    camera: Camera
    stop: threading.Event
    thread: threading.Thread


class Roster:
    """Starts and stops the cameras of one process; used by its main thread alone, `health` by any.

    Args:
        cameras: The cameras to play now. May raise RetryLater.
        open_log: Makes a reader of `video`, to find where a camera stopped.
    """

    def __init__(
        self,
        cameras: Callable[[], Sequence[Camera]],
        settings: IngestSettings,
        producer: Producer,
        open_log: Callable[[], LogReader],
        now: Callable[[], datetime],
        start: Start,
    ) -> None:
        self._cameras = cameras
        self._settings = settings
        self._producer = producer
        self._open_log = open_log
        self._now = now
        self._start = start
        self._players: dict[CameraId, _Player] = {}
        self._outlets: dict[CameraId, VideoOutlet] = {}
        self._records: dict[CameraId, CameraRecord] = {}
        self._wait_s = settings.retry_first_s
        self._due_s = time.monotonic()
        self._is_complete = False

    def bring_up_to_date(self) -> None:
        """Ask which cameras there are, once it is time again; stop and start those that differ.

        Raises:
            Halt: `video` does not exist, or the broker refuses this client.
        """
        if time.monotonic() < self._due_s:
            return
        try:
            self._compare({camera.id: camera for camera in self._cameras()})
        except RetryLater as error:
            _log.warning("ingest.waits_to_start_cameras", error=str(error))
            self._due_s = time.monotonic() + self._wait_s
            self._wait_s = min(self._settings.retry_longest_s, 2 * self._wait_s)
        else:
            self._due_s = time.monotonic() + self._settings.cameras_every_s
            self._wait_s = self._settings.retry_first_s

    def health(self) -> list[CameraHealth]:
        """Every camera that plays or has played to its end."""
        return [self._records[camera].snapshot() for camera in list(self._players)]

    def has_ended(self) -> bool:
        """Whether every camera has been played to its end, or is shut."""
        return self._is_complete and not any(
            player.thread.is_alive() and self._records[camera].snapshot().state is not CameraState.SHUT
            for camera, player in self._players.items()
        )

    def stop_all(self, patience_s: float) -> None:
        """Stop every camera. A thread may sit for long in a read of a silent one: it is left after `patience_s`."""
        for player in self._players.values():
            player.stop.set()
        give_up_at = time.monotonic() + patience_s
        for camera, player in self._players.items():
            player.thread.join(max(0.0, give_up_at - time.monotonic()))
            if player.thread.is_alive():
                _log.error("camera.hangs", camera=camera)

    def _compare(self, wanted: dict[CameraId, Camera]) -> None:
        for camera_id, player in list(self._players.items()):
            if wanted.get(camera_id) != player.camera:
                self._dismiss(camera_id, player)
        missing = [camera for camera in wanted.values() if camera.id not in self._players]
        unknown = [camera for camera in missing if camera.id not in self._outlets]
        last_records = self._last_records(unknown) if unknown else {}
        for camera in unknown:
            last, budget_bytes = last_records.get(camera.id), self._settings.camera_buffer_bytes
            self._outlets[camera.id] = VideoOutlet(camera.id, self._producer, last, budget_bytes)
        for camera in missing:
            self._play(camera)
        self._is_complete = True

    def _dismiss(self, camera_id: CameraId, player: _Player) -> None:
        """Ask a camera to stop, or forget it where it has: only then may another thread number its packets."""
        if not player.stop.is_set():
            _log.info("camera.leaves_or_changes", camera=camera_id)
            player.stop.set()
        if not player.thread.is_alive():
            del self._players[camera_id]

    def _play(self, camera: Camera) -> None:
        record = self._records.setdefault(camera.id, CameraRecord(camera, self._now))
        record.state(CameraState.CONNECTING)
        stop = threading.Event()
        thread = threading.Thread(
            target=self._start,
            args=[camera, self._outlets[camera.id], record, stop],
            name=f"{_THREAD}{camera.id}",
            daemon=True,
        )
        self._players[camera.id] = _Player(camera, stop, thread)
        thread.start()

    def _last_records(self, cameras: Sequence[Camera]) -> dict[CameraId, LastRecord]:
        """Where each camera stopped; a file must resume exactly, so its last record is looked for to the beginning."""
        files = [camera.id for camera in cameras if is_file(camera)]
        live = [camera.id for camera in cameras if not is_file(camera)]
        reader = self._open_log()
        try:
            found = find_last_records(reader, files, None)
            return found | find_last_records(reader, live, self._settings.resume_scan_records)
        finally:
            reader.close()
