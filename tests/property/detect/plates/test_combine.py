"""Whatever was read, in whatever order: an answer was read as a whole, on two pictures at least."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from detect.model import PlateRead, PlateStatus
from detect.plates.combine import LEAST_AGREEING, combine
from detect.plates.grammar import bare, fit
from tests.strategies import boxes

_TEXTS = st.sampled_from(["XB-123-CD", "XB123CD.", "FXB-123-CD", "XB-128-CD", "XC-123-CD", "1234 AB 69", "HXB", ""])
_ODD = st.text(alphabet="XBCDFW0128- ", max_size=10)
_READS = st.lists(
    st.builds(
        PlateRead,
        seq=st.integers(0, 6),
        box=boxes(),
        text=_TEXTS | _ODD,
        score=st.floats(0, 1),
        width_px=st.integers(0, 300),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(_READS, st.data())
def test_the_order_of_the_reads_does_not_matter(reads: list[PlateRead], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(reads))
    one, other = combine(reads, ""), combine(shuffled, "")
    assert (one.status, one.text, one.reason) == (other.status, other.text, other.reason)
    assert sorted(map(repr, one.reads)) == sorted(map(repr, other.reads))
    assert [read.seq for read in one.reads] == [read.seq for read in other.reads]


@settings(deadline=None)
@given(_READS)
def test_an_answer_was_read_whole_on_two_pictures(reads: list[PlateRead]) -> None:
    reading = combine(reads, "")
    assert (reading.status is PlateStatus.READ) == (reading.text is not None) == (reading.reason == "")
    if reading.text is None:
        return
    agreeing = {read.seq for read in reads if (found := fit(read.text)) is not None and found.text == reading.text}
    assert len(agreeing) >= LEAST_AGREEING
    # Every character of the answer stood together in some read: nothing was put together from several.
    assert any(bare(reading.text) in bare(read.text) for read in reads)
