"""Months as instants of a time zone, and the same day some months earlier."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.shared_street import ZONE, at
from verbalise.months import Month, months_before


def test_a_month_begins_and_ends_at_local_midnight() -> None:
    march = Month.read("2026-03")
    assert march.begins(ZONE) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.ends(ZONE) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert Month.of(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), ZONE) == march
    assert str(march) == "2026-03"


@pytest.mark.parametrize(
    ("months", "expected"), [(0, "2026-11"), (1, "2026-12"), (2, "2027-01"), (-10, "2026-01"), (-11, "2025-12")]
)
def test_months_are_counted_over_years(months: int, expected: str) -> None:
    assert Month(2026, 11).plus(months) == Month.read(expected)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "11-2026", "2026-11-01", "demain"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"match|remains"):
        Month.read(text)


@pytest.mark.parametrize(
    ("instant", "months", "expected"),
    [
        ("2027-01-01 00:00", 3, "2026-10-01 00:00"),
        ("2026-05-31 12:00", 3, "2026-02-28 12:00"),
        ("2026-07-15 08:00", 6, "2026-01-15 08:00"),
    ],
)
def test_months_before_keep_day_and_clock(instant: str, months: int, expected: str) -> None:
    assert months_before(at(instant), months, ZONE) == at(expected)
