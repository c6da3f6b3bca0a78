"""Any plate has a kind, however it is written, and only French series leave by themselves."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from verbalise.plate_kinds import PlateKind, plate_kind

LETTER = "[A-HJ-NP-TV-Z]"
SIV = st.from_regex(rf"(?!SS|WW|TT){LETTER}{{2}}-(?!000)[0-9]{{3}}-(?!SS){LETTER}{{2}}", fullmatch=True)
WW = st.from_regex(rf"WW-(?!000)[0-9]{{3}}-(?!SS){LETTER}{{2}}", fullmatch=True)
TRADE = st.from_regex(rf"W-(?!000)[0-9]{{3}}-(?!SS){LETTER}{{2}}", fullmatch=True)
DIPLOMATIC = st.from_regex(r"[0-9]{1,3} (CMD|CD|C|K) [0-9]{1,4}", fullmatch=True)


@given(st.text(max_size=14))
def test_every_text_has_one_kind_whatever_its_case_and_separators(typed: str) -> None:
    bare = re.sub(r"[^A-Za-z0-9]", "", typed)
    assert plate_kind(typed) is plate_kind("-".join(bare)) is plate_kind(bare.lower())


@given(SIV)
def test_the_series_of_2009_is_told(typed: str) -> None:
    assert plate_kind(typed) is PlateKind.SIV


@given(st.one_of(WW, TRADE, DIPLOMATIC))
def test_plates_of_other_hands_are_never_taken_for_a_series_that_leaves_by_itself(typed: str) -> None:
    assert plate_kind(typed) in {PlateKind.TEMPORARY, PlateKind.TRADE, PlateKind.DIPLOMATIC}
