"""Which packets of a claim are found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.bus import Envelope, TopicPartition
from ingest.errors import RetryLater
from ingest.memory_bus import MemoryBus, MemoryLogReader
from ingest.model import BreakReason, Packet, StreamId
from tests.unit.detect.clips import REORDERED, T0, Record, clip, end_of, interleaved, with_end, write
from tests.unit.verbalise.casework.scene import SETTINGS, claim_on, found_around, refs_of
from verbalise.casework.footage import BEGINNING_GONE, HOLES, SILENCE, Footage

VIDEO = TopicPartition("video", 0)


def seqs(footage: Footage) -> list[int]:
    return [located.packet.seq for located in footage.packets]


def test_from_the_keyframe_before_the_window_to_its_end() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    found = found_around(claim_on(refs_of(packets), 20, range(2, 23)), bus.log_reader(), SETTINGS)
    # One second before frame 20 is frame 10; its keyframe is 8. One second after the last sighting is frame 32.
    assert seqs(found) == list(range(8, 33))
    assert found.is_complete


def test_a_vehicle_seen_late_still_gets_the_time_before() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    found = found_around(claim_on(refs_of(packets), 24, range(23, 26)), bus.log_reader(), SETTINGS)
    assert seqs(found)[0] == 8


def test_packets_that_wait_for_reordering_are_all_there() -> None:
    bus, packets = MemoryBus(), clip(40, x264=REORDERED)
    write(bus, with_end(packets))
    found = found_around(claim_on(refs_of(packets), 20, range(10, 21)), bus.log_reader(), SETTINGS)
    shown = sorted(located.packet.pts for located in found.packets)
    step = sorted({packet.pts for packet in packets})[1] - min(packet.pts for packet in packets)
    until = packets[20].captured_at.timestamp() + SETTINGS.post_s
    whole = [pts for pts in shown if _instant(packets, pts) <= until]
    assert whole == list(range(whole[0], whole[-1] + step, step))
    assert _instant(packets, whole[-1]) >= until - 0.05


def test_other_cameras_of_the_partition_are_left_out() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, interleaved(with_end(packets), with_end(clip(40, camera="B2", stream="B2~s1"))))
    found = found_around(claim_on(refs_of(packets, step=2), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert {located.packet.camera for located in found.packets} == {"B1"}
    assert seqs(found) == list(range(8, 33))


def test_a_break_ends_it() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, [*packets, end_of(packets, BreakReason.LOST), *clip(24, stream="B1~s2", first_seq=25, at_s=3)])
    found = found_around(claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS)
    assert seqs(found)[-1] == 23
    assert found.is_complete


def test_the_next_pass_of_a_looped_file_ends_it() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, [*packets, *clip(24, stream=StreamId("B1~s2"), first_seq=24, at_s=2.4)])
    found = found_around(claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS)
    assert seqs(found)[-1] == 23


def test_a_camera_that_falls_silent_is_remarked() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, packets)
    clock = iter(range(1_000))
    found = found_around(
        claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS, lambda: 0.01 * next(clock)
    )
    assert seqs(found)[-1] == 23
    assert not found.is_complete


def test_what_retention_has_left_is_kept_and_remarked() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 12})
    found = found_around(claim_on(refs_of(packets), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert seqs(found) == list(range(16, 33))
    assert any("effacé" in remark for remark in found.remarks)


def test_nothing_left_is_an_answer() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 41})
    found = found_around(claim_on(refs_of(packets), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert found.packets == ()
    assert len(found.remarks) >= 1


def test_a_clip_has_a_longest_length() -> None:
    bus, packets = MemoryBus(), clip(80)
    write(bus, with_end(packets))
    settings = SETTINGS.model_copy(update={"max_clip_s": 2})
    found = found_around(claim_on(refs_of(packets), 20, range(10, 70)), bus.log_reader(), settings)
    assert seqs(found) == list(range(8, 29))


def _instant(packets: Sequence[Packet], pts: int) -> float:
    return next(packet.captured_at.timestamp() for packet in packets if packet.pts == pts)


class EatingReader(MemoryLogReader):
    """Retention deletes up to an offset once reading has come to another."""

    def __init__(self, bus: MemoryBus, at: int, first_kept: int) -> None:
        super().__init__(bus)
        self.bus, self.at, self.first_kept = bus, at, first_kept

    def read_from(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        if offset >= self.at:
            self.bus.delete_before({VIDEO: self.first_kept})
        return super().read_from(place, offset, timeout_s)


class MuteReader(MemoryLogReader):
    """The broker knows of records and does not deliver them."""

    def read_from(self, place: TopicPartition, offset: int, timeout_s: float) -> Envelope | None:
        return super().read_from(place, offset, timeout_s) if offset < 24 else None


def crowd(packets: Sequence[Packet], others: int) -> list[Record]:
    """The camera among others that send as much."""
    lives: list[list[Record]] = [
        [replace(packet, camera=type(packet.camera)(f"C{n}"), stream=StreamId(f"C{n}~s1")) for packet in packets]
        for n in range(others)
    ]
    return interleaved(list(packets), *lives)


def test_a_claim_without_a_path_gets_the_time_around_its_event() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    found = found_around(claim_on(refs_of(packets), 20, range(0)), bus.log_reader(), SETTINGS)
    assert seqs(found) == list(range(8, 31))
    assert found.is_complete


def test_the_time_before_is_found_far_back_among_many_cameras() -> None:
    bus, packets = MemoryBus(), clip(56)
    write(bus, crowd(packets, 39))
    settings = SETTINGS.model_copy(update={"pre_s": 3})
    found = found_around(claim_on(refs_of(packets, step=40), 44, range(44, 46)), bus.log_reader(), settings)
    # Frame 14 is wanted: its keyframe 8 lies 1 440 records before the first sighting.
    assert seqs(found)[0] == 8
    assert BEGINNING_GONE not in found.remarks


def test_a_stream_that_began_after_the_time_wanted_is_complete_from_its_start() -> None:
    bus, packets = MemoryBus(), clip(40, stream="B1~s2", first_seq=25, at_s=3)
    before = clip(24, stream="B1~s0")
    write(bus, [*before, end_of(before, BreakReason.LOST), *with_end(packets)])
    claim = replace(claim_on(refs_of(packets, 25), 5, range(3, 9)), stream=StreamId("B1~s2"))
    found = found_around(claim, bus.log_reader(), SETTINGS)
    assert seqs(found)[0] == 25
    assert found.is_complete


def test_the_time_before_the_first_sighting_counts_too_when_it_is_gone() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 16})
    found = found_around(claim_on(refs_of(packets), 20, range(19, 22)), bus.log_reader(), SETTINGS)
    assert seqs(found)[0] == 16
    assert found.remarks == (BEGINNING_GONE,)
    assert not found.is_complete


def test_a_long_way_whose_first_part_is_gone_is_complete_if_the_window_is_there() -> None:
    bus, packets = MemoryBus(), clip(80)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 16})
    found = found_around(claim_on(refs_of(packets), 50, range(2, 53)), bus.log_reader(), SETTINGS)
    assert seqs(found)[0] == 40
    assert found.is_complete


@pytest.mark.parametrize("first_kept", [14, 24, 30])
def test_what_retention_takes_while_reading_is_remarked(first_kept: int) -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    reader = EatingReader(bus, at=12, first_kept=first_kept)
    found = found_around(claim_on(refs_of(packets), 20, range(2, 23)), reader, SETTINGS)
    assert seqs(found) == [*range(8, 12), *range(first_kept, 33)]
    assert found.remarks == (HOLES,)
    assert not found.is_complete


def test_an_unreadable_record_leaves_a_hole_that_is_remarked() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end([*packets[:18], *packets[19:]]))
    refs = refs_of(packets[:18])
    found = found_around(claim_on(refs, 16, range(10, 17)), bus.log_reader(), SETTINGS)
    assert 18 not in seqs(found)
    assert HOLES in found.remarks


def test_a_packet_stored_twice_is_taken_once() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end([*packets[:30], *packets[26:]]))
    found = found_around(claim_on(refs_of(packets[:30]), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert seqs(found) == list(range(8, 33))
    assert found.is_complete


def test_a_shortened_clip_is_remarked_and_leaves_no_picture_without_its_reference() -> None:
    bus, packets = MemoryBus(), clip(80, x264=REORDERED)
    write(bus, with_end(packets))
    settings = SETTINGS.model_copy(update={"max_clip_s": 2})
    found = found_around(claim_on(refs_of(packets), 20, range(10, 70)), bus.log_reader(), settings)
    assert seqs(found) == list(range(seqs(found)[0], seqs(found)[-1] + 1))
    assert any("limité à 2 s" in remark for remark in found.remarks)
    assert found.is_complete


def test_the_facts_are_in_the_clip_however_far_back_its_keyframe_lies() -> None:
    long_group = "keyint=60:min-keyint=60:bframes=0:scenecut=0"
    bus, packets = MemoryBus(), clip(70, x264=long_group)
    write(bus, with_end(packets))
    settings = SETTINGS.model_copy(update={"max_clip_s": 2})
    found = found_around(claim_on(refs_of(packets), 40, range(30, 45)), bus.log_reader(), settings)
    assert seqs(found) == list(range(41))


def test_silence_is_measured_by_the_log_while_other_cameras_go_on() -> None:
    instants = iter(range(10**6))
    bus = MemoryBus(now=lambda: T0 + timedelta(milliseconds=100 * next(instants)))
    packets, other = clip(24), clip(60, camera="B2", stream="B2~s1")
    write(bus, [*packets, *other])
    settings = SETTINGS.model_copy(update={"patience_s": 2.0})
    found = found_around(claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), settings, lambda: 0.0)
    assert seqs(found)[-1] == 23
    assert found.remarks == (SILENCE,)


def test_a_broker_that_is_away_is_not_a_silent_camera() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    claim = claim_on(refs_of(packets), 20, range(10, 23))
    with pytest.raises(RetryLater):
        found_around(claim, MuteReader(bus), SETTINGS)
    bus.is_away = True
    with pytest.raises(RetryLater):
        found_around(claim, bus.log_reader(), SETTINGS)
