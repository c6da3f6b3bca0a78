"""Hours and days of entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from verbalise.site.agreements import Hours
from verbalise.site.calendar import LAST_YEAR, public_holidays
from verbalise.site.entries.by_laws import DateRange, DayEntry
from verbalise.site.entries.entry import DAYS, HoursEntry


def hours_of(entries: Iterable[HoursEntry]) -> tuple[Hours, ...]:
    """Hours of the week; those that pass midnight stay one, with an end before their start."""
    return tuple(
        Hours(frozenset(DAYS.index(day) for day in entry.days), _clock(entry.start), _end(entry)) for entry in entries
    )


def days_of(entries: Sequence[DayEntry], valid_from: datetime, valid_until: datetime | None) -> frozenset[date]:
    """Every day that the entries name; public holidays are those of the years in which the by-law is in force."""
    days: set[date] = set()
    for entry in entries:
        if isinstance(entry, DateRange):
            days.update(entry.first + timedelta(days=after) for after in range((entry.last - entry.first).days + 1))
        elif isinstance(entry, date):
            days.add(entry)
        else:
            days |= public_holidays(valid_from.year, LAST_YEAR if valid_until is None else valid_until.year)
    return frozenset(days)


def _end(entry: HoursEntry) -> time:
    """Midnight at the end of the day is written either way."""
    return time.max if entry.end == "00:00" else _clock(entry.end)


def _clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
