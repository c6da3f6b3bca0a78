"""Finding where each camera stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.bus import Message, TopicPartition
from ingest.errors import Halt
from ingest.last_records import LastRecord, find_last_records
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, CameraId, ClockSource, ClockState, StreamId
from ingest.outlet import VideoOutlet
from tests.unit.ingest.clips import T0, unit

STREAM = StreamId("s")


def fill(bus: MemoryBus, camera: str, packets: int, ended: bool = False) -> None:
    outlet = VideoOutlet(CameraId(camera), bus.producer(), None, 10_000)
    for number in range(packets):
        at = T0 + timedelta(milliseconds=number)
        outlet.put_packet(STREAM, unit(number, key=number == 0), at, ClockState(ClockSource.ARRIVAL))
    if ended:
        outlet.put_break(STREAM, T0, BreakReason.LOST)


def find(bus: MemoryBus, *cameras: str, most: int | None = None) -> dict[CameraId, LastRecord]:
    return find_last_records(bus.log_reader(), [CameraId(camera) for camera in cameras], most)


@pytest.mark.parametrize("partitions", [1, 3])
def test_each_camera_s_newest_record_is_found_behind_the_others(partitions: int) -> None:
    bus = MemoryBus(["video"], partitions)
    fill(bus, "quiet", 3)
    fill(bus, "ended", 2, ended=True)
    fill(bus, "busy", 500)
    found = find(bus, "quiet", "ended", "busy", "never")
    assert found == {
        "quiet": LastRecord(2, STREAM, T0 + timedelta(milliseconds=2), (2, 2), None),
        "ended": LastRecord(2, STREAM, T0, None, BreakReason.LOST),
        "busy": LastRecord(499, STREAM, T0 + timedelta(milliseconds=499), (499, 499), None),
    }
    assert found[CameraId("quiet")].is_open
    assert not found[CameraId("ended")].is_open


def test_the_search_is_bounded_where_asked() -> None:
    bus = MemoryBus(["video"])
    fill(bus, "quiet", 3)
    fill(bus, "busy", 500)
    assert set(find(bus, "quiet", "busy", most=500)) == {"busy"}
    assert set(find(bus, "quiet", "busy", most=501)) == {"quiet", "busy"}


def test_what_retention_has_deleted_is_not_missed() -> None:
    bus = MemoryBus(["video"])
    fill(bus, "quiet", 3)
    fill(bus, "busy", 10)
    bus.delete_before({TopicPartition("video", 0): 5})
    assert set(find(bus, "quiet", "busy")) == {"busy"}


def test_a_record_that_cannot_be_read_is_passed_over() -> None:
    bus = MemoryBus(["video"])
    fill(bus, "B1", 100)
    bus.producer().send(Message("video", "B1", b"", {"kind": b"packet"}))
    assert find(bus, "B1")[CameraId("B1")].seq == 99


def test_without_the_topic_nothing_can_start() -> None:
    with pytest.raises(Halt, match="constat topics"):
        find(MemoryBus([]), "B1")
