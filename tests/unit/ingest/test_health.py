"""What a camera's health says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from prometheus_client import REGISTRY

from ingest.health import CameraRecord, CameraState, write_health
from ingest.model import BreakReason, Camera, CameraId
from ingest.sources.model import DropReason
from tests.unit.ingest.clips import T0, Clock
from tests.unit.ingest.test_camera_worker import PICTURE


def record_of(name: str) -> tuple[CameraRecord, Clock]:
    clock = Clock(step=timedelta(0))
    return CameraRecord(Camera(CameraId(name), "rtsp://street.example"), clock), clock


def test_rates_are_over_the_last_ten_seconds() -> None:
    record, clock = record_of("rates")
    for _ in range(50):
        record.packet(PICTURE)
    now = record.snapshot()
    assert (now.fps, now.bytes_per_s, now.last_packet_at) == (5.0, 5.0, T0)
    clock.at += timedelta(seconds=10)
    assert record.snapshot().fps == 0


def test_the_first_picture_makes_the_camera_run() -> None:
    record, _ = record_of("first")
    assert record.snapshot().state is CameraState.CONNECTING
    record.packet(PICTURE)
    assert record.snapshot().state is CameraState.RUNNING
    assert REGISTRY.get_sample_value("constat_ingest_camera_running", {"camera": "first"}) == 1
    record.state(CameraState.WAITING, "lost")
    assert REGISTRY.get_sample_value("constat_ingest_camera_running", {"camera": "first"}) == 0


def test_what_happens_is_counted_by_camera_and_reason() -> None:
    record, _ = record_of("counted")
    record.dropped(DropReason.CORRUPT)
    record.dropped(DropReason.CORRUPT)
    record.stream_ended(BreakReason.LOST)
    record.reconnecting()
    labels = {"camera": "counted", "reason": "corrupt"}
    assert REGISTRY.get_sample_value("constat_ingest_dropped_total", labels) == 2
    assert REGISTRY.get_sample_value("constat_ingest_breaks_total", {"camera": "counted", "reason": "lost"}) == 1
    assert REGISTRY.get_sample_value("constat_ingest_reconnects_total", {"camera": "counted"}) == 1
    assert (record.snapshot().dropped, record.snapshot().reconnects) == (2, 1)


def test_the_file_holds_every_camera_and_replaces_the_one_before(tmp_path: Path) -> None:
    record, _ = record_of("file")
    path = tmp_path / "health.json"
    path.write_text("old")
    record.packet(PICTURE)
    record.state(CameraState.NEEDS_ATTENTION, "wrong credentials")
    write_health(path, [record.snapshot()], T0)
    body = json.loads(path.read_text())
    assert body["at"] == T0.isoformat()
    [camera] = body["cameras"]
    assert camera["state"] == "needs-attention"
    assert camera["last_packet_at"] == T0.isoformat()
    assert camera["last_error"] == "wrong credentials"
    assert list(tmp_path.iterdir()) == [path]
