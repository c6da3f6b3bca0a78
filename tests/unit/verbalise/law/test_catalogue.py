"""The catalogue says of each offence what its sources say, and accuses nobody beyond that."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from ingest.errors import Halt
from verbalise.law.catalogue import (
    Confidence,
    Fine,
    Grade,
    Handling,
    Liability,
    Offence,
    offences,
    read_offences,
)
from verbalise.model import Capacity, OffenceId, Trigger

ITEMS = (
    *("1°", "2°", "3°", "3° bis", "4°", "5°", "6°", "6° bis", "7°", "8°"),
    *("9°", "10°", "10° bis", "11°", "12°", "13°", "14°"),
)
"""Every item of R.121-6, late additions included."""
FIXED_IDS = ("pedestrian-area-driving", "pedestrian-area-parking", "red-light", "bollard-damage")
"""Ids that sites, rules and cases on record name."""
FINES = {Grade.CLASS_2: (22, 35, 75), Grade.CLASS_3: (45, 68, 180), Grade.CLASS_4: (90, 135, 375)}
DEVICE_TRIGGERED = {"pedestrian-area-driving", "red-light", "bollard-damage"}
EVERY = list(offences().values())
PARKING = [entry for entry in EVERY if re.search(r"R\.417-", entry.article)]
each = pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.id)


def test_every_item_is_there_in_the_order_of_the_article() -> None:
    listed = [entry.item.removeprefix("R.121-6 ") for entry in EVERY if entry.item]
    assert tuple(dict.fromkeys(listed)) == ITEMS


ON_MOTORWAYS_ALONE = OffenceId("motorway-manoeuvre")


def test_ids_that_others_name_stay() -> None:
    assert set(FIXED_IDS) <= set(offences())


@each
def test_what_r_121_6_lists_makes_the_holder_liable_for_the_fine_only(entry: Offence) -> None:
    assert (entry.liability is Liability.MOVING) == (entry.item is not None)


@each
def test_a_holder_loses_no_points(entry: Offence) -> None:
    assert entry.holder_points == 0


def test_parking_is_l_121_2_or_says_why_not() -> None:
    assert len(PARKING) > 10
    for entry in PARKING:
        assert entry.liability is Liability.PARKING or "Exception au régime du stationnement" in entry.note_fr, entry.id
    assert {entry.id for entry in PARKING if entry.liability is not Liability.PARKING} == {
        "hard-shoulder-stopping",
        "dangerous-parking",
    }


@each
def test_nothing_but_an_instrument_triggers_what_needs_one(entry: Offence) -> None:
    needs_instrument = entry.handling is Handling.INSTRUMENT
    assert needs_instrument == (Trigger.INSTRUMENT in entry.triggers)
    if needs_instrument:
        assert entry.triggers == {Trigger.INSTRUMENT}
        assert entry.fine_eur is None


def test_speed_noise_and_insurance_need_an_instrument_or_a_file() -> None:
    needing = {entry.item for entry in EVERY if entry.handling is Handling.INSTRUMENT}
    assert needing == {"R.121-6 8°", "R.121-6 12°", "R.121-6 14°"}


@each
def test_a_delit_never_has_a_fine(entry: Offence) -> None:
    if entry.grade is Grade.DELIT:
        assert entry.fine_eur is None
        assert entry.handling is not Handling.FINE
    assert entry.handling is not Handling.REFER or entry.grade is Grade.DELIT


@each
def test_amounts_are_those_of_the_class(entry: Offence) -> None:
    if entry.fine_eur is None:
        assert entry.handling is not Handling.FINE or entry.grade is Grade.UNKNOWN
        return
    reduced, fixed, increased = FINES[entry.grade]
    assert entry.fine_eur == Fine(None if entry in PARKING else reduced, fixed, increased)
    assert "montants" in entry.source, "amounts are from a weaker source than the text: say so"


@each
def test_every_code_has_a_source_and_says_how_sure_it_is(entry: Offence) -> None:
    has_code = entry.natinf_driver is not None or entry.natinf_holder is not None
    assert bool(entry.natinf_source) == has_code
    assert (entry.natinf_confidence is not None) == has_code
    assert (entry.natinf_confidence is Confidence.READ) == ("Liste NATINF" in entry.natinf_source)
    assert "secondaire" in entry.natinf_source or entry.natinf_confidence in (None, Confidence.READ)


def test_no_code_of_a_driver_stands_for_two_offences() -> None:
    codes = [entry.natinf_driver for entry in EVERY if entry.natinf_driver is not None]
    assert len(codes) == len(set(codes))


def test_what_happens_on_motorways_alone_is_nobodys_here() -> None:
    """R.130-2: municipal police officers report inside the commune and off motorways."""
    entry = offences()[ON_MOTORWAYS_ALONE]
    assert (entry.capacities, entry.triggers) == (frozenset(), frozenset())


@each
def test_capacities_are_those_of_the_law(entry: Offence) -> None:
    may_be_asvp = entry in PARKING and entry.id not in ("dangerous-parking", "hard-shoulder-stopping")
    expected = {Capacity.MUNICIPAL_POLICE} | ({Capacity.ASVP} if may_be_asvp else set())
    assert entry.capacities == (set() if entry.id == ON_MOTORWAYS_ALONE else expected)


@each
def test_triggers_are_an_agent_always_and_a_device_only_where_one_stands(entry: Offence) -> None:
    is_ours = entry.handling is not Handling.INSTRUMENT and entry.id != ON_MOTORWAYS_ALONE
    assert (Trigger.AGENT in entry.triggers) is is_ours
    assert (Trigger.DEVICE in entry.triggers) == (entry.id in DEVICE_TRIGGERED)


@pytest.mark.parametrize("offence", ["seat-belt", "hand-held-phone", "ear-device", "car-pool-lane-driving"])
def test_no_machine_looks_at_who_is_in_a_vehicle(offence: str) -> None:
    entry = offences()[OffenceId(offence)]
    assert entry.triggers == {Trigger.AGENT}
    assert "occupants" in entry.note_fr


@each
def test_elements_can_be_ticked_and_end_with_the_exemptions(entry: Offence) -> None:
    ids = [element.id for element in entry.elements]
    assert 2 <= len(ids) == len(set(ids)) <= 4
    assert ids[-1] == "no-exemption"
    assert all(element.text_fr for element in entry.elements)


@each
def test_what_is_missing_is_said(entry: Offence) -> None:
    missing = entry.natinf_driver is None or (entry.liability is Liability.MOVING and entry.natinf_holder is None)
    if missing and entry.handling is Handling.FINE:
        assert re.search(r"[Cc]ode", entry.note_fr), entry.id
    if entry.grade is Grade.UNKNOWN:
        assert re.search(r"[Cc]lasse", entry.note_fr), entry.id


def test_the_city_s_announced_scope_is_marked() -> None:
    marked = {entry.id for entry in EVERY if "Dans le périmètre annoncé par Rouen" in entry.note_fr}
    assert {
        "wrong-way",
        "red-light",
        "stop-sign",
        "pavement-parking",
        "crossing-parking",
        "cycle-lane-parking",
    } < marked
    assert "Écarté du périmètre annoncé par Rouen" in offences()[OffenceId("hand-held-phone")].note_fr


def test_text_is_french_typography() -> None:
    said = chain.from_iterable((entry.title_fr, entry.short_fr, entry.note_fr) for entry in EVERY)
    assert [text for text in said if "'" in text] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- id: nothing-else\n", r"bad\.yaml: 0\.title_fr: "),
        ("id: not-a-list\n", r"bad\.yaml: : "),
    ],
)
def test_a_data_file_that_does_not_fit_says_where(text: str, fault: str) -> None:
    with pytest.raises(Halt, match=fault):
        read_offences("bad.yaml", text)
