"""Whatever the claim, the camera and retention: footage is the camera's own packets, and says what is missing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bus import TopicPartition
from ingest.memory_bus import MemoryBus
from ingest.model import Packet
from tests.unit.detect.clips import PLAIN, REORDERED, clip, write
from tests.unit.detect.clips import with_end as ended
from tests.unit.verbalise.casework.scene import claim_on, found_around, refs_of
from verbalise.casework.settings import CaseworkSettings

VIDEO = TopicPartition("video", 0)
FRAMES = 64
CLIPS: dict[str, list[Packet]] = {x264: clip(FRAMES, x264=x264) for x264 in (PLAIN, REORDERED)}


@settings(deadline=None)
@given(
    x264=st.sampled_from([PLAIN, REORDERED]),
    event=st.integers(0, FRAMES - 1),
    seen=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    deleted=st.one_of(st.just(0), st.integers(0, FRAMES)),
    pre_s=st.integers(1, 5),
    post_s=st.integers(0, 3),
    longest_s=st.integers(8, 12),
)
def test_footage_is_a_run_of_the_cameras_packets_from_a_keyframe(
    x264: str, event: int, seen: tuple[int, int], deleted: int, pre_s: int, post_s: int, longest_s: int
) -> None:
    packets, bus = CLIPS[x264], MemoryBus()
    write(bus, ended(packets))
    bus.delete_before({VIDEO: deleted})
    asked = CaseworkSettings(pre_s=pre_s, post_s=post_s, max_clip_s=longest_s, mark_pre_s=1, patience_s=0.01)
    path = range(max(0, event - seen[0]), min(FRAMES, event + seen[1]))
    claim = claim_on(refs_of(packets), event, path)
    found = found_around(claim, bus.log_reader(), asked)
    got = [located.packet for located in found.packets]
    assert all(after.seq == before.seq + 1 for before, after in pairwise(got))
    assert got == packets[got[0].seq : got[-1].seq + 1] if got else deleted > 0
    assert not got or got[0].is_keyframe
    assert all(located.offset == located.packet.seq >= deleted for located in found.packets)
    since = claim.at.timestamp() - pre_s
    reaches_back = bool(got) and (got[0].captured_at.timestamp() <= since or got[0].seq == 0)
    if found.is_complete:
        assert reaches_back
        assert packets[event].seq in {packet.seq for packet in got}
    elif deleted == 0:
        raise AssertionError(f"nothing was deleted, yet: {found.remarks}")
