"""What every exchange log does alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from ingest.errors import ConstatError
from ingest.model import CameraId
from storage.model import Register
from storage.register.database import Database
from storage.register.schema import EXCHANGES
from tests.contract.storage.builders import NOON, A
from verbalise.exchanges import Exchange, ExchangeFilter, ExchangeId, ExchangeKind
from verbalise.site.agreements import Aim, Network, PartyId

PCRT, CITY = PartyId("pcrt"), PartyId("ville")
HOUR = timedelta(hours=1)
DAY = ExchangeFilter(NOON - 12 * HOUR, NOON + 12 * HOUR)


def entry(name: str = "e1", kind: ExchangeKind = ExchangeKind.CALL, party: PartyId = PCRT) -> Exchange:
    return Exchange(ExchangeId(name), NOON, kind, party, A, CameraId("B1"), Network.TRAFFIC, Aim.TRAFFIC, "Accident.")


def test_an_entry_comes_back_whole(register: Register) -> None:
    about_all = Exchange(ExchangeId("e2"), NOON, ExchangeKind.MEETING, CITY, A, None, None, None, "Réunion.")
    assert register.exchanges.add(entry())
    assert register.exchanges.add(about_all)
    assert register.exchanges.exchanges(DAY) == [about_all, entry()]


def test_adding_twice_is_adding_once(register: Register) -> None:
    assert register.exchanges.add(entry())
    assert not register.exchanges.add(entry())
    assert not register.exchanges.add(replace(entry(), text="Autre chose."))
    assert register.exchanges.exchanges(DAY) == [entry()]


def test_the_newest_come_first_and_the_end_is_left_out(register: Register) -> None:
    for name, hours in (("a", 0), ("c", 2), ("b", 1)):
        register.exchanges.add(replace(entry(name), at=NOON + hours * HOUR))
    found = register.exchanges.exchanges(ExchangeFilter(NOON, NOON + 2 * HOUR))
    assert [each.id for each in found] == ["b", "a"]
    assert [each.id for each in register.exchanges.exchanges(DAY, limit=1)] == ["c"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (DAY, {"call", "view", "other"}),
        (replace(DAY, kinds=(ExchangeKind.CALL,)), {"call", "other"}),
        (replace(DAY, parties=(PCRT,)), {"call", "view"}),
        (replace(DAY, kinds=(ExchangeKind.CALL, ExchangeKind.VIEW), parties=(CITY,)), {"other"}),
        (replace(DAY, kinds=(ExchangeKind.INCIDENT,)), set()),
    ],
)
def test_entries_of_a_kind_and_a_party(register: Register, wanted: ExchangeFilter, names: set[str]) -> None:
    for each in (entry("call"), entry("view", ExchangeKind.VIEW), entry("other", party=CITY)):
        register.exchanges.add(each)
    assert {each.id for each in register.exchanges.exchanges(wanted)} == names


@pytest.mark.parametrize("change", [update(EXCHANGES).values(text="Rien."), delete(EXCHANGES)])
def test_nobody_changes_what_was_written(sql_register: Register, database: Database, change: object) -> None:
    sql_register.exchanges.add(entry())
    with pytest.raises(ConstatError), database.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]  # an update or a delete
    assert sql_register.exchanges.exchanges(DAY) == [entry()]
