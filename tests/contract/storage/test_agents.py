"""What every register of agents does alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.errors import Reject
from storage.model import Register
from tests.contract.storage.builders import NOON, A, B, an_agent

TOKEN = "ab" * 32
LATER = NOON + timedelta(hours=8)


def test_a_person_comes_back_whole(register: Register) -> None:
    agent = an_agent()
    register.agents.add_agent(agent, "hash")
    assert register.agents.agent(A) == agent
    assert register.agents.agent_by_login("a.durand") == (agent, "hash")


def test_whom_nobody_added_is_unknown(register: Register) -> None:
    assert register.agents.agent(A) is None
    assert register.agents.agent_by_login("a.durand") is None


def test_adding_again_replaces_and_keeps_the_person_signed_in(register: Register) -> None:
    register.agents.add_agent(an_agent(), "hash")
    register.agents.open_session(TOKEN, A, LATER)
    changed = replace(an_agent(), login="agnes", sworn=False, desks=frozenset())
    register.agents.add_agent(changed, "other hash")
    assert register.agents.agent_by_login("a.durand") is None
    assert register.agents.agent_by_login("agnes") == (changed, "other hash")
    assert register.agents.session_agent(TOKEN, NOON) == changed


def test_a_login_is_one_persons(register: Register) -> None:
    register.agents.add_agent(an_agent(), "hash")
    with pytest.raises(Reject, match="belongs to another agent"):
        register.agents.add_agent(an_agent(B), "hash")
    assert register.agents.agent(B) is None


def test_a_browser_is_known_until_it_expires(register: Register) -> None:
    register.agents.add_agent(an_agent(), "hash")
    register.agents.open_session(TOKEN, A, LATER)
    assert register.agents.session_agent(TOKEN, NOON) == an_agent()
    assert register.agents.session_agent(TOKEN, LATER - timedelta(microseconds=1)) == an_agent()
    assert register.agents.session_agent(TOKEN, LATER) is None
    assert register.agents.session_agent("cd" * 32, NOON) is None


def test_a_browser_is_forgotten(register: Register) -> None:
    register.agents.add_agent(an_agent(), "hash")
    register.agents.open_session(TOKEN, A, LATER)
    register.agents.close_session(TOKEN)
    register.agents.close_session(TOKEN)
    assert register.agents.session_agent(TOKEN, NOON) is None


def test_nobody_signs_in_for_a_person_who_is_unknown(register: Register) -> None:
    with pytest.raises(Reject, match="no agent 'agent-a'"):
        register.agents.open_session(TOKEN, A, LATER)
