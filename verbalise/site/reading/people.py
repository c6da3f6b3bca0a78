"""People of the site, each with a login and a service number of their own."""

from __future__ import annotations

from collections.abc import Collection

from verbalise.model import Agent, AgentId, Capacity, Desk
from verbalise.site.agreements import PartyId
from verbalise.site.entries.people import AgentEntry
from verbalise.site.reading.faults import Place, listed


def agents_of(top: Place, entries: Collection[AgentEntry], parties: Collection[PartyId]) -> tuple[Agent, ...]:
    """The people. Raises Halt where two share an id, a login or a number, or a party is not declared.

    `parties` is empty where the file declares none: then everybody works for whom the entry says.
    """
    top.refuse_twins("agents", (entry.id for entry in entries))
    top.refuse_twins("agents.login", (entry.login for entry in entries))
    top.refuse_twins("agents.number", (entry.number for entry in entries))
    for entry in entries:
        if parties and entry.party not in parties:
            place = top.at("agents", entry.id).at("party")
            raise place.fault(f"{entry.party!r} is not under `parties` ({listed(parties)})")
    return tuple(_agent(entry) for entry in entries)


def _agent(entry: AgentEntry) -> Agent:
    return Agent(
        id=AgentId(entry.id),
        login=entry.login,
        name=entry.name,
        number=entry.number,
        capacity=Capacity(entry.capacity),
        sworn=entry.sworn,
        desks=frozenset(Desk(desk) for desk in entry.desks),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        party=PartyId(entry.party),
        act=entry.act,
    )
