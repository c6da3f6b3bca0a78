"""All cameras of a process together: resumed, isolated, stopped cleanly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.health import CameraState
from ingest.memory_bus import MemoryBus, MemoryLogReader
from ingest.model import BreakReason, Camera, CameraId, Packet, StreamBreak
from ingest.settings import IngestSettings
from ingest.sources import SecretOf
from ingest.worker import EXIT_CLEAN, EXIT_FAILED, IngestWorker
from tests.unit.ingest.clips import T0, packets_of, video_records, write_clip

QUICK = IngestSettings(
    open_timeout_s=1, read_timeout_s=1, retry_first_s=0.01, retry_longest_s=0.02, health_every_s=0.05, flush_timeout_s=1
)


def no_secret(_: str) -> str | None:
    return None


def worker_of(
    bus: MemoryBus,
    *cameras: Camera,
    settings: IngestSettings = QUICK,
    open_log: Callable[[], MemoryLogReader] | None = None,
    secret_of: SecretOf = no_secret,
) -> IngestWorker:
    return IngestWorker(
        lambda: cameras, settings, bus.producer(), open_log or bus.log_reader, secret_of, jitter=lambda: 1.0
    )


def file_camera(name: str, path: Path, starts_at: datetime = T0, loop: bool = False) -> Camera:
    return Camera(CameraId(name), f"file:{path}", starts_at=starts_at, loop=loop)


class Running:
    """A worker in its own thread."""

    def __init__(self, worker: IngestWorker) -> None:
        self.worker = worker
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.worker.run()

    def stop(self) -> int | None:
        self.worker.stop()
        self._thread.join(20)
        return self.code


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["video"], partitions=2)


@pytest.fixture
def started() -> Iterator[Callable[[IngestWorker], Running]]:
    running: list[Running] = []

    def start(worker: IngestWorker) -> Running:
        running.append(Running(worker))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within ten seconds."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.02) for _ in range(500))


def test_files_are_played_and_a_broken_camera_disturbs_none(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    (tmp_path / "garbage.mp4").write_bytes(b"garbage" * 1000)
    cameras = [
        file_camera("B1", path),
        file_camera("B2", tmp_path / "garbage.mp4"),
        file_camera("B3", tmp_path / "missing.mp4"),
        file_camera("B4", path),
    ]
    worker = worker_of(bus, *cameras)
    assert worker.run(until_ended=True) == EXIT_CLEAN
    for good in ("B1", "B4"):
        assert [r.data for r in video_records(bus, good) if isinstance(r, Packet)] == packets_of(path)
    for camera in cameras:
        end = video_records(bus, camera.id)[-1]
        assert isinstance(end, StreamBreak)
        assert end.reason is BreakReason.END_OF_FILE
    health = {camera.camera: camera for camera in worker.health()}
    assert {camera.state for camera in health.values()} == {CameraState.ENDED}
    assert "garbage.mp4" in (health[CameraId("B2")].last_error or "")
    assert "missing.mp4" in (health[CameraId("B3")].last_error or "")
    assert health[CameraId("B1")].last_error is None


def test_a_second_run_changes_nothing(bus: MemoryBus, tmp_path: Path) -> None:
    camera = file_camera("B1", write_clip(tmp_path / "street.mp4"))
    assert worker_of(bus, camera).run(until_ended=True) == EXIT_CLEAN
    before = video_records(bus)
    assert worker_of(bus, camera).run(until_ended=True) == EXIT_CLEAN
    assert video_records(bus) == before


def test_a_stopped_file_is_left_open_and_goes_on(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    # One picture a second, half of them due.
    path = write_clip(tmp_path / "slow.mp4", 12, rate=1)
    running = started(worker_of(bus, file_camera("B1", path, datetime.now(UTC) - timedelta(seconds=5))))
    assert eventually(lambda: len(video_records(bus)) >= 6)
    assert running.stop() == EXIT_CLEAN
    stopped = video_records(bus)
    assert all(isinstance(record, Packet) for record in stopped)
    assert len(stopped) < 12
    assert running.worker.health()[0].state is CameraState.STOPPED


def test_a_broker_that_is_away_at_start_is_waited_for(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    bus.is_away = True
    asked = threading.Semaphore(0)

    def open_log() -> MemoryLogReader:
        asked.release()
        return bus.log_reader()

    path = write_clip(tmp_path / "street.mp4")
    started(worker_of(bus, file_camera("B1", path), open_log=open_log))
    assert all(asked.acquire(timeout=10) for _ in range(3))
    bus.is_away = False
    assert eventually(lambda: len(video_records(bus)) == 13)


def test_stopping_while_the_broker_is_away_does_not_hang(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    bus.is_away = True
    running = started(worker_of(bus, file_camera("B1", write_clip(tmp_path / "street.mp4"))))
    assert running.stop() == EXIT_CLEAN


def test_what_the_broker_did_not_take_fails_the_exit(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    path = write_clip(tmp_path / "slow.mp4", 12, rate=1)
    running = started(worker_of(bus, file_camera("B1", path, datetime.now(UTC) - timedelta(seconds=5))))
    assert eventually(lambda: len(video_records(bus)) >= 5)
    bus.is_away = True
    assert eventually(lambda: len(video_records(bus)) < (running.worker.health()[0].fps * 10))
    assert running.stop() == EXIT_FAILED


def test_without_the_topic_the_process_ends_and_says_why(tmp_path: Path) -> None:
    camera = file_camera("B1", write_clip(tmp_path / "street.mp4"))
    assert worker_of(MemoryBus([]), camera).run() == EXIT_FAILED


def test_health_is_written_and_shows_no_secret(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    path = tmp_path / "health.json"
    settings = QUICK.model_copy(update={"health_file": str(path)})
    camera = Camera(CameraId("B9"), "rtsp://127.0.0.1:1/live", credentials="b9")
    started(worker_of(bus, camera, settings=settings, secret_of=lambda _: "agent:hunter2"))

    def shows_an_error() -> bool:
        return path.exists() and json.loads(path.read_text())["cameras"][0]["last_error"] is not None

    assert eventually(shows_an_error)
    [shown] = json.loads(path.read_text())["cameras"]
    assert "127.0.0.1:1/live" in shown["last_error"]
    assert "hunter2" not in path.read_text()


def test_a_camera_without_its_secret_is_named_and_the_others_play(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    locked = Camera(CameraId("B9"), "rtsp://127.0.0.1:1/live", credentials="b9")
    running = started(worker_of(bus, locked, file_camera("B1", write_clip(tmp_path / "street.mp4"))))
    assert eventually(lambda: len(video_records(bus)) == 13)
    assert eventually(lambda: running.worker.health()[0].state is CameraState.NEEDS_ATTENTION)
    assert "'b9' is not set" in (running.worker.health()[0].last_error or "")
