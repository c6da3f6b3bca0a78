"""A file played as a camera: the same records however often it is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.file_camera import FileCamera
from ingest.health import CameraRecord
from ingest.last_records import find_last_records
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, Camera, ClockSource, ClockState, Packet, StreamBreak, StreamId
from ingest.outlet import VideoOutlet
from ingest.sources.file import FileSource
from ingest.sources.model import CameraUnusable
from tests.unit.ingest.clips import (
    CAMERA,
    REORDERED,
    T0,
    Clock,
    WaitingMovesClock,
    packets_of,
    size_changing_clip,
    unit,
    video_records,
    write_clip,
)

LATER = T0 + timedelta(days=1)
"""All of a clip that starts at T0 is due."""


class StopAfter(threading.Event):
    """Is set once the bus holds so many records, as a kill would fall anywhere."""

    def __init__(self, bus: MemoryBus, records: int) -> None:
        super().__init__()
        self._bus, self._records = bus, records

    def is_set(self) -> bool:
        return len(self._bus.records("video")) >= self._records

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set() or super().wait(timeout)


def play(
    bus: MemoryBus,
    path: Path,
    stop: threading.Event | None = None,
    starts_at: datetime | None = T0,
    loop: bool = False,
    now: Callable[[], datetime] | None = None,
) -> CameraRecord:
    """Start ingest for one file as a fresh process would, and play until it ends or is stopped."""
    camera = Camera(CAMERA, f"file:{path}", starts_at=starts_at, loop=loop)
    clock = now or Clock(LATER)
    record = CameraRecord(camera, clock)
    last = find_last_records(bus.log_reader(), [CAMERA], None).get(CAMERA)
    outlet = VideoOutlet(CAMERA, bus.producer(), last, 1_000_000)
    FileCamera(camera, lambda: FileSource(path, record.dropped), outlet, record, clock).play(stop or threading.Event())
    return record


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["video"], partitions=2)


def test_a_clip_played_once_is_its_packets_and_an_end(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    play(bus, path)
    *packets, end = video_records(bus)
    assert [p.data for p in packets if isinstance(p, Packet)] == packets_of(path)
    assert [record.seq for record in (*packets, end)] == list(range(13))
    assert isinstance(end, StreamBreak)
    assert end.reason is BreakReason.END_OF_FILE
    for index, packet in enumerate(packets):
        assert isinstance(packet, Packet)
        assert packet.captured_at == T0 + index * timedelta(milliseconds=100)
        assert packet.clock == ClockState(ClockSource.FILE)
        assert packet.stream == end.stream
        assert (packet.extradata is not None) == packet.is_keyframe


def test_reordered_pictures_are_stamped_by_pts(bus: MemoryBus, tmp_path: Path) -> None:
    play(bus, write_clip(tmp_path / "street.mp4", options=REORDERED))
    packets = [record for record in video_records(bus) if isinstance(record, Packet)]
    assert sorted(p.captured_at for p in packets) == [T0 + n * timedelta(milliseconds=100) for n in range(12)]
    assert all(before.dts < after.dts for before, after in pairwise(packets))


@pytest.mark.parametrize("kind", ["plain", "reordered", "size-changing"])
def test_stopped_anywhere_and_started_again_the_records_are_the_same(tmp_path: Path, kind: str) -> None:
    path = {
        "plain": lambda: write_clip(tmp_path / "street.mp4"),
        "reordered": lambda: write_clip(tmp_path / "street.mp4", options=REORDERED),
        "size-changing": lambda: size_changing_clip(tmp_path),
    }[kind]()
    whole = MemoryBus(["video"])
    play(whole, path)
    expected = video_records(whole)
    for cut in range(len(expected) + 1):
        bus = MemoryBus(["video"])
        play(bus, path, StopAfter(bus, cut))
        assert len(video_records(bus)) == cut
        play(bus, path)
        assert video_records(bus) == expected


def test_a_loop_stopped_anywhere_goes_on_alike(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4", 5)
    whole = MemoryBus(["video"])
    play(whole, path, StopAfter(whole, 15), loop=True)
    expected = video_records(whole)
    assert len(expected) == 15
    for cut in range(15):
        bus = MemoryBus(["video"])
        play(bus, path, StopAfter(bus, cut), loop=True)
        play(bus, path, StopAfter(bus, 15), loop=True)
        assert video_records(bus) == expected


def test_passes_of_a_loop_follow_each_other_without_a_gap(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4", 5)
    play(bus, path, StopAfter(bus, 12), loop=True)
    packets = video_records(bus)
    assert all(isinstance(packet, Packet) for packet in packets)
    instants = [packet.captured_at for packet in packets if isinstance(packet, Packet)]
    assert instants == [T0 + n * timedelta(milliseconds=100) for n in range(12)]
    assert [packet.stream for packet in packets[:10:5]] != [packet.stream for packet in packets[5:12:5]]
    assert len({packet.stream for packet in packets}) == 3


def test_a_start_left_open_is_when_ingest_starts_and_survives_a_restart(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    clock = Clock(step=timedelta(0))
    play(bus, path, StopAfter(bus, 1), starts_at=None, now=clock)
    clock.at += timedelta(hours=2)
    play(bus, path, starts_at=None, now=clock)
    packets = [record for record in video_records(bus) if isinstance(record, Packet)]
    assert [p.captured_at for p in packets] == [T0 + n * timedelta(milliseconds=100) for n in range(12)]
    assert len({p.stream for p in packets}) == 1


def test_pictures_are_sent_when_their_instant_has_come(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4", 5)
    clock = Clock(T0 - timedelta(milliseconds=500), step=timedelta(0))
    stop = WaitingMovesClock(clock)
    play(bus, path, stop, now=clock)
    assert stop.waits == pytest.approx([0.5, 0.1, 0.1, 0.1, 0.1])


def test_a_clip_that_has_ended_is_not_played_again_until_its_start_changes(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4", 3)
    play(bus, path)
    play(bus, path)
    play(bus, path, starts_at=None)
    assert len(video_records(bus)) == 4
    play(bus, path, starts_at=T0 + timedelta(hours=1))
    records = video_records(bus)
    assert [record.seq for record in records] == list(range(8))
    assert records[3].stream != records[4].stream


def test_another_start_closes_the_stream_that_was_left_open(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4", 3)
    play(bus, path, StopAfter(bus, 2))
    play(bus, path, starts_at=T0 + timedelta(hours=1))
    lost = video_records(bus)[2]
    assert isinstance(lost, StreamBreak)
    assert (lost.reason, lost.stream) == (BreakReason.LOST, video_records(bus)[0].stream)


def test_a_camera_that_was_live_before_starts_afresh(bus: MemoryBus, tmp_path: Path) -> None:
    outlet = VideoOutlet(CAMERA, bus.producer(), None, 1000)
    outlet.put_packet(StreamId("B1~live"), unit(0, key=True), T0, ClockState(ClockSource.ARRIVAL))
    play(bus, write_clip(tmp_path / "street.mp4", 3))
    records = video_records(bus)
    assert isinstance(records[1], StreamBreak)
    assert [record.seq for record in records] == list(range(6))


def test_the_size_change_is_a_break_between_two_streams(bus: MemoryBus, tmp_path: Path) -> None:
    play(bus, size_changing_clip(tmp_path))
    breaks = [record for record in video_records(bus) if isinstance(record, StreamBreak)]
    assert [record.reason for record in breaks] == [BreakReason.FORMAT_CHANGED, BreakReason.END_OF_FILE]
    packets = [record for record in video_records(bus) if isinstance(record, Packet)]
    widths = {packet.stream: packet.width_px for packet in packets}
    assert sorted(widths.values()) == [160, 320]
    assert breaks[0].stream == packets[0].stream
    assert breaks[1].stream == packets[-1].stream


@pytest.mark.parametrize("content", [None, b"", b"not a film" * 500])
def test_a_file_that_cannot_be_played_still_ends_and_says_so(
    bus: MemoryBus, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "street.mp4"
    if content is not None:
        path.write_bytes(content)
    for _ in range(2):
        record = play(bus, path)
        assert "street.mp4" in (record.snapshot().last_error or "")
    [end] = video_records(bus)
    assert isinstance(end, StreamBreak)
    assert end.reason is BreakReason.END_OF_FILE
    play(bus, write_clip(path, 3))
    assert len(video_records(bus)) == 5


def test_a_file_that_vanished_mid_way_ends_its_stream(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    play(bus, path, StopAfter(bus, 4))
    path.unlink()
    play(bus, path)
    *packets, end = video_records(bus)
    assert isinstance(end, StreamBreak)
    assert (end.reason, end.stream) == (BreakReason.END_OF_FILE, packets[0].stream)


def test_a_loop_over_an_unreadable_file_asks_for_a_person(bus: MemoryBus, tmp_path: Path) -> None:
    with pytest.raises(CameraUnusable, match="street"):
        play(bus, tmp_path / "street.mp4", loop=True)
    assert video_records(bus) == []


def test_times_that_jump_back_end_the_clip_after_what_could_be_read(bus: MemoryBus, tmp_path: Path) -> None:
    once = write_clip(tmp_path / "once.ts", 6)
    twice = tmp_path / "twice.ts"
    twice.write_bytes(once.read_bytes() * 2)
    play(bus, twice)
    *packets, end = video_records(bus)
    assert packets
    assert all(isinstance(p, Packet) and p.data in packets_of(once) for p in packets)
    assert len({p.seq for p in packets}) == len({p.pts for p in packets if isinstance(p, Packet)}) <= 6
    assert isinstance(end, StreamBreak)


def test_a_file_waits_for_a_slow_broker_and_loses_nothing(bus: MemoryBus, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    camera = Camera(CAMERA, f"file:{path}", starts_at=T0)
    clock = Clock(LATER)
    record = CameraRecord(camera, clock)
    bus.is_away = True

    class BackAfterThree(WaitingMovesClock):
        def wait(self, timeout: float | None = None) -> bool:
            bus.is_away = len(self.waits) % 4 != 3
            return super().wait(timeout)

    outlet = VideoOutlet(CAMERA, producer := bus.producer(buffer_messages=2), None, 2_000)
    FileCamera(camera, lambda: FileSource(path, record.dropped), outlet, record, clock).play(BackAfterThree(clock))
    bus.is_away = False
    producer.flush(1)
    assert [r.data for r in video_records(bus) if isinstance(r, Packet)] == packets_of(path)
    assert record.snapshot().dropped == 0
