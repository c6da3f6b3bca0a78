"""Whatever the instant, the stream and retention: the facts lie on the nearest picture that can be decoded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bus import TopicPartition
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, Packet
from tests.unit.detect.clips import PLAIN, REORDERED, T0, clip, end_of, write
from tests.unit.verbalise.casework.scene import claim_on, found_around, refs_of, reported
from verbalise.casework.locate import locate
from verbalise.casework.settings import CaseworkSettings

VIDEO = TopicPartition("video", 0)
FIRST = {x264: clip(40, x264=x264) for x264 in (PLAIN, REORDERED)}
SECOND = {x264: clip(40, x264=x264, stream="B1~s2", first_seq=41, at_s=6) for x264 in (PLAIN, REORDERED)}


def decodable(packets: list[Packet], first_kept: int) -> list[Packet]:
    """What is kept from the first keyframe on."""
    kept = [packet for packet in packets if packet.seq >= first_kept]
    start = next((packet.seq for packet in kept if packet.is_keyframe), None)
    return [] if start is None else [packet for packet in kept if packet.seq >= start]


@settings(deadline=None)
@given(
    x264=st.sampled_from([PLAIN, REORDERED]),
    at_ms=st.integers(-2_000, 12_000),
    first_kept=st.one_of(st.just(0), st.integers(0, 81)),
    pre_s=st.integers(1, 5),
    post_s=st.integers(0, 3),
)
def test_the_nearest_decodable_picture_in_the_window_shows_the_facts(
    x264: str, at_ms: int, first_kept: int, pre_s: int, post_s: int
) -> None:
    bus, first, second = MemoryBus(), FIRST[x264], SECOND[x264]
    write(bus, [*first, end_of(first, BreakReason.LOST), *second, end_of(second)])
    bus.delete_before({VIDEO: first_kept})
    at = T0 + timedelta(milliseconds=at_ms)
    claim = replace(reported(claim_on(refs_of(first), 0, range(0))), at=at)
    asked = CaseworkSettings(pre_s=pre_s, post_s=post_s, patience_s=0.001)
    window = (at - timedelta(seconds=pre_s), at + timedelta(seconds=post_s))
    there = [
        packet
        for packet in [*decodable(first, first_kept), *decodable(second, first_kept)]
        if window[0] <= packet.captured_at <= window[1]
    ]
    anchor = locate(claim, bus.log_reader(), asked)
    assert (anchor is None) == (not there)
    if anchor is None:
        return
    assert abs(anchor.event.captured_at - at) == min(abs(packet.captured_at - at) for packet in there)
    chosen = next(packet for packet in there if packet.seq == anchor.event.seq)
    assert (anchor.stream, anchor.event.offset) == (chosen.stream, chosen.seq)
    found = found_around(claim, bus.log_reader(), asked)
    assert anchor.event.seq in {located.packet.seq for located in found.packets}
    assert {located.packet.stream for located in found.packets} == {anchor.stream}
    assert found == found_around(claim, bus.log_reader(), asked)
