"""The exchange log: what is written by itself, what a person may write, and how long a call opens the night."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage.memory_exchanges import MemoryExchanges
from tests import shared_street as street
from tests.shared_street import BOLLARD, PCRT, TRAFFIC, at, person
from verbalise.exchanges import (
    CALL_LASTS,
    LOOK_LASTS,
    Exchange,
    ExchangeKind,
    NotWritten,
    look_entry,
    note,
    on_call_until,
)
from verbalise.model import CITY
from verbalise.site.agreements import Aim, PartyId

CAMERAS = street.shared_site().cameras
NIGHT = at("2026-11-25 23:00")


def test_a_look_at_anothers_camera_is_an_entry() -> None:
    entry = look_entry(person(PCRT), CAMERAS[BOLLARD], Aim.TRAFFIC, NIGHT)
    assert entry is not None
    assert (entry.kind, entry.party, entry.author) == (ExchangeKind.VIEW, PCRT, "of-pcrt")
    assert (entry.camera, entry.network, entry.aim) == (BOLLARD, CAMERAS[BOLLARD].network, Aim.TRAFFIC)


def test_the_owner_owes_no_entry() -> None:
    assert look_entry(person(CITY), CAMERAS[BOLLARD], Aim.SAFETY, NIGHT) is None
    assert look_entry(person(CITY), CAMERAS[TRAFFIC], Aim.SAFETY, NIGHT) is not None


def test_pictures_within_a_quarter_of_an_hour_are_one_look() -> None:
    def number(instant: datetime, aim: Aim = Aim.SAFETY) -> str:
        entry = look_entry(person(CITY), CAMERAS[TRAFFIC], aim, instant)
        assert entry is not None
        return entry.id

    assert number(NIGHT) == number(NIGHT + LOOK_LASTS - timedelta(seconds=1))
    assert number(NIGHT) != number(NIGHT + LOOK_LASTS)
    assert number(NIGHT) != number(NIGHT, Aim.OFFENCES)


def test_no_entry_holds_a_plate() -> None:
    with pytest.raises(NotWritten) as refusal:
        note(person(PCRT), ExchangeKind.INCIDENT, "Camion XB-123-CD en travers", NIGHT, "r1")
    assert refusal.value.code == "plate"


@pytest.mark.parametrize("kind", [kind for kind in ExchangeKind if kind is not ExchangeKind.VIEW])
def test_whatever_a_person_writes_has_words(kind: ExchangeKind) -> None:
    with pytest.raises(NotWritten) as refusal:
        note(person(PCRT), kind, "  ", NIGHT, "r1")
    assert refusal.value.code == "empty"


def test_the_same_request_is_one_entry() -> None:
    register = MemoryExchanges()
    assert register.add(note(person(PCRT), ExchangeKind.CALL, "Accident", NIGHT, "r1"))
    assert not register.add(note(person(PCRT), ExchangeKind.CALL, "Accident", NIGHT + timedelta(minutes=1), "r1"))
    assert register.add(note(person(PCRT), ExchangeKind.CALL, "Accident", NIGHT, "r2"))


@pytest.mark.parametrize(
    ("after", "party", "until"),
    [
        (timedelta(0), PCRT, NIGHT + CALL_LASTS),
        (CALL_LASTS - timedelta(seconds=1), PCRT, NIGHT + CALL_LASTS),
        (CALL_LASTS, PCRT, None),
        (-timedelta(seconds=1), PCRT, None),
        (timedelta(0), CITY, None),
    ],
    ids=["at once", "last second", "over", "before", "another party's"],
)
def test_a_call_lasts_for_its_party(after: timedelta, party: PartyId, until: datetime | None) -> None:
    register = MemoryExchanges()
    register.add(note(person(PCRT), ExchangeKind.CALL, "Accident quai Boulet", NIGHT, "r1"))
    assert on_call_until(register, party, NIGHT + after) == until


def test_a_second_call_goes_on_from_its_own_instant() -> None:
    register = MemoryExchanges()
    later = NIGHT + timedelta(hours=1)
    for instant in (NIGHT, later):
        register.add(note(person(PCRT), ExchangeKind.CALL, "Accident", instant, instant.isoformat()))
    assert on_call_until(register, PCRT, later) == later + CALL_LASTS


def test_only_a_call_opens_the_night() -> None:
    register = MemoryExchanges()
    register.add(note(person(PCRT), ExchangeKind.INCIDENT, "Accident", NIGHT, "r1"))
    assert on_call_until(register, PCRT, NIGHT) is None


def test_an_entry_may_be_told_for_another_party() -> None:
    entry: Exchange = note(
        person(CITY), ExchangeKind.DISTURBANCE, "Image figée", NIGHT, "r1", party=PCRT, camera=CAMERAS[TRAFFIC]
    )
    assert (entry.party, entry.author, entry.camera) == (PCRT, "of-ville", TRAFFIC)
