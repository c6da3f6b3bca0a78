"""Brings a description into force: a new version in the register, its people, and a line in the ledger.

Promise: the version comes first and is what counts. After a crash between the steps the same import, made again,
records no second version and completes the people.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from ingest.errors import Reject
from verbalise.console.passwords import hash_password
from verbalise.model import Access, AccessEntry, Agent, AgentId
from verbalise.ports import AccessLedger, AgentRegister
from verbalise.site.file import Description
from verbalise.site.register import Proposal, SiteRegister, SiteVersion, editions_of


@dataclass(frozen=True, slots=True)
class Importing:
    """Who imports what, when, and from when it is to hold; `file_root` is where relative `file:` sources start."""

    description: Description
    file_root: Path
    effective_from: datetime
    now: datetime
    by: str


class SiteImport:
    """Imports into one register."""

    def __init__(self, sites: SiteRegister, agents: AgentRegister, ledger: AccessLedger) -> None:
        self._sites = sites
        self._agents = agents
        self._ledger = ledger

    def run(self, wanted: Importing) -> SiteVersion | None:
        """Record the version and its people; None where the latest version says the same.

        People are changed at once, each within the dates of their entry. Whoever an earlier version named and this
        one does not may sign in until the new version takes effect.

        Raises:
            Reject: it would take effect in the past, or not after the latest version; or a login is another person's.
            RetryLater: the register is away; importing again completes it.
        """
        people = wanted.description.site.agents
        for agent in people:
            self._refuse_a_taken_login(agent)
        version = self._sites.record(_proposal(wanted))
        if version is not None:
            self._ledger.write(_entry(version, wanted))
        for agent in people:
            self._agents.add_agent(agent, self._password_hash(agent.id))
        self._end_who_is_gone({agent.id for agent in people}, wanted.now)
        return version

    def _refuse_a_taken_login(self, agent: Agent) -> None:
        held = self._agents.agent_by_login(agent.login)
        if held is not None and held[0].id != agent.id:
            raise Reject(f"agents[{agent.id}].login: {agent.login!r} belongs to agent {held[0].id!r} in the register")

    def _password_hash(self, agent_id: AgentId) -> str:
        """The one that is kept; for whoever has none yet, that of a password which nobody knows."""
        known = self._agents.agent(agent_id)
        held = None if known is None else self._agents.agent_by_login(known.login)
        return _nobodys_password() if held is None else held[1]

    def _end_who_is_gone(self, listed: set[AgentId], now: datetime) -> None:
        versions = self._sites.versions()
        ends_at = versions[-1].effective_from or now
        named = {agent.id for edition in editions_of(versions) for agent in edition.site.agents}
        for agent_id in sorted(named - listed):
            agent = self._agents.agent(agent_id)
            if agent is not None and agent.valid_until > ends_at:
                self._agents.add_agent(replace(agent, valid_until=ends_at), self._password_hash(agent_id))


@cache
def _nobodys_password() -> str:
    """The hash of a password that was thrown away; several people may share it, since nobody can type it."""
    return hash_password(secrets.token_urlsafe(32))


def _proposal(wanted: Importing) -> Proposal:
    return Proposal(
        document=wanted.description.document,
        file_root=str(wanted.file_root),
        effective_from=wanted.effective_from,
        recorded_at=wanted.now,
        recorded_by=wanted.by,
    )


def _entry(version: SiteVersion, wanted: Importing) -> AccessEntry:
    since = "toujours" if version.effective_from is None else version.effective_from.isoformat()
    return AccessEntry(
        at=wanted.now,
        agent=None,
        access=Access.SITE_IMPORTED,
        subject=f"site/{version.number}",
        purpose=f"empreinte {version.digest[:12]}, en vigueur depuis {since}, par {wanted.by}",
        address="",
    )
