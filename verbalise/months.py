"""Months of the calendar, as instants of one time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The month of a text like `2026-11`. Raises ValueError for any other text."""
        day = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007  # a month of the calendar has no zone
        return cls(day.year, day.month)

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> Self:
        """The month of an instant, by the calendar of a zone."""
        local = at.astimezone(zone)
        return cls(local.year, local.month)

    def plus(self, months: int) -> Month:
        """So many months later, or earlier if negative."""
        years, month = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, month + 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Its first instant; that of the next month ends it."""
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The instant that ends it, exclusive."""
        return self.plus(1).begins(zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_before(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same local day and time so many months earlier, or the last day of a month that is too short for it."""
    local = at.astimezone(zone)
    month = Month.of(at, zone).plus(-months)
    last = (month.plus(1).begins(zone).date() - month.begins(zone).date()).days
    return local.replace(year=month.year, month=month.number, day=min(local.day, last))
