"""What allows the city to look: prefect's orders, permissions for machine help, parties and their convention.

Everything has an instant from which, and most have one until which, they are in force; `until` is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType

from verbalise.dated import Dated

PartyId = NewType("PartyId", str)


class Network(StrEnum):
    """Which of the city's camera networks a camera belongs to."""

    BOLLARD = "bollard"
    TRAFFIC = "traffic"
    CITY = "city"


class Aim(StrEnum):
    """What a party may look at a camera for."""

    OFFENCES = "offences"
    """Finding traffic offences: vidéo-verbalisation."""
    TRAFFIC = "traffic"
    """Running the roads: the first use of the traffic centre's cameras."""
    SAFETY = "safety"
    """Public safety: patrols and interventions."""
    BOLLARDS = "bollards"
    """Operating the bollards."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the week by the clock on the wall; where `end` is not after `start` they pass midnight.

    Attributes:
        days: The days on which they start; 0 is Monday.
        end: Exclusive; midnight at the end of the day is `time.max`.
    """

    days: frozenset[int]
    start: time
    end: time

    def started_on(self, local: datetime) -> date | None:
        """The day on which the span that holds a local time started, None where no span holds it."""
        day, clock = local.date(), local.time()
        passes_midnight = self.end <= self.start
        before_end = self.end == time.max or clock < self.end
        if day.weekday() in self.days and clock >= self.start and (passes_midnight or before_end):
            return day
        eve = day - timedelta(days=1)
        return eve if passes_midnight and eve.weekday() in self.days and before_end else None


@dataclass(frozen=True, slots=True)
class Authorisation(Dated):
    """A prefect's order (arrêté préfectoral) for one camera.

    Attributes:
        reference: Number of the order.
        aims: The aims that it names; nothing is looked at for another one.
        retention_days: How long pictures may be kept, at most 30.
    """

    reference: str
    aims: frozenset[Aim]
    valid_from: datetime
    valid_until: datetime
    retention_days: int


@dataclass(frozen=True, slots=True)
class HelpPermission(Dated):
    """The decision that lets a machine help with a claimed clip: find the vehicle again, read its plate."""

    text: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """A signatory, or a service of one, that shares cameras or looks at them."""

    id: PartyId
    name: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the convention lets one party see.

    Attributes:
        party: Who looks.
        networks: The networks that it may look at.
        aims: What for.
        hours: Hours of the week, local time; empty means at any hour.
        on_call: Whether it may also look outside these hours when called.
    """

    party: PartyId
    networks: frozenset[Network]
    aims: frozenset[Aim]
    hours: tuple[Hours, ...] = ()
    on_call: bool = False

    def is_open(self, local: datetime) -> bool:
        """Whether a local time is within the hours, whatever was called."""
        return not self.hours or any(span.started_on(local) is not None for span in self.hours)


@dataclass(frozen=True, slots=True)
class Convention(Dated):
    """The agreement by which the city and the Métropole share their cameras.

    Attributes:
        notice_months: Notice to be given so many months before the end, or it goes on.
        confidentiality: The clause, as pages quote it to those who look.
    """

    reference: str
    title: str
    valid_from: datetime
    valid_until: datetime
    notice_months: int
    confidentiality: str
    sharings: tuple[Sharing, ...]
