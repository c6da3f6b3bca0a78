"""Hours of the week as a French sentence says them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from verbalise.site.agreements import Hours

DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
"""In the order of `date.weekday`."""


def hours_fr(hours: Iterable[Hours]) -> str:
    """For example `du lundi au vendredi de 7 h à 20 h`; `à toute heure` where there are none."""
    return " et ".join(map(_span_fr, hours)) or "à toute heure"


def _span_fr(hours: Hours) -> str:
    return f"{_days_fr(sorted(hours.days))} de {_clock_fr(hours.start)} à {_clock_fr(hours.end)}"


def _days_fr(days: list[int]) -> str:
    if len(days) == len(DAYS_FR):
        return "tous les jours"
    names = [DAYS_FR[day] for day in days]
    is_a_run = days == list(range(days[0], days[-1] + 1))
    if is_a_run and len(days) > 2:
        return f"du {names[0]} au {names[-1]}"
    return f"le {' et le '.join(names)}" if len(names) < 3 else f"les {', '.join(names)}"


def _clock_fr(clock: time) -> str:
    if clock == time.max:
        return "24 h"
    return f"{clock.hour} h {clock:%M}" if clock.minute else f"{clock.hour} h"
