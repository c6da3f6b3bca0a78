"""The role that docs/deployment.md gives to workers which only read the site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ingest.errors import Halt
from storage.model import Register
from storage.register.database import Database
from storage.register.opening import open_register
from storage.settings import RegisterSettings
from tests.contract.storage.builders import NOON
from verbalise.model import AgentId
from verbalise.site.register import Proposal

PROPOSAL = Proposal("{}", "/", NOON, NOON, "Régie")


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Register]:
    with closing(open_register(RegisterSettings(url=postgres_url))) as register:
        yield register


@pytest.fixture
def reader(owner: Register, postgres_url: str) -> Iterator[Register]:
    """The register as a role of that kind opens it."""
    name = f"reader_{uuid4().hex[:8]}"
    with closing(Database(postgres_url)) as database:
        with database.write() as connection:
            connection.execute(text(f"CREATE ROLE {name} LOGIN"))
            connection.execute(text(f"GRANT SELECT ON site_versions, alembic_version TO {name}"))
        url = make_url(postgres_url).set(username=name).render_as_string(hide_password=False)
        with closing(open_register(RegisterSettings(url=url, upgrade=False))) as register:
            yield register
        with database.write() as connection:
            connection.execute(text(f"DROP OWNED BY {name}"))
            connection.execute(text(f"DROP ROLE {name}"))


def test_it_reads_the_versions(owner: Register, reader: Register) -> None:
    version = owner.sites.record(PROPOSAL)
    assert reader.sites.versions() == [version]


def test_it_adds_none_and_sees_nobody(reader: Register) -> None:
    with pytest.raises(Halt, match="rights"):
        reader.sites.record(PROPOSAL)
    with pytest.raises(Halt, match="rights"):
        reader.agents.agent(AgentId("csu"))
