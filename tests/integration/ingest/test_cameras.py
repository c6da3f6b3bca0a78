"""Real connections to cameras: RTSP over TCP and MJPEG over HTTP, lost, found again and refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from structlog.testing import capture_logs

from ingest.health import CameraState
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, Camera, CameraId, ClockSource, Packet, StreamBreak
from ingest.settings import IngestSettings
from ingest.sources.picture_format import START_CODE
from ingest.worker import IngestWorker
from tests.integration.ingest.cameras import locked_rtsp_camera, mjpeg_camera, rtsp_server
from tests.unit.ingest.clips import packets_of, video_records, write_clip

SETTINGS = IngestSettings(
    open_timeout_s=5, read_timeout_s=3, retry_first_s=0.05, retry_longest_s=0.2, health_every_s=0.1
)


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["video"])


@pytest.fixture
def play(bus: MemoryBus) -> Iterator[Callable[..., IngestWorker]]:
    threads: list[tuple[IngestWorker, threading.Thread]] = []

    def start(address: str, secret: str | None = None) -> IngestWorker:
        camera = Camera(CameraId("B1"), address, "b1" if secret else None)
        worker = IngestWorker(lambda: [camera], SETTINGS, bus.producer(), bus.log_reader, lambda _: secret)
        thread = threading.Thread(target=worker.run)
        thread.start()
        threads.append((worker, thread))
        return worker

    yield start
    for worker, thread in threads:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.05) for _ in range(1200))


def breaks(bus: MemoryBus) -> list[BreakReason]:
    return [record.reason for record in video_records(bus) if isinstance(record, StreamBreak)]


def packets(bus: MemoryBus) -> list[Packet]:
    return [record for record in video_records(bus) if isinstance(record, Packet)]


def slices_of(path: Path) -> list[bytes]:
    """The last NAL unit of each picture in an MP4: its slice, whatever the framing around it."""
    return [data[-int.from_bytes(_last_length(data), "big") :] for data in packets_of(path)]


def _last_length(data: bytes) -> bytes:
    at = 0
    while at + 4 + int.from_bytes(data[at : at + 4], "big") < len(data):
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return data[at : at + 4]


def test_an_rtsp_camera_is_read_and_found_again_when_it_ends(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "street.mp4", 20)
    with rtsp_server(tmp_path) as address:
        worker = play(f"{address}/street.mp4")
        assert eventually(lambda: breaks(bus)[:2] == [BreakReason.LOST, BreakReason.LOST])
    records = video_records(bus)
    assert [record.seq for record in records] == list(range(len(records)))
    first = [p for p in packets(bus) if p.stream == records[0].stream]
    assert [p.data[-len(tail) :] for p, tail in zip(first, slices_of(clip), strict=True)] == slices_of(clip)
    assert len({record.stream for record in records}) >= 2
    assert worker.health()[0].reconnects >= 1


def test_an_rtsp_stream_can_be_decoded_from_each_keyframe(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    write_clip(tmp_path / "street.mp4", 12, size=(320, 192))
    with rtsp_server(tmp_path) as address:
        play(f"{address}/street.mp4")
        assert eventually(lambda: bool(breaks(bus)))
    keyframes = [p for p in packets(bus) if p.is_keyframe]
    assert len(keyframes) >= 2
    for keyframe in keyframes:
        assert keyframe.extradata is not None
        assert keyframe.extradata.startswith(START_CODE)
        create: Any = av.CodecContext.create
        decoder = create(keyframe.codec, "r")
        decoder.extradata = keyframe.extradata
        frame = (decoder.decode(av.Packet(keyframe.data)) + decoder.decode(None))[0]
        assert (frame.width, frame.height) == (keyframe.width_px, keyframe.height_px) == (320, 192)


def test_the_rtsp_camera_s_own_clock_stamps_its_pictures(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    write_clip(tmp_path / "street.mp4", 12)
    began = datetime.now(UTC)
    with rtsp_server(tmp_path) as address:
        play(f"{address}/street.mp4")
        assert eventually(lambda: bool(breaks(bus)))
    first = [p for p in packets(bus) if p.stream == packets(bus)[0].stream]
    assert {p.clock.source for p in first} == {ClockSource.CAMERA}
    for before, after in pairwise(first):
        spacing_s = float((after.pts - before.pts) * after.time_base)
        assert (after.captured_at - before.captured_at).total_seconds() == pytest.approx(spacing_s, abs=0.002)
    assert began <= first[0].captured_at <= datetime.now(UTC)


def test_wrong_rtsp_credentials_are_said_without_showing_them(
    bus: MemoryBus, play: Callable[..., IngestWorker]
) -> None:
    with capture_logs() as logs, locked_rtsp_camera() as address:
        worker = play(address, "agent:hunter2")
        assert eventually(lambda: worker.health()[0].state is CameraState.NEEDS_ATTENTION)
    shown = worker.health()[0]
    assert shown.last_error is not None
    assert "refuses the credentials" in shown.last_error
    assert address in shown.last_error
    assert "hunter2" not in f"{shown} {logs}"
    assert video_records(bus) == []


def test_an_rtsp_path_that_does_not_exist_is_said(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    with rtsp_server(tmp_path) as address:
        worker = play(f"{address}/nowhere.mp4")
        assert eventually(lambda: worker.health()[0].state is CameraState.NEEDS_ATTENTION)
    assert "no such stream" in (worker.health()[0].last_error or "")


def test_an_mjpeg_camera_gives_its_pictures_untouched(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    pictures = packets_of(write_clip(tmp_path / "street.avi", 10, codec="mjpeg", options={}))
    began = datetime.now(UTC)
    with mjpeg_camera(pictures, login="agent:p@ss:word") as address:
        play(address, "agent:p@ss:word")
        assert eventually(lambda: bool(breaks(bus)))
    first = [p for p in packets(bus) if p.stream == packets(bus)[0].stream]
    assert [p.data for p in first] == pictures
    assert all(p.is_keyframe and p.codec == "mjpeg" and p.extradata == b"" for p in first)
    assert {(p.width_px, p.height_px) for p in first} == {(160, 96)}
    assert all(before.pts < after.pts for before, after in pairwise(first))
    instants = [p.captured_at for p in first]
    assert [began, *instants] == sorted([began, *instants])
    assert {p.clock.source for p in first} == {ClockSource.ARRIVAL}


def test_an_mjpeg_camera_that_changes_size_begins_another_stream(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    small = packets_of(write_clip(tmp_path / "small.avi", 4, codec="mjpeg", options={}))
    large = packets_of(write_clip(tmp_path / "large.avi", 4, size=(320, 192), codec="mjpeg", options={}))
    with mjpeg_camera([*small, *large]) as address:
        play(address)
        assert eventually(lambda: len(breaks(bus)) >= 2)
    assert breaks(bus)[:2] == [BreakReason.FORMAT_CHANGED, BreakReason.LOST]
    widths = [record.width_px if isinstance(record, Packet) else 0 for record in video_records(bus)[:10]]
    assert widths == [160] * 4 + [0] + [320] * 4 + [0]


def test_wrong_http_credentials_are_said_without_showing_them(
    bus: MemoryBus, play: Callable[..., IngestWorker]
) -> None:
    with capture_logs() as logs, mjpeg_camera([b""], login="agent:right") as address:
        worker = play(address, "agent:hunter2")
        assert eventually(lambda: worker.health()[0].state is CameraState.NEEDS_ATTENTION)
    assert "refuses the credentials" in (worker.health()[0].last_error or "")
    assert "hunter2" not in f"{worker.health()} {logs}"


def test_stopping_ends_a_live_stream_with_a_break(
    bus: MemoryBus, play: Callable[..., IngestWorker], tmp_path: Path
) -> None:
    pictures = packets_of(write_clip(tmp_path / "street.avi", 10, codec="mjpeg", options={})) * 500
    with mjpeg_camera(pictures) as address:
        worker = play(address)
        assert eventually(lambda: len(packets(bus)) >= 5)
        worker.stop()
        assert eventually(lambda: bool(breaks(bus)))
    assert breaks(bus) == [BreakReason.STOPPED]
