"""The demo's people: one per desk, with fresh passwords at every start."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from verbalise.console.passwords import hash_password
from verbalise.model import Agent, AgentId, Capacity, Desk
from verbalise.ports import AgentRegister

_A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Account:
    """What a person types to sign in."""

    agent: Agent
    password: str


def demo_accounts(now: datetime) -> tuple[Account, ...]:
    """An agent, a patrol and an analyst, invented, valid for a year from now."""
    return (
        _account("csu", "Camille Lemoine", "PM 0427", Capacity.MUNICIPAL_POLICE, {Desk.REVIEW, Desk.PATROL}, now),
        _account("patrouille", "Sacha Vasseur", "PM 0311", Capacity.MUNICIPAL_POLICE, {Desk.PATROL}, now),
        _account("analyste", "Noa Duboc", "AN 0012", Capacity.ANALYST, {Desk.ANALYSIS}, now),
    )


def install(accounts: tuple[Account, ...], agents: AgentRegister) -> None:
    """Put the people into the register, replacing last time's passwords."""
    for account in accounts:
        agents.add_agent(account.agent, hash_password(account.password))


def _account(login: str, name: str, number: str, capacity: Capacity, desks: set[Desk], now: datetime) -> Account:
    agent = Agent(
        id=AgentId(login),
        login=login,
        name=name,
        number=number,
        capacity=capacity,
        sworn=capacity is Capacity.MUNICIPAL_POLICE,
        desks=frozenset(desks),
        valid_from=now - timedelta(days=1),
        valid_until=now + _A_YEAR,
    )
    return Account(agent, secrets.token_urlsafe(9))
