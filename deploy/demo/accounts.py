"""The demo's people: those of its site file, with fresh passwords at every start."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from verbalise.console.passwords import hash_password
from verbalise.model import Agent
from verbalise.ports import AgentRegister
from verbalise.site.model import Site


@dataclass(frozen=True, slots=True)
class Account:
    """What a person types to sign in."""

    agent: Agent
    password: str


def demo_accounts(site: Site) -> tuple[Account, ...]:
    """Everybody whom the site names."""
    return tuple(Account(agent, secrets.token_urlsafe(9)) for agent in site.agents)


def install(accounts: tuple[Account, ...], agents: AgentRegister) -> None:
    """Put the people into the register, replacing last time's passwords."""
    for account in accounts:
        agents.add_agent(account.agent, hash_password(account.password))
