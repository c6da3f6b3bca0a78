"""People who may sign in, and the browsers that have, in SQL."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from ingest.errors import Reject
from storage.register.database import Database
from storage.register.schema import AGENTS, SIGN_INS
from verbalise.model import Agent, AgentId, Capacity, Desk
from verbalise.site.agreements import PartyId


class SqlAgents:
    """The register of agents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_agent(self, agent: Agent, password_hash: str) -> None:
        """Add or replace a person. Raises Reject where the login is another person's."""
        row = _row(agent, password_hash)
        others = select(AGENTS.c.id).where(AGENTS.c.login == agent.login, AGENTS.c.id != agent.id)
        with self._database.write() as connection:
            if connection.execute(others).first() is not None:
                raise Reject(f"login of agent {agent.id!r} belongs to another agent: choose another login")
            if not self._database.insert_if_absent(connection, AGENTS, row):
                connection.execute(update(AGENTS).where(AGENTS.c.id == agent.id).values(**row))

    def agent_by_login(self, login: str) -> tuple[Agent, str] | None:
        """The person and the password hash, None if unknown."""
        return self._found(AGENTS.c.login == login)

    def agent(self, agent_id: AgentId) -> Agent | None:
        """The person, None if unknown."""
        found = self._found(AGENTS.c.id == agent_id)
        return found[0] if found else None

    def open_session(self, token_sha256: str, agent: AgentId, expires_at: datetime) -> None:
        """Remember a signed-in browser. Raises Reject if nobody has that id."""
        row = {"token_sha256": token_sha256, "agent_id": agent, "expires_at": expires_at}
        with self._database.write() as connection:
            if connection.execute(select(AGENTS.c.id).where(AGENTS.c.id == agent)).first() is None:
                raise Reject(f"no agent {agent!r}: add the agent before opening a session")
            self._database.insert_if_absent(connection, SIGN_INS, row)

    def session_agent(self, token_sha256: str, now: datetime) -> Agent | None:
        """Whose session this is; None if unknown or expired."""
        signed_in = (SIGN_INS.c.token_sha256 == token_sha256) & (SIGN_INS.c.expires_at > now)
        found = self._found(AGENTS.c.id.in_(select(SIGN_INS.c.agent_id).where(signed_in)))
        return found[0] if found else None

    def close_session(self, token_sha256: str) -> None:
        """Forget a signed-in browser."""
        with self._database.write() as connection:
            connection.execute(delete(SIGN_INS).where(SIGN_INS.c.token_sha256 == token_sha256))

    def _found(self, wanted: ColumnElement[bool]) -> tuple[Agent, str] | None:
        with self._database.read() as connection:
            row = connection.execute(select(AGENTS).where(wanted)).mappings().one_or_none()
        return (_agent(row), str(row["password_hash"])) if row else None


def _row(agent: Agent, password_hash: str) -> dict[str, Any]:
    return {
        "id": agent.id,
        "login": agent.login,
        "name": agent.name,
        "number": agent.number,
        "capacity": agent.capacity.value,
        "sworn": agent.sworn,
        "desks": json.dumps(sorted(desk.value for desk in agent.desks)),
        "valid_from": agent.valid_from,
        "valid_until": agent.valid_until,
        "password_hash": password_hash,
        "party": agent.party,
        "act": agent.act,
    }


def _agent(row: RowMapping) -> Agent:
    return Agent(
        id=AgentId(row["id"]),
        login=row["login"],
        name=row["name"],
        number=row["number"],
        capacity=Capacity(row["capacity"]),
        sworn=row["sworn"],
        desks=frozenset(Desk(name) for name in json.loads(row["desks"])),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        party=PartyId(row["party"]),
        act=row["act"],
    )
