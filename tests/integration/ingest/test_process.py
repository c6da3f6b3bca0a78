"""Ingest as a process on the real broker: killed, stopped, started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from ingest.model import BreakReason, Packet, StreamBreak
from ingest.settings import BusSettings
from ingest.wire import DEVICE_EVENT
from tests.integration.ingest.brokers import bus_settings, stored, stored_video
from tests.integration.ingest.cameras import free_port, mjpeg_camera
from tests.unit.ingest.clips import REORDERED, T0, packets_of, write_clip

ROOT = Path(__file__).parents[3]
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def bus(kafka_bootstrap: str) -> BusSettings:
    return bus_settings(kafka_bootstrap)


@pytest.fixture
def camera() -> str:
    return f"C{uuid.uuid4().hex[:10]}"


@pytest.fixture
def start(bus: BusSettings) -> Iterator[Start]:
    processes: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.integration.ingest.run_ingest", bus.bootstrap, *arguments]
        processes.append(subprocess.Popen(command, cwd=ROOT))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute or two."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.2) for _ in range(300))


def test_killed_in_the_middle_of_a_file_and_started_again_nothing_is_lost_or_doubled(
    bus: BusSettings, camera: str, start: Start, tmp_path: Path
) -> None:
    path = write_clip(tmp_path / "street.mp4", 80, options=REORDERED)
    starts_at = datetime.now(UTC) + timedelta(seconds=2)
    argument = f"{camera}=file:{path}@{starts_at.isoformat()}"
    for portion in (5, 25):
        process = start("cameras", argument)
        assert eventually(lambda portion=portion: len(stored_video(bus, camera)) >= portion)  # type: ignore[misc]
        process.kill()
        process.wait()
        assert len(stored_video(bus, camera)) < 80
    start("cameras", argument)
    assert eventually(lambda: len(stored_video(bus, camera)) >= 81)
    *packets, end = stored_video(bus, camera)
    assert [p.data for p in packets if isinstance(p, Packet)] == packets_of(path)
    assert [record.seq for record in (*packets, end)] == list(range(81))
    assert len({record.stream for record in (*packets, end)}) == 1
    assert isinstance(end, StreamBreak)
    assert end.reason is BreakReason.END_OF_FILE
    instants = sorted(p.captured_at for p in packets if isinstance(p, Packet))
    assert instants == [starts_at + n * timedelta(milliseconds=100) for n in range(80)]


def test_sigterm_leaves_a_file_open_closes_a_live_stream_and_exits_0(
    bus: BusSettings, camera: str, start: Start, tmp_path: Path
) -> None:
    path = write_clip(tmp_path / "street.mp4", 12, rate=1)
    pictures = packets_of(write_clip(tmp_path / "street.avi", 5, codec="mjpeg", options={})) * 1000
    starts_at = datetime.now(UTC) + timedelta(seconds=1)
    with mjpeg_camera(pictures, pause_s=0.05) as address:
        process = start("cameras", f"{camera}-file=file:{path}@{starts_at.isoformat()}", f"{camera}-live={address}@")
        assert eventually(
            lambda: bool(stored_video(bus, f"{camera}-file")) and bool(stored_video(bus, f"{camera}-live"))
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    live = stored_video(bus, f"{camera}-live")
    assert isinstance(live[-1], StreamBreak)
    assert live[-1].reason is BreakReason.STOPPED
    assert [record.seq for record in live] == list(range(len(live)))
    assert all(isinstance(record, Packet) for record in stored_video(bus, f"{camera}-file"))


def test_a_live_camera_killed_and_started_again_first_closes_its_stream(
    bus: BusSettings, camera: str, start: Start, tmp_path: Path
) -> None:
    pictures = packets_of(write_clip(tmp_path / "street.avi", 5, codec="mjpeg", options={})) * 1000
    with mjpeg_camera(pictures, pause_s=0.05) as address:
        first = start("cameras", f"{camera}={address}@")
        assert eventually(lambda: len(stored_video(bus, camera)) >= 3)
        first.kill()
        first.wait()
        before = len(stored_video(bus, camera))
        start("cameras", f"{camera}={address}@")
        assert eventually(lambda: len(stored_video(bus, camera)) >= before + 3)
    records = stored_video(bus, camera)
    lost = records[before]
    assert isinstance(lost, StreamBreak)
    assert (lost.reason, lost.stream) == (BreakReason.LOST, records[0].stream)
    assert records[before + 1].stream != lost.stream
    assert [record.seq for record in records] == list(range(len(records)))


def test_the_device_entry_stores_what_it_answers_202_and_exits_0(bus: BusSettings, start: Start) -> None:
    port = free_port()
    process = start("devices", str(port))
    entry = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        try:
            return httpx.get(f"{entry}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    assert eventually(is_up)
    reports = [{"device": "bollard-1", "kind": kind, "at": T0.isoformat()} for kind in ("lowering", "lowered")]
    headers = {"Authorization": "Bearer north-token"}
    answer = httpx.post(f"{entry}/v1/device-events", json=reports, headers=headers, timeout=30)
    assert answer.status_code == 202
    events = [DEVICE_EVENT.decode(envelope.value) for envelope in stored(bus, "devices", "bollard-1")]
    assert [event.id for event in events][-2:] == answer.json()["ids"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
