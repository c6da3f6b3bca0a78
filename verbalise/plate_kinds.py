"""What kind of plate an agent typed, as far as its letters and digits say: a French series, or one for other hands.

What could be read two ways is given to the kind that a person must look at: `123 CD 45` is an old French number
(department 45) as well as a diplomat's. No character is ever changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from detect.plates.grammar import Series, bare, fit


class PlateKind(StrEnum):
    """Who gives out plates that look like this."""

    SIV = "siv"
    """The French series since 2009."""
    FNI = "fni"
    """The French series before, ending in the department."""
    MOPED = "moped"
    """The mopeds' own series."""
    TEMPORARY = "ww"
    """Before registration: numbers are given again after some months."""
    TRADE = "w"
    """A trader's, moved between vehicles."""
    DIPLOMATIC = "diplomatic"
    """Embassies and consulates: immunity."""
    MILITARY = "military"
    """Armed forces and gendarmerie."""
    TRANSIT = "transit"
    """Under customs, on its way out of France."""
    FOREIGN = "foreign"
    """No French series known here: another country's, or misread."""


_SERIES: Mapping[Series, PlateKind] = {
    Series.SIV: PlateKind.SIV,
    Series.FNI: PlateKind.FNI,
    Series.TEMPORARY: PlateKind.TEMPORARY,
    Series.TRADE: PlateKind.TRADE,
}
_DEPARTMENT = r"(?:\d{2}|2[AB]|97\d|98\d)"
_OTHER: tuple[tuple[PlateKind, re.Pattern[str]], ...] = (
    (PlateKind.DIPLOMATIC, re.compile(rf"[EU]?\d{{1,3}}(?:CMD|CD|C|K)\d{{1,5}}[A-Z]?{_DEPARTMENT}?")),
    (PlateKind.TRANSIT, re.compile(rf"TT\d{{3,4}}[A-Z]{{1,2}}|\d{{1,4}}TT[A-Z]?{_DEPARTMENT}")),
    (PlateKind.MILITARY, re.compile(r"\d{6,8}")),
)
_BETWEEN = r"[\s._·–—-]{0,3}"
_SIV_OR_FNI = rf"[A-Z]{{2}}{_BETWEEN}\d{{3}}{_BETWEEN}[A-Z]{{2}}|\d{{1,4}}[ -]?[A-Z]{{2,3}}[ -]?\d{{2}}"
_IN_TEXT = re.compile(rf"(?<![A-Z0-9])(?:{_SIV_OR_FNI})(?![A-Z0-9])", re.I)
"""Written as people write them, whatever stands between the groups."""
_MOPED = re.compile(r"[A-HJ-NP-TV-Z]{1,2}\d{2,3}[A-HJ-NP-TV-Z]")


def plate_kind(plate: str) -> PlateKind:
    """The kind of a plate, written in any case and with any separators."""
    letters = bare(plate)
    for kind, pattern in _OTHER:
        if pattern.fullmatch(letters):
            return kind
    found = fit(letters)
    if found is not None and not found.is_trimmed:
        return _SERIES[found.series]
    return PlateKind.MOPED if _MOPED.fullmatch(letters) else PlateKind.FOREIGN


def carries_plate(text: str) -> bool:
    """Whether a text holds something written like a French plate."""
    return _IN_TEXT.search(text) is not None


def without_plate(text: str) -> str:
    """A text for eyes that must see no plate; one that holds what looks like a plate is left out whole."""
    return "texte masqué (plaque)" if carries_plate(text) else text
