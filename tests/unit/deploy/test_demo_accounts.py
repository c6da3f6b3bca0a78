"""The demo's people are those of its site, each with a password of the day."""

from __future__ import annotations

from pathlib import Path

from deploy.demo.accounts import demo_accounts, install
from storage.memory import memory_register
from verbalise.console.passwords import password_fits
from verbalise.model import Capacity, Desk
from verbalise.site.file import load_site
from verbalise.site.permits import TokenHasher

SITE = load_site(Path("deploy/demo/site.yaml"), hasher=TokenHasher(b"a key of these tests"))


def test_every_desk_has_somebody_and_every_capacity_is_there() -> None:
    people = [account.agent for account in demo_accounts(SITE)]
    assert set().union(*(agent.desks for agent in people)) == set(Desk)
    assert {agent.capacity for agent in people} == set(Capacity)


def test_passwords_are_fresh_and_fit() -> None:
    first, second = demo_accounts(SITE)[:1], demo_accounts(SITE)[:1]
    assert first[0].password != second[0].password
    agents = memory_register().agents
    for accounts in (first, second):
        install(accounts, agents)
    held = agents.agent_by_login(first[0].agent.login)
    assert held is not None
    assert password_fits(held[1], second[0].password)
    assert not password_fits(held[1], first[0].password)
