"""Which packets of a claim are found again."""

from __future__ import annotations

from ingest.bus import TopicPartition
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, StreamId
from tests.unit.detect.clips import REORDERED, clip, end_of, interleaved, with_end, write
from tests.unit.verbalise.casework.scene import SETTINGS, claim_on, refs_of
from verbalise.casework.footage import Footage, find_footage

VIDEO = TopicPartition("video", 0)


def seqs(footage: Footage) -> list[int]:
    return [located.packet.seq for located in footage.packets]


def test_from_the_keyframe_before_the_window_to_its_end() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    found = find_footage(claim_on(refs_of(packets), 20, range(2, 23)), bus.log_reader(), SETTINGS)
    # One second before frame 20 is frame 10; its keyframe is 8. One second after the last sighting is frame 32.
    assert seqs(found) == list(range(8, 33))
    assert found.is_complete


def test_a_vehicle_seen_late_still_gets_the_time_before() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    found = find_footage(claim_on(refs_of(packets), 24, range(23, 26)), bus.log_reader(), SETTINGS)
    assert seqs(found)[0] == 8


def test_packets_that_wait_for_reordering_are_all_there() -> None:
    bus, packets = MemoryBus(), clip(40, x264=REORDERED)
    write(bus, with_end(packets))
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 21)), bus.log_reader(), SETTINGS)
    shown = sorted(located.packet.pts for located in found.packets)
    step = sorted({packet.pts for packet in packets})[1] - min(packet.pts for packet in packets)
    until = packets[20].captured_at.timestamp() + SETTINGS.post_s
    whole = [pts for pts in shown if _instant(packets, pts) <= until]
    assert whole == list(range(whole[0], whole[-1] + step, step))
    assert _instant(packets, whole[-1]) >= until - 0.05


def test_other_cameras_of_the_partition_are_left_out() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, interleaved(with_end(packets), with_end(clip(40, camera="B2", stream="B2~s1"))))
    found = find_footage(claim_on(refs_of(packets, step=2), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert {located.packet.camera for located in found.packets} == {"B1"}
    assert seqs(found) == list(range(8, 33))


def test_a_break_ends_it() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, [*packets, end_of(packets, BreakReason.LOST), *clip(24, stream="B1~s2", first_seq=25, at_s=3)])
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS)
    assert seqs(found)[-1] == 23
    assert found.is_complete


def test_the_next_pass_of_a_looped_file_ends_it() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, [*packets, *clip(24, stream=StreamId("B1~s2"), first_seq=24, at_s=2.4)])
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS)
    assert seqs(found)[-1] == 23


def test_a_camera_that_falls_silent_is_remarked() -> None:
    bus, packets = MemoryBus(), clip(24)
    write(bus, packets)
    clock = iter(range(1_000))
    found = find_footage(
        claim_on(refs_of(packets), 20, range(10, 22)), bus.log_reader(), SETTINGS, lambda: 0.01 * next(clock)
    )
    assert seqs(found)[-1] == 23
    assert not found.is_complete


def test_what_retention_has_left_is_kept_and_remarked() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 12})
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert seqs(found) == list(range(16, 33))
    assert any("effacé" in remark for remark in found.remarks)


def test_nothing_left_is_an_answer() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, with_end(packets))
    bus.delete_before({VIDEO: 41})
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 23)), bus.log_reader(), SETTINGS)
    assert found.packets == ()
    assert len(found.remarks) >= 1


def test_a_clip_has_a_longest_length() -> None:
    bus, packets = MemoryBus(), clip(80)
    write(bus, with_end(packets))
    settings = SETTINGS.model_copy(update={"max_clip_s": 2})
    found = find_footage(claim_on(refs_of(packets), 20, range(10, 70)), bus.log_reader(), settings)
    assert seqs(found) == list(range(8, 29))


def _instant(packets: list[object], pts: int) -> float:
    return next(packet.captured_at.timestamp() for packet in packets if packet.pts == pts)  # type: ignore[attr-defined]
