"""Following the newest of `video`: who is slow goes on at a keyframe, and what nobody asks about is let go of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingest.errors import Halt
from ingest.memory_bus import MemoryBus
from ingest.model import CameraId
from tests.unit.detect.clips import CAMERA, bus_with, clip, end_of, interleaved, write
from verbalise.console.live import tail as tails
from verbalise.console.live.tail import CameraTail, Caught, Tails

OTHER = CameraId("B2")


def filled(count: int) -> CameraTail:
    """A camera's tail after so many packets, a keyframe every eight."""
    tail = CameraTail(lambda: None)
    for offset, packet in enumerate(clip(count)):
        tail.add(Caught(packet, 0, offset))
    return tail


def offsets(caught: tuple[Caught, ...]) -> list[int]:
    return [each.offset for each in caught]


def test_a_newcomer_starts_at_the_last_keyframe() -> None:
    assert offsets(filled(20).after(-1, 0.0)) == [16, 17, 18, 19]


def test_who_keeps_up_gets_every_packet_across_keyframes() -> None:
    assert offsets(filled(20).after(13, 0.0)) == [14, 15, 16, 17, 18, 19]


def test_who_is_slow_goes_on_at_the_last_keyframe() -> None:
    assert offsets(filled(20).after(5, 0.0)) == [16, 17, 18, 19]


def test_nothing_new_is_nothing() -> None:
    assert filled(20).after(19, 0.0) == ()
    assert CameraTail(lambda: None).after(-1, 0.0) == ()


def test_only_two_groups_are_kept() -> None:
    tail = filled(24)
    assert len(tail._packets) == 16


def test_a_camera_that_sends_no_keyframe_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "KEPT_PACKETS", 4)
    tail = CameraTail(lambda: None)
    packets = clip(8)
    for offset, packet in enumerate(packets):
        tail.add(Caught(packet, 0, offset))
    assert offsets(tail.after(5, 0.0)) == [6, 7]
    # What follows cannot be decoded without its keyframe, which is gone.
    assert offsets(tail.after(-1, 0.0)) == [4, 5, 6, 7]
    newest = tail.newest_keyframe()
    assert newest is not None
    assert newest.offset == 0


def test_what_broke_off_is_not_shown_any_more() -> None:
    tail = filled(10)
    tail.end(10)
    assert tail.after(-1, 0.0) == ()
    assert tail.newest_keyframe() is None


@pytest.fixture
def bus() -> MemoryBus:
    return bus_with(interleaved(clip(10), clip(10, camera=OTHER, stream="B2~s1")))


@pytest.fixture
def following(bus: MemoryBus) -> Iterator[Tails]:
    made = Tails(bus.log_reader, lambda: datetime.now(UTC))
    yield made
    made.close()


def test_one_reader_serves_every_camera_of_a_partition(bus: MemoryBus, following: Tails) -> None:
    one, other = following.camera(CAMERA), following.camera(OTHER)
    assert [caught.packet.camera for caught in wait_for(one, 9)] == [CAMERA] * 2
    assert [caught.packet.camera for caught in wait_for(other, 9)] == [OTHER] * 2
    assert len(following._following) == 1
    write(bus, [end_of(clip(10))])
    while one.newest_keyframe() is not None:
        time.sleep(0.01)
    assert other.newest_keyframe() is not None


def test_a_reader_begins_shortly_before_now(bus: MemoryBus) -> None:
    later = Tails(bus.log_reader, lambda: datetime.now(UTC) + timedelta(minutes=1))
    camera = later.camera(CAMERA)
    assert camera.after(-1, 0.3) == ()
    write(bus, clip(2))
    assert len(camera.after(-1, 5.0)) >= 1
    later.close()


def test_a_broker_that_comes_back_is_read_on(bus: MemoryBus, following: Tails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "_RECONNECT_S", 0.01)
    camera = following.camera(CAMERA)
    last = wait_for(camera, 9)[-1].offset
    bus.is_away = True
    time.sleep(0.05)
    bus.is_away = False
    write(bus, clip(12)[10:])
    assert len(camera.after(last, 5.0)) >= 1


def test_what_nobody_asks_about_is_let_go_of_and_found_again(
    bus: MemoryBus, following: Tails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "_POLL_S", 0.01)
    monkeypatch.setattr(tails, "IDLE_S", 0.05)
    following.camera(CAMERA)
    (thread,) = following._following.values()
    thread.join(5.0)
    assert not thread.is_alive()
    assert len(following.camera(CAMERA).after(-1, 5.0)) >= 1


def test_a_topic_that_does_not_exist_is_said() -> None:
    with pytest.raises(Halt, match="video does not exist"):
        Tails(MemoryBus(topics=["claims"]).log_reader, lambda: datetime.now(UTC)).camera(CAMERA)


def wait_for(camera: CameraTail, seq: int) -> tuple[Caught, ...]:
    """What a newcomer gets once the packet of that number has come."""
    deadline_s = time.monotonic() + 5.0
    while time.monotonic() < deadline_s:
        caught = camera.after(-1, 0.1)
        if caught and caught[-1].packet.seq >= seq:
            return caught
    raise AssertionError(f"packet {seq} never came")
