"""Entries of what may drive where and when: by-laws and permits."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from detect.model import RoadUser
from verbalise.site.entries.entry import Date, Entry, HoursEntry, Name, OpenPeriod, Period, Text

HASHED = "sha256:"
"""How a plate or badge number that was hashed already begins."""
PUBLIC_HOLIDAYS = "public-holidays"
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


class DateRange(Entry):
    """Days from the first to the last, both included."""

    first: Date
    last: Date

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"`last` ({self.last}) is before `first` ({self.first})")
        return self


def _kind_of_days(value: Any) -> str:
    """So that a day that does not exist is told as such, and not as what else could have been written."""
    if value == PUBLIC_HOLIDAYS:
        return PUBLIC_HOLIDAYS
    return "date" if isinstance(value, str | date) else "range"


DayEntry = Annotated[
    Annotated[Literal["public-holidays"], Tag(PUBLIC_HOLIDAYS)]
    | Annotated[Date, Tag("date")]
    | Annotated[DateRange, Tag("range")],
    Discriminator(_kind_of_days),
]
"""The public holidays of France, one day, or several in a row."""


class SuspensionEntry(Period):
    """A time in which the by-law does not apply."""

    text: Text


class ByLawEntry(OpenPeriod):
    """A municipal by-law (arrêté) on one zone.

    `closures` are the hours in which motor vehicles are kept out, `admitted` the classes that never are; `except`
    lists days on which no closure holds, `only` the days to which the by-law is limited.
    """

    reference: Text
    zone: Name
    title: Text
    closures: Annotated[list[HoursEntry], Field(min_length=1)]
    admitted: list[Annotated[RoadUser, Field(strict=False)]] = Field(default=[])
    except_days: list[DayEntry] = Field(default=[], alias="except")
    only_days: Annotated[list[DayEntry], Field(min_length=1)] | None = Field(default=None, alias="only")
    suspensions: list[SuspensionEntry] = Field(default=[])


def _token(value: str) -> str:
    if value.startswith(HASHED) and not _HASH.fullmatch(value):
        raise ValueError("after `sha256:` come 64 digits from 0 to f")
    if not any(letter.isalnum() for letter in value):
        raise ValueError("holds no letter and no digit")
    return value


Token = Annotated[str, Field(max_length=80), AfterValidator(_token)]
"""A plate or badge number, or `sha256:` and its keyed hash."""


class PermitEntry(Period):
    """A right to drive in one zone, matched by a plate or a badge; `holder` is a service or household."""

    id: Name
    zone: Name
    plate: Token | None = None
    badge: Token | None = None
    reason: Literal["resident", "delivery", "works", "service", "care", "emergency", "intercom"]
    holder: Text
    given_by: Text
    hours: list[HoursEntry] = Field(default=[])
    one_off: bool = False
    note: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if (self.plate is None) == (self.badge is None):
            raise ValueError("a permit has either a `plate` or a `badge`")
        return self
