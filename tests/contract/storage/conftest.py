"""Every store and every register, each empty or with a corner of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from storage.evidence.folder import FolderEvidence
from storage.evidence.s3 import S3Evidence
from storage.memory import MemoryEvidence, memory_register
from storage.model import Register
from storage.register.database import Database
from storage.register.opening import database_url, open_register
from storage.settings import RegisterSettings
from tests.storage_servers import S3_SERVERS, S3Server
from verbalise.ports import EvidenceStore


@dataclass(frozen=True, slots=True)
class Corner:
    """A store, and the start of the keys that only this test uses."""

    store: EvidenceStore
    prefix: str

    def key(self, name: str) -> str:
        """A key of this test."""
        return f"{self.prefix}/{name}"


@pytest.fixture(params=["memory", "folder", *S3_SERVERS])
def corner(request: pytest.FixtureRequest, tmp_path: Path) -> Corner:
    """A corner of every store; S3 ones on each server that this machine can start."""
    stores: dict[str, Callable[[], EvidenceStore]] = {
        "memory": MemoryEvidence,
        "folder": lambda: FolderEvidence(tmp_path / "evidence"),
    }
    if request.param in stores:
        return Corner(stores[request.param](), uuid4().hex)
    server: S3Server = request.getfixturevalue("s3_servers")(request.param)
    return Corner(S3Evidence(server.access(), server.bucket), uuid4().hex)


@pytest.fixture(params=["sqlite", "postgresql"])
def sql_settings(request: pytest.FixtureRequest, tmp_path: Path) -> RegisterSettings:
    """Settings of an empty database, of every kind."""
    if request.param == "sqlite":
        return RegisterSettings(url=f"sqlite:///{tmp_path / 'register' / 'register.db'}")
    return RegisterSettings(url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def sql_register(sql_settings: RegisterSettings) -> Iterator[Register]:
    """An empty register in every kind of database."""
    register = open_register(sql_settings)
    yield register
    register.close()


@pytest.fixture
def database(sql_register: Register, sql_settings: RegisterSettings) -> Iterator[Database]:
    """The database of `sql_register`, for what only its owner could do."""
    database = Database(database_url(sql_settings))
    yield database
    database.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    """An empty register of every kind."""
    if request.param == "memory":
        yield memory_register()
        return
    url = (
        f"sqlite:///{tmp_path / 'register.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    opened = open_register(RegisterSettings(url=url))
    yield opened
    opened.close()
