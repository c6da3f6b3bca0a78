"""A live camera: streams, breaks, and what happens when the broker is slow."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.clock import LiveClock
from ingest.errors import Halt, RetryLater
from ingest.health import CameraRecord
from ingest.last_records import find_last_records
from ingest.live_camera import LiveCamera
from ingest.memory_bus import MemoryBus, MemoryProducer
from ingest.model import Camera, ClockSource, Packet, StreamBreak
from ingest.outlet import VideoOutlet
from ingest.sources.model import AccessUnit, CameraUnusable
from ingest.topics import MAX_MESSAGE_BYTES
from tests.unit.ingest.clips import CAMERA, FORMAT, T0, Clock, ScriptedSource, group, unit, video_records


class Rig:
    """One live camera on a bus in memory, restarted at will."""

    def __init__(self, bus: MemoryBus, producer: MemoryProducer | None = None, budget_bytes: int = 1_000_000) -> None:
        self.bus = bus
        self.camera = Camera(CAMERA, "rtsp://street.example/1")
        self.clock = Clock()
        self.record = CameraRecord(self.camera, self.clock)
        last = find_last_records(bus.log_reader(), [CAMERA], None).get(CAMERA)
        self.outlet = VideoOutlet(CAMERA, producer or bus.producer(), last, budget_bytes)
        self.sources: list[ScriptedSource] = []

    def play(self, *script: AccessUnit | BaseException, stop: threading.Event | None = None) -> None:
        self.play_source(ScriptedSource(script), stop)

    def play_source(self, source: ScriptedSource, stop: threading.Event | None = None) -> None:
        self.sources.append(source)
        live = LiveCamera(
            self.camera,
            lambda: source,
            self.outlet,
            self.record,
            lambda: LiveClock(drift_ppm=0, tolerance_s=60),
            self.clock,
        )
        live.play(stop or threading.Event())

    def shape(self) -> list[str]:
        """The records: K for a keyframe, p for another packet, a reason for a break."""
        return [letter(record) for record in video_records(self.bus)]


def letter(record: Packet | StreamBreak) -> str:
    if isinstance(record, StreamBreak):
        return record.reason.value
    return "K" if record.is_keyframe else "p"


class StopWhenAsked(threading.Event):
    """Is set from the nth question on."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self._answers = answers

    def is_set(self) -> bool:
        self._answers -= 1
        return self._answers < 0


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["video"])


def streams(bus: MemoryBus) -> Sequence[str]:
    return [record.stream for record in video_records(bus)]


def test_a_lost_connection_closes_its_stream(bus: MemoryBus) -> None:
    rig = Rig(bus)
    with pytest.raises(RetryLater, match="timed out"):
        rig.play(*group(0), RetryLater("timed out"))
    assert rig.shape() == ["K", "p", "p", "lost"]
    assert len(set(streams(bus))) == 1
    assert rig.sources[0].is_closed


def test_a_camera_that_ends_the_stream_is_lost_too(bus: MemoryBus) -> None:
    rig = Rig(bus)
    with pytest.raises(RetryLater, match="ended the stream"):
        rig.play(*group(0))
    assert rig.shape() == ["K", "p", "p", "lost"]


def test_each_connection_is_a_stream_and_seq_has_no_holes(bus: MemoryBus) -> None:
    rig = Rig(bus)
    for _ in range(2):
        with pytest.raises(RetryLater):
            rig.play(*group(0))
    records = video_records(bus)
    assert [record.seq for record in records] == list(range(8))
    assert len({record.stream for record in records}) == 2


def test_a_connection_that_gave_nothing_leaves_no_break(bus: MemoryBus) -> None:
    rig = Rig(bus)
    with pytest.raises(CameraUnusable):
        rig.play(CameraUnusable("no such stream"))
    assert rig.shape() == []


def test_stopping_closes_the_stream(bus: MemoryBus) -> None:
    rig = Rig(bus)
    rig.play(*group(0, 10), stop=StopWhenAsked(4))
    assert rig.shape()[-1] == "stopped"
    assert rig.shape()[0] == "K"
    assert rig.sources[0].is_closed


