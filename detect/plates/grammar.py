"""French plate series as a prior: which series a read fits, and its printed form. No character is ever changed.

Source of the series: R.317-8 of the code de la route and its arrêtés; letters I, O and U are never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_LETTER = "[A-HJ-NP-TV-Z]"
_DEPARTMENT = "(?:0[1-9]|1[0-9]|2[1-9]|2[AB]|[3-8][0-9]|9[0-5]|97[1-6]|98[78])"


class Series(StrEnum):
    """The French series."""

    SIV = "siv"
    TEMPORARY = "ww"
    TRADE = "w"
    FNI = "fni"


@dataclass(frozen=True, slots=True)
class Fit:
    """A read that fits a series exactly.

    Attributes:
        text: The plate in its printed form, with hyphens or spaces.
        is_trimmed: Whether characters outside the plate's own (EU band, department strip) were left out.
    """

    series: Series
    text: str
    is_trimmed: bool


_PATTERNS: tuple[tuple[Series, re.Pattern[str], str], ...] = (
    (Series.TEMPORARY, re.compile(rf"(WW)((?!000)\d{{3}})((?!SS){_LETTER}{{2}})"), "-"),
    (Series.SIV, re.compile(rf"((?!SS|WW){_LETTER}{{2}})((?!000)\d{{3}})((?!SS){_LETTER}{{2}})"), "-"),
    (Series.TRADE, re.compile(rf"(W)((?!000)\d{{3}})((?!SS){_LETTER}{{2}})"), "-"),
    (Series.FNI, re.compile(rf"([1-9]\d{{0,3}})((?!SS){_LETTER}{{1,2}})({_DEPARTMENT})"), " "),
    # Three letters came last, with numbers from 11: a wider pattern would take Dutch and Belgian plates.
    (Series.FNI, re.compile(rf"(1[1-9]|[2-9]\d|[1-9]\d{{2}})({_LETTER}{{3}})({_DEPARTMENT})"), " "),
)


def bare(text: str) -> str:
    """The characters alone: upper case, without separators or anything else that is not a letter or digit."""
    # Others go first: the upper case of ß is SS, which nobody wrote.
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()


def fit(text: str) -> Fit | None:
    """The series that a read fits, or None.

    The EU band may be read as a leading F, the department strip as trailing digits: they are left out only
    when what remains fits a series exactly and the whole does not.
    """
    characters = bare(text)
    whole = _exact(characters, is_trimmed=False)
    if whole is not None:
        return whole
    starts = (characters, characters.removeprefix("F"))
    candidates = [re.sub(rf"{_DEPARTMENT}$", "", start) for start in starts] + [starts[1]]
    for candidate in candidates:
        trimmed = _exact(candidate, is_trimmed=True)
        # An old plate ends in its department: nothing may be cut from it.
        if trimmed is not None and trimmed.series is not Series.FNI:
            return trimmed
    return None


def _exact(characters: str, is_trimmed: bool) -> Fit | None:
    for series, pattern, separator in _PATTERNS:
        match = pattern.fullmatch(characters)
        if match is not None:
            return Fit(series, separator.join(match.groups()), is_trimmed)
    return None
