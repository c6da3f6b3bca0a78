"""A fit changes nothing but separators and what stands outside the plate."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detect.plates.grammar import bare, fit

_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
_PLATES = st.from_regex(rf"F?[{_LETTERS}]{{1,2}}-?[0-9]{{3}}-?[{_LETTERS}]{{2}}(69|2A|974)?", fullmatch=True)
_OLD = st.from_regex(rf"F?[0-9]{{1,4}} ?[{_LETTERS}]{{1,3}} ?(69|2A|974)", fullmatch=True)


@settings(deadline=None)
@given(_PLATES | _OLD | st.text(max_size=12))
@example("ß123ss69")
def test_a_fit_is_a_piece_of_what_was_read(text: str) -> None:
    found = fit(text)
    if found is None:
        return
    assert bare(found.text) in bare(text)
    assert found.is_trimmed == (bare(found.text) != bare(text))


@settings(deadline=None)
@given(_PLATES | _OLD)
def test_the_printed_form_of_a_fit_fits_as_it_is(text: str) -> None:
    found = fit(text)
    if found is None:
        return
    again = fit(found.text)
    assert again is not None
    assert (again.series, again.text, again.is_trimmed) == (found.series, found.text, False)
