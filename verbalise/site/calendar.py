"""The public holidays of France: the only module that asks the `holidays` library."""

from __future__ import annotations

from datetime import date
from functools import cache

from holidays import country_holidays

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Facts lie between them: a by-law without end is not followed for ever."""


def public_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """The public holidays from one year to another, both included, as far as facts can lie."""
    years = range(max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR) + 1)
    return frozenset(day for year in years for day in _holidays_of(year))


@cache
def _holidays_of(year: int) -> frozenset[date]:
    """Of metropolitan France, without those that only some departments have."""
    return frozenset(country_holidays("FR", years=year))
