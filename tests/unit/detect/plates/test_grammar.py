"""Which texts are French plates, and what is never made into one."""

from __future__ import annotations

import pytest

from detect.plates.grammar import Series, bare, fit


@pytest.mark.parametrize(
    ("text", "series", "printed"),
    [
        pytest.param("XB-123-CD", Series.SIV, "XB-123-CD", id="siv"),
        pytest.param("xb 001 cd.", Series.SIV, "XB-001-CD", id="siv, small letters and other separators"),
        pytest.param("AW-123-WW", Series.SIV, "AW-123-WW", id="siv, WW last is an ordinary pair"),
        pytest.param("WA-123-AA", Series.SIV, "WA-123-AA", id="siv, one W first"),
        pytest.param("WW-123-AA", Series.TEMPORARY, "WW-123-AA", id="temporary"),
        pytest.param("W-123-AA", Series.TRADE, "W-123-AA", id="trade"),
        pytest.param("1 A 69", Series.FNI, "1 A 69", id="fni, shortest"),
        pytest.param("1234 AB 69", Series.FNI, "1234 AB 69", id="fni, four digits"),
        pytest.param("123 ABC 69", Series.FNI, "123 ABC 69", id="fni, three letters"),
        pytest.param("11 ABC 01", Series.FNI, "11 ABC 01", id="fni, first of three letters"),
        pytest.param("1234 AB 2A", Series.FNI, "1234 AB 2A", id="fni, south Corsica"),
        pytest.param("1234 AB 2B", Series.FNI, "1234 AB 2B", id="fni, upper Corsica"),
        pytest.param("123 ABC 971", Series.FNI, "123 ABC 971", id="fni, Guadeloupe"),
        pytest.param("123 AB 976", Series.FNI, "123 AB 976", id="fni, Mayotte"),
    ],
)
def test_a_text_that_is_a_plate_is_put_into_its_printed_form(text: str, series: Series, printed: str) -> None:
    found = fit(text)
    assert found is not None
    assert (found.series, found.text, found.is_trimmed) == (series, printed, False)


@pytest.mark.parametrize(
    ("text", "series", "printed"),
    [
        pytest.param("FXB-123-CD", Series.SIV, "XB-123-CD", id="EU band"),
        pytest.param("XB-123-CD69", Series.SIV, "XB-123-CD", id="department"),
        pytest.param("XB-123-CD2A", Series.SIV, "XB-123-CD", id="Corsican department"),
        pytest.param("XB-123-CD974", Series.SIV, "XB-123-CD", id="overseas department"),
        pytest.param("F XB-123-CD 69", Series.SIV, "XB-123-CD", id="EU band and department"),
        pytest.param("FWW-123-AA", Series.TEMPORARY, "WW-123-AA", id="EU band of a temporary plate"),
        pytest.param("W-123-AA69", Series.TRADE, "W-123-AA", id="department of a trade plate"),
    ],
)
def test_band_and_strip_are_left_out(text: str, series: Series, printed: str) -> None:
    found = fit(text)
    assert found is not None
    assert (found.series, found.text, found.is_trimmed) == (series, printed, True)


def test_nothing_is_left_out_where_the_whole_is_a_plate() -> None:
    found = fit("FW-123-AA")
    assert found is not None
    assert (found.text, found.is_trimmed) == ("FW-123-AA", False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("---", id="separators alone"),
        pytest.param("SS-123-AA", id="SS first"),
        pytest.param("AA-123-SS", id="SS last"),
        pytest.param("W-123-SS", id="SS on a trade plate"),
        pytest.param("WW-123-SS", id="SS on a temporary plate"),
        pytest.param("123 SS 69", id="SS on an old plate"),
        pytest.param("AA-000-AA", id="number 000"),
        pytest.param("W-000-AA", id="number 000 of a trade plate"),
        pytest.param("AI-123-AA", id="letter I"),
        pytest.param("AA-123-OA", id="letter O"),
        pytest.param("UA-123-AA", id="letter U"),
        pytest.param("1234 AO 69", id="letter O on an old plate"),
        pytest.param("0123 AB 69", id="old plate that begins with 0"),
        pytest.param("1234 AB 20", id="department 20 is 2A or 2B"),
        pytest.param("1234 AB 00", id="no department 00"),
        pytest.param("1234 AB 96", id="no department 96"),
        pytest.param("1234 AB 977", id="no department 977"),
        pytest.param("1234 ABC 69", id="four digits never had three letters"),
        pytest.param("F1234 AB 69", id="an old plate is not cut, in front"),
        pytest.param("123 ABC 6969", id="an old plate is not cut, behind"),
        pytest.param("XB-123-CD99", id="99 is no department"),
        pytest.param("HXB-123-CD", id="another letter than the band's F"),
        pytest.param("XB-123-C", id="a character lost"),
        pytest.param("XB-1234-CD", id="a character too many"),
    ],
)
def test_what_is_no_plate_is_refused(text: str) -> None:
    assert fit(text) is None


@pytest.mark.parametrize(
    "text",
    ["AB-1O3-CD", "A8-123-CD", "0B-123-CD", "AB-12S-CD", "AB-I23-CD", "1234 A8 69", "1234 AB G9"],
)
def test_a_character_is_never_rewritten_to_make_a_plate(text: str) -> None:
    assert fit(text) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("B-MW 1234", id="German"),
        pytest.param("1234 BCD", id="Spanish"),
        pytest.param("AB12 CDE", id="British"),
        pytest.param("1-ABC-971", id="Belgian, with the digits of a department"),
        pytest.param("1-KBB-23", id="Dutch, with the digits of a department"),
        pytest.param("ZH 123456", id="Swiss"),
        pytest.param("WX 12345", id="Polish"),
    ],
)
def test_foreign_plates_of_another_form_are_refused(text: str) -> None:
    assert fit(text) is None


def test_bare_keeps_plain_letters_and_digits_alone() -> None:
    assert bare(" xb‐1２23·Çd ") == "XB123D"


def test_the_upper_case_of_an_odd_letter_adds_none() -> None:
    assert bare("1ß75") == "175"
