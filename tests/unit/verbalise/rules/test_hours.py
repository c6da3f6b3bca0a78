"""Closed hours by the clock in the street, through both changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.builders import always_closed
from verbalise.agreements import Hours
from verbalise.rules.hours import closure_at

PARIS = ZoneInfo("Europe/Paris")
SUNDAY_NIGHT = Hours(frozenset({6}), time(2, 30), time(4))
WEEKDAYS = Hours(frozenset(range(5)), time(11, 30), time(18))
EVENING = Hours(frozenset({4}), time(22), time.max)


@pytest.mark.parametrize(
    ("closure", "at", "closed"),
    [
        (WEEKDAYS, datetime(2026, 3, 10, 10, 29, 59, tzinfo=UTC), False),
        (WEEKDAYS, datetime(2026, 3, 10, 10, 30, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 10, 17, 0, tzinfo=UTC), False),
        (WEEKDAYS, datetime(2026, 7, 10, 9, 30, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 14, 12, 0, tzinfo=UTC), False),
        # Friday by the clock in the street, for two hours more than by UTC in summer.
        (EVENING, datetime(2026, 7, 10, 21, 59, 59, 999_999, tzinfo=UTC), True),
        (EVENING, datetime(2026, 7, 10, 22, 0, tzinfo=UTC), False),
        # Spring 2026: clocks go from 02:00 to 03:00, so 02:30 is never shown.
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), False),
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 2, 0, tzinfo=UTC), False),
        # Autumn 2026: the hour from 02:00 to 03:00 is shown twice, and its second half is closed twice.
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 1, 0, tzinfo=UTC), False),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 3, 0, tzinfo=UTC), False),
    ],
)
def test_closure_at(closure: Hours, at: datetime, closed: bool) -> None:
    law = replace(always_closed(), closures=(closure,))
    assert closure_at(law, at, PARIS) == (closure if closed else None)
