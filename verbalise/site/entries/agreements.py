"""Entries of what allows the city to look: orders, legal bases, machine help, parties and the convention."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from verbalise.site.entries.entry import Entry, HoursEntry, Name, Period, Text

NetworkName = Literal["bollard", "traffic", "city"]
AimName = Literal["offences", "traffic", "safety", "bollards"]


class AuthorisationEntry(Period):
    """A prefect's order (arrêté préfectoral) for this camera; pictures are kept 30 days at most."""

    reference: Text
    aims: Annotated[list[AimName], Field(min_length=1)]
    retention_days: Annotated[int, Field(ge=1, le=30)]


class BasisEntry(Period):
    """The legal basis that lets machines flag one offence on this camera."""

    offence: Name
    text: Text


class HelpEntry(Period):
    """The decision that lets a machine help with a claimed clip."""

    text: Text


class PartyEntry(Entry):
    """A signatory or a service; the city itself has the id `ville`."""

    id: Name
    name: Text


class SharingEntry(Entry):
    """What the convention lets one party see; without `hours`, at any hour."""

    party: Name
    networks: Annotated[list[NetworkName], Field(min_length=1)]
    aims: Annotated[list[AimName], Field(min_length=1)]
    hours: list[HoursEntry] = Field(default=[])
    on_call: bool = False


class ConventionEntry(Period):
    """The agreement by which the city and the Métropole share cameras, for five years at most."""

    reference: Text
    title: Text
    notice_months: Annotated[int, Field(ge=0, le=24)] = 3
    confidentiality: Annotated[str, Field(min_length=1, max_length=2000)]
    sharings: Annotated[list[SharingEntry], Field(min_length=1)]
