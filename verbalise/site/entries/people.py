"""Entries of people: who may sign in, in which capacity, from when until when. Passwords are never here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from verbalise.model import CITY
from verbalise.site.entries.entry import Name, Period, Text

CapacityName = Literal["pm", "asvp", "csu", "analyst", "admin", "pcrt", "pn"]
DeskName = Literal["review", "patrol", "analysis", "live", "site"]

DESKS: Mapping[CapacityName, frozenset[DeskName]] = {
    "pm": frozenset(get_args(DeskName)),
    "asvp": frozenset({"review", "patrol", "live"}),
    "csu": frozenset({"live"}),
    "analyst": frozenset({"analysis"}),
    "admin": frozenset({"site", "analysis"}),
    "pcrt": frozenset({"live"}),
    "pn": frozenset({"patrol"}),
}
"""The rooms that each capacity may be given: whoever finds nothing has no key to the queue."""
SWORN: frozenset[CapacityName] = frozenset({"pm", "asvp"})
"""Capacities that take an oath, before which no offence is found."""


class AgentEntry(Period):
    """A person named by the city or by a party; `act` is the reference of the act, `until` ends the sign-in."""

    id: Name
    login: Name
    name: Text
    number: Text
    capacity: CapacityName
    sworn: bool = False
    desks: Annotated[list[DeskName], Field(min_length=1)]
    party: Name = CITY
    act: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _capacity_fits(self) -> Self:
        beyond = sorted(set(self.desks) - DESKS[self.capacity])
        if beyond:
            allowed = ", ".join(sorted(DESKS[self.capacity]))
            raise ValueError(f"capacity {self.capacity} does not open {', '.join(beyond)}; it opens {allowed}")
        if self.sworn and self.capacity not in SWORN:
            raise ValueError(f"capacity {self.capacity} takes no oath; only {', '.join(sorted(SWORN))} are `sworn`")
        if self.capacity in SWORN and self.party != CITY:
            raise ValueError(f"capacity {self.capacity} is for the commune's own agents, not those of {self.party!r}")
        return self
