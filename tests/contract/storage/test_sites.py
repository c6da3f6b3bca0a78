"""What every register of site versions does alike."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from ingest.errors import Reject
from storage.model import Register
from storage.register.database import Database
from tests.contract.storage.builders import NOON
from verbalise.site.register import Proposal

HOUR = timedelta(hours=1)


def proposal(name: str, in_hours: int = 1) -> Proposal:
    return Proposal(f'{{"name":"{name} · été"}}', "/srv/footage", NOON + in_hours * HOUR, NOON, "Régie")


def test_the_first_version_holds_always(register: Register) -> None:
    version = register.sites.record(proposal("a"))
    assert version is not None
    assert (version.number, version.effective_from, version.recorded_at) == (1, None, NOON)
    assert register.sites.versions() == [version]


def test_versions_come_back_whole_and_in_order(register: Register) -> None:
    recorded = [register.sites.record(proposal(name, hours)) for hours, name in enumerate("abc")]
    assert register.sites.versions() == recorded
    assert register.sites.versions(after=1) == recorded[1:]
    assert register.sites.versions(after=3) == []
    second = register.sites.versions()[1]
    assert (second.effective_from, second.file_root, second.recorded_by) == (NOON + HOUR, "/srv/footage", "Régie")


def test_the_same_again_is_no_version(register: Register) -> None:
    register.sites.record(proposal("a"))
    assert register.sites.record(proposal("a", 5)) is None
    assert len(register.sites.versions()) == 1


def test_footage_that_moved_is_a_version(register: Register) -> None:
    register.sites.record(proposal("a"))
    moved = register.sites.record(replace(proposal("a"), file_root="/srv/elsewhere"))
    assert moved is not None
    assert moved.number == 2


def test_going_back_to_an_earlier_text_is_a_version(register: Register) -> None:
    for hours, name in enumerate("aba"):
        register.sites.record(proposal(name, hours))
    first, _, third = register.sites.versions()
    assert (third.number, third.digest) == (3, first.digest)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (lambda: proposal("b", -1), "past"),
        (lambda: proposal("b", 2), "version 2 holds from 2026-07-01T12:00:00"),
        (lambda: proposal("b", 1), "version 2 holds from"),
    ],
)
def test_what_was_judged_is_not_changed(register: Register, second: Callable[[], Proposal], words: str) -> None:
    register.sites.record(proposal("a"))
    register.sites.record(proposal("later", 2))
    with pytest.raises(Reject, match=words):
        register.sites.record(second())
    assert len(register.sites.versions()) == 2


def test_of_two_at_once_one_comes_first(register: Register) -> None:
    def record(name: str) -> str:
        try:
            register.sites.record(proposal(name))
        except Reject:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(record, "abcd"))
    assert answers == ["recorded", "recorded", "refused", "refused"], "the first holds always, the second in an hour"
    assert [version.number for version in register.sites.versions()] == [1, 2]


@pytest.mark.parametrize("change", ["UPDATE site_versions SET document = 'x'", "DELETE FROM site_versions"])
def test_the_database_itself_forbids_to_change_them(sql_register: Register, database: Database, change: str) -> None:
    sql_register.sites.record(proposal("a"))
    with pytest.raises(Reject, match="site_versions is only ever added to"), database.write() as connection:
        connection.execute(text(change))
