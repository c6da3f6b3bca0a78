"""Which hours of a by-law an instant falls in, by the clock on the wall of the place."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from verbalise.agreements import Hours
from verbalise.site import ByLaw


def closure_at(law: ByLaw, at: datetime, zone: ZoneInfo) -> Hours | None:
    """The closure that an instant falls in, None outside all of them.

    The instant is turned into local time, never the hours into UTC: so an hour that the clocks skip or
    repeat in spring and autumn is closed exactly while a clock in the street shows it.
    """
    local = at.astimezone(zone)
    return next((closure for closure in law.closures if _holds(closure, local)), None)


def _holds(closure: Hours, local: datetime) -> bool:
    if local.weekday() not in closure.days or local.time() < closure.start:
        return False
    return closure.end == time.max or local.time() < closure.end
