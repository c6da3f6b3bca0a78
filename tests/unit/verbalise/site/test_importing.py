"""An import: one version, its people with the passwords they have, and one line in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import Reject
from storage.memory import memory_register
from storage.model import Register
from tests.unit.verbalise.site.documents import Change, add, describe, put, whole
from verbalise.console.passwords import hash_password, password_fits
from verbalise.model import Access, AgentId
from verbalise.site.importing import Importing, SiteImport
from verbalise.site.register import SiteVersion

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def register() -> Register:
    return memory_register()


def do_import(register: Register, folder: Path, *changes: Change, starts: datetime = LATER) -> SiteVersion | None:
    document = whole()
    for change in changes:
        change(document)
    wanted = Importing(describe(folder, document), folder, starts, NOW, "Régie")
    return SiteImport(register.sites, register.agents, register.ledger).run(wanted)


def without_b(document: dict[str, object]) -> None:
    del document["agents"][1]  # type: ignore[attr-defined]


def test_it_records_the_version_and_writes_it_down(register: Register, tmp_path: Path) -> None:
    version = do_import(register, tmp_path)
    assert version is not None
    assert register.sites.versions() == [version]
    (entry,) = register.ledger.entries()
    assert (entry.access, entry.subject, entry.at) == (Access.SITE_IMPORTED, "site/1", NOW)
    assert "Régie" in entry.purpose
    assert version.digest[:12] in entry.purpose


def test_the_register_holds_no_plate_and_no_badge(register: Register, tmp_path: Path) -> None:
    version = do_import(register, tmp_path)
    assert version is not None
    assert "QX" not in version.document
    assert "delivery-017" not in version.document


def test_the_same_again_records_and_writes_nothing(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    assert do_import(register, tmp_path) is None
    assert len(register.ledger.entries()) == 1


def test_new_people_have_no_password_that_anybody_knows(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    held = register.agents.agent_by_login("login-a")
    assert held is not None
    assert not password_fits(held[1], "")
    assert not password_fits(held[1], "decoy")


def test_people_keep_their_password_even_under_a_new_login(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    held = register.agents.agent_by_login("login-a")
    assert held is not None
    register.agents.add_agent(held[0], hash_password("quatre chats gris"))
    do_import(register, tmp_path, put("agents", 0, "login", value="agnes"))
    renamed = register.agents.agent_by_login("agnes")
    assert renamed is not None
    assert password_fits(renamed[1], "quatre chats gris")


def test_who_is_no_longer_named_may_sign_in_until_it_takes_effect(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    do_import(register, tmp_path, without_b)
    gone, stays = register.agents.agent(AgentId("b")), register.agents.agent(AgentId("a"))
    assert gone is not None
    assert stays is not None
    assert gone.valid_until == LATER
    assert stays.valid_until > LATER


def test_an_import_cut_short_is_completed_by_the_next(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    before = register.agents.agent_by_login("login-b")
    do_import(register, tmp_path, without_b)
    assert before is not None
    register.agents.add_agent(*before)  # as if the second import had ended after its version
    assert do_import(register, tmp_path, without_b) is None
    gone = register.agents.agent(AgentId("b"))
    assert gone is not None
    assert gone.valid_until == LATER


def test_a_login_that_is_taken_stops_it_before_anything_is_recorded(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    with pytest.raises(Reject, match=r"agents\[c\]\.login.*'login-b'"):
        do_import(
            register,
            tmp_path,
            without_b,
            add(
                "agents",
                value=lambda document: {**document["agents"][0], "id": "c", "login": "login-b", "number": "PM c"},
            ),
        )
    assert len(register.sites.versions()) == 1


def test_it_changes_nothing_of_the_past(register: Register, tmp_path: Path) -> None:
    do_import(register, tmp_path)
    with pytest.raises(Reject, match="past"):
        do_import(register, tmp_path, without_b, starts=NOW - timedelta(seconds=1))
    held = register.agents.agent(AgentId("b"))
    assert held is not None
    assert held.valid_until > LATER