def test_a_restart_after_a_crash_first_closes_the_open_stream_then_begins_another(bus: MemoryBus) -> None:
    crashed = Rig(bus)
    with pytest.raises(KeyboardInterrupt):
        crashed.play(*group(0), KeyboardInterrupt())
    assert crashed.shape() == ["K", "p", "p"]
    again = Rig(bus)
    again.clock.at = T0 + timedelta(minutes=1)
    with pytest.raises(RetryLater):
        again.play(*group(0))
    assert again.shape() == ["K", "p", "p", "lost", "K", "p", "p", "lost"]
    assert [record.seq for record in video_records(bus)] == list(range(8))
    assert len(set(streams(bus)[:4])) == 1
    assert streams(bus)[3] != streams(bus)[4]


def test_a_changed_format_begins_another_stream(bus: MemoryBus) -> None:
    rig = Rig(bus)
    larger = replace(FORMAT, width_px=320)
    with pytest.raises(RetryLater):
        rig.play(*group(0), *group(200, fmt=larger))
    assert rig.shape() == ["K", "p", "p", "format-changed", "K", "p", "p", "lost"]
    assert len(set(streams(bus))) == 2


def test_extradata_comes_with_every_keyframe_and_no_other(bus: MemoryBus) -> None:
    rig = Rig(bus)
    with pytest.raises(RetryLater):
        rig.play(*group(0), *group(200))
    packets = [record for record in video_records(bus) if isinstance(record, Packet)]
    assert [packet.extradata for packet in packets] == [b"\x01avcc", None, None] * 2


class FlickeringSource(ScriptedSource):
    """The broker goes away at the second picture and is back before the sixth."""

    bus: MemoryBus

    def units(self) -> Iterator[AccessUnit]:
        for index, item in enumerate(super().units()):
            self.bus.is_away = 1 <= index < 5
            yield item


def test_a_slow_broker_costs_whole_groups_of_pictures(bus: MemoryBus) -> None:
    rig = Rig(bus, bus.producer(buffer_messages=2))
    source = FlickeringSource([*group(0), *group(200), *group(400)])
    source.bus = bus
    with pytest.raises(RetryLater):
        rig.play_source(source)
    assert rig.shape() == ["K", "p", "p", "K", "p", "p", "lost"]
    packets = [record for record in video_records(bus) if isinstance(record, Packet)]
    assert [packet.pts for packet in packets] == [0, 40, 80, 400, 440, 480]
    assert [record.seq for record in video_records(bus)] == list(range(7))
    assert rig.record.snapshot().dropped == 3


def test_a_camera_keeps_to_its_own_share_of_the_buffer(bus: MemoryBus) -> None:
    producer = bus.producer()
    rig = Rig(bus, producer, budget_bytes=250)
    bus.is_away = True
    with pytest.raises(RetryLater):
        rig.play(*group(0))
    assert rig.record.snapshot().dropped == 1
    bus.is_away = False
    producer.flush(1)
    assert rig.shape() == ["K", "p", "lost"]


def test_a_picture_larger_than_the_bus_takes_is_dropped_with_its_group(bus: MemoryBus) -> None:
    rig = Rig(bus, budget_bytes=10 * MAX_MESSAGE_BYTES)
    huge = unit(0, key=True, size=MAX_MESSAGE_BYTES + 1)
    with pytest.raises(RetryLater):
        rig.play(huge, unit(40), *group(200))
    assert rig.shape() == ["K", "p", "p", "lost"]
    assert rig.record.snapshot().dropped == 2


def test_a_broker_that_refuses_halts(bus: MemoryBus) -> None:
    empty = MemoryBus([])
    rig = Rig(bus, empty.producer())
    with pytest.raises(Halt, match="constat topics"):
        rig.play(*group(0))


def test_the_camera_clock_is_used_where_it_can_be_trusted(bus: MemoryBus) -> None:
    rig = Rig(bus)
    sane = replace(unit(0, key=True), camera_time=T0 - timedelta(milliseconds=200))
    mad = replace(unit(0, key=True), camera_time=T0 - timedelta(days=20_000))
    for one in (sane, mad):
        with pytest.raises(RetryLater):
            rig.play(one)
    first, second = (record for record in video_records(bus) if isinstance(record, Packet))
    assert first.captured_at == T0 - timedelta(milliseconds=200)
    assert first.clock.source is ClockSource.CAMERA
    assert 200 <= first.clock.offset_ms < 300
    assert second.clock.source is ClockSource.ARRIVAL
    assert second.captured_at >= T0
    assert second.clock.offset_ms > 1e9
