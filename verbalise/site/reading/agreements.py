"""Parties, the convention and the permission for machine help, checked against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from verbalise.site.agreements import Aim, Convention, HelpPermission, Network, Party, PartyId, Sharing
from verbalise.site.entries.agreements import ConventionEntry, HelpEntry, PartyEntry, SharingEntry
from verbalise.site.reading.faults import Place, listed
from verbalise.site.reading.hours import hours_of

LONGEST_YEARS = 5
"""A convention on shared cameras is made for five years at most."""


def parties_of(top: Place, entries: Collection[PartyEntry]) -> dict[PartyId, Party]:
    """The parties by id."""
    top.refuse_twins("parties", (entry.id for entry in entries))
    return {PartyId(entry.id): Party(PartyId(entry.id), entry.name) for entry in entries}


def convention_of(
    top: Place, entry: ConventionEntry | None, parties: Collection[PartyId], clock: ZoneInfo
) -> Convention | None:
    """The convention. Raises Halt where it lasts too long or shares with a party that is not declared."""
    if entry is None:
        return None
    place = top.at("convention")
    if entry.valid_until > _years_later(entry.valid_from.astimezone(clock), LONGEST_YEARS):
        raise place.at("until").fault(f"{entry.valid_until.isoformat()} is more than five years after `from`")
    return Convention(
        reference=entry.reference,
        title=entry.title,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        notice_months=entry.notice_months,
        confidentiality=entry.confidentiality,
        sharings=tuple(_sharing(place.at("sharings", share.party), share, parties) for share in entry.sharings),
    )


def help_of(entries: Iterable[HelpEntry]) -> tuple[HelpPermission, ...]:
    """The decisions that let a machine help."""
    return tuple(HelpPermission(entry.text, entry.valid_from, entry.valid_until) for entry in entries)


def _sharing(place: Place, entry: SharingEntry, parties: Collection[PartyId]) -> Sharing:
    if PartyId(entry.party) not in parties:
        raise place.at("party").fault(f"{entry.party!r} is not under `parties` ({listed(parties)})")
    return Sharing(
        party=PartyId(entry.party),
        networks=frozenset(Network(network) for network in entry.networks),
        aims=frozenset(Aim(aim) for aim in entry.aims),
        hours=hours_of(entry.hours),
        on_call=entry.on_call,
    )


def _years_later(local: datetime, years: int) -> datetime:
    """The same day of a later year on the clock of the place; 1 March where 29 February is not there."""
    try:
        return local.replace(year=local.year + years)
    except ValueError:
        return local.replace(year=local.year + years, month=3, day=1)
