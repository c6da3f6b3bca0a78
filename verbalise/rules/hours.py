"""Which hours of a by-law an instant falls in, by the clock on the wall of the place."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from verbalise.agreements import Hours
from verbalise.site import ByLaw


def closure_at(law: ByLaw, at: datetime, zone: ZoneInfo) -> Hours | None:
    """The closure that an instant falls in, None outside all of them.

    The instant is turned into local time, never the hours into UTC: so an hour that the clocks skip or
    repeat in spring and autumn is closed exactly while a clock in the street shows it.
    """
    local = at.astimezone(zone)
    if law.only_days is not None and local.date() not in law.only_days:
        return None
    return next((closure for closure in law.closures if _holds(law, closure, local)), None)


def _holds(law: ByLaw, closure: Hours, local: datetime) -> bool:
    """A closure that passes midnight ends with the exempt day that it reaches: doubt speaks for the driver."""
    started = closure.started_on(local)
    return started is not None and not {started, local.date()} & law.except_days
