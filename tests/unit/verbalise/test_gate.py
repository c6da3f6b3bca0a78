"""What the gate answers: one reason for each thing that is missing, and the exact instants at which answers change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from ingest.model import CameraId
from tests.builders import CAMERA, OFFENCE, T0, basis, site
from verbalise.gate import (
    NOT_ON_SITE,
    Permission,
    analysed_offences,
    camera_gate,
    may_analyse,
    may_help,
    may_ingest,
    may_trigger,
    refusal_to_ingest,
)
from verbalise.model import CITY, OffenceId
from verbalise.site.agreements import Aim, Authorisation, Convention, HelpPermission, Hours, Network, PartyId, Sharing
from verbalise.site.model import Site, SiteCamera

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
METROPOLE = PartyId("metropole")
ALL_AIMS = frozenset(Aim)
Ask = Callable[[Site, SiteCamera, datetime], Permission]


def order(start: float, end: float, reference: str = "A-1", aims: frozenset[Aim] = ALL_AIMS) -> Authorisation:
    """An order from and until so many days after `T0`."""
    return Authorisation(reference, aims, T0 + start * DAY, T0 + end * DAY, retention_days=30)


def shared(*sharings: Sharing, start: float = -10, end: float = 10) -> Convention:
    return Convention("C-1", "Images", T0 + start * DAY, T0 + end * DAY, 3, "Secret.", sharings)


def sharing(
    party: PartyId = CITY, networks: frozenset[Network] = frozenset(Network), aims: frozenset[Aim] = ALL_AIMS
) -> Sharing:
    return Sharing(party, networks, aims)


def street(
    *orders: Authorisation,
    owner: PartyId = CITY,
    convention: Convention | None = None,
    help_: tuple[HelpPermission, ...] = (),
) -> Site:
    """One camera under these orders, with a basis for analysis ten days around `T0`."""
    place = site(analysis=(basis(10, 10),))
    camera = replace(place.cameras[CAMERA], authorisations=orders, owner=owner)
    return replace(place, cameras={CAMERA: camera}, convention=convention, help=help_)


def asked(ask: Ask, place: Site, at: datetime = T0) -> Permission:
    return ask(place, place.cameras[CAMERA], at)


def analysis(place: Site, camera: SiteCamera, at: datetime) -> Permission:
    return may_analyse(place, camera, OFFENCE, at)


@pytest.mark.parametrize(
    ("orders", "code", "names"),
    [
        ((), "no-authorisation", "Aucun arrêté"),
        ((order(-1, 1),), "allowed", "A-1, jusqu’au 11/03/2026 à 10:00"),
        ((order(-2, -1),), "authorisation-expired", "A-1 : fin le 09/03/2026 à 10:00"),
        ((order(1, 2),), "authorisation-not-yet", "A-1 : en vigueur à partir du 11/03/2026 à 10:00"),
        ((order(-3, -2), order(1, 2, "A-2")), "authorisation-not-yet", "A-2"),
        ((order(1, 2, "A-2"), order(-3, -2)), "authorisation-not-yet", "A-2"),
        ((order(-5, -4), order(-3, -2, "A-2")), "authorisation-expired", "A-2"),
        ((order(-1, 1), order(-1, 5, "A-2")), "allowed", "A-2"),
        ((order(3, -3),), "authorisation-expired", "A-1"),
        ((order(3, -3), order(1, 2, "A-2")), "authorisation-not-yet", "A-2"),
    ],
    ids=[
        "none",
        "in force",
        "over",
        "to come",
        "between two",
        "between two, listed backwards",
        "two that are over: the last",
        "two in force: the longer",
        "ends before it begins",
        "ends before it begins, with another to come",
    ],
)
def test_a_camera_is_taken_in_under_an_order_in_force(orders: tuple[Authorisation, ...], code: str, names: str) -> None:
    answer = asked(may_ingest, street(*orders))
    assert (answer.code, answer.allowed) == (code, code == "allowed")
    assert names in answer.text_fr


@pytest.mark.parametrize(
    ("convention", "code"),
    [
        (None, "no-convention"),
        (shared(sharing(), end=0), "no-convention"),
        (shared(sharing(), start=1), "no-convention"),
        (shared(), "not-shared"),
        (shared(sharing(party=PartyId("pcrt"))), "not-shared"),
        (shared(sharing(networks=frozenset({Network.TRAFFIC}))), "not-shared"),
        (shared(sharing()), "allowed"),
    ],
    ids=["none", "over", "to come", "shares nothing", "shares with another", "other network", "shares"],
)
def test_anothers_camera_needs_the_convention_and_the_citys_own_does_not(
    convention: Convention | None, code: str
) -> None:
    assert asked(may_ingest, street(order(-1, 1), owner=METROPOLE, convention=convention)).code == code
    assert asked(may_ingest, street(order(-1, 1), convention=convention)).code == "allowed"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (street(), "no-authorisation"),
        (street(order(-1, 1, aims=frozenset({Aim.SAFETY}))), "aim-missing"),
        (street(order(-1, 1, aims=frozenset({Aim.SAFETY})), order(-1, 1, "A-2")), "allowed"),
        (street(order(-1, 1, aims=frozenset({Aim.SAFETY})), order(1, 2, "A-2")), "aim-missing"),
        (street(order(-1, 1), owner=METROPOLE, convention=shared(sharing())), "allowed"),
        (
            street(
                order(-1, 1), owner=METROPOLE, convention=shared(sharing(aims=frozenset({Aim.TRAFFIC, Aim.SAFETY})))
            ),
            "aim-not-shared",
        ),
        (street(order(-1, 1), convention=shared(sharing(aims=frozenset({Aim.SAFETY})))), "allowed"),
    ],
    ids=[
        "no order",
        "order for safety alone",
        "a second order names offences",
        "the second order is to come",
        "shared for offences",
        "shared for other aims",
        "the city's own camera",
    ],
)
def test_claims_need_an_order_and_a_sharing_that_name_offences(place: Site, code: str) -> None:
    answer = asked(may_trigger, place)
    assert (answer.code, answer.allowed) == (code, code == "allowed")


@pytest.mark.parametrize(
    ("hour", "code"), [(9, "outside-hours"), (10, "allowed"), (17, "allowed"), (18, "outside-hours")]
)
def test_anothers_camera_makes_claims_in_the_hours_of_its_sharing_alone(hour: int, code: str) -> None:
    every_day = Hours(frozenset(range(7)), time(10), time(18))
    convention = shared(replace(sharing(), hours=(every_day,), on_call=True))
    place = street(order(-1, 1), owner=METROPOLE, convention=convention)
    at = T0.astimezone(place.timezone).replace(hour=hour)
    answer = asked(may_trigger, place, at)
    assert (answer.code, asked(analysis, place, at).code) == (code, code)
    assert asked(may_ingest, place, at).allowed
    assert answer.allowed or "de 10 h à 18 h" in answer.text_fr


def test_a_missing_aim_names_the_orders_that_are_in_force() -> None:
    safety = frozenset({Aim.SAFETY})
    place = street(order(-1, 1, aims=safety), order(-1, 2, "A-2", safety), order(-3, -2, "A-3", safety))
    text = asked(may_trigger, place).text_fr
    assert "A-1, A-2" in text
    assert "A-3" not in text


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (None, "no-basis"),
        ((-2, -1), "basis-expired"),
        ((1, 2), "basis-not-yet"),
        ((-1, 1), "allowed"),
    ],
)
def test_analysis_needs_a_basis_for_the_offence(days: tuple[float, float] | None, code: str) -> None:
    place = street(order(-5, 5))
    bases = () if days is None else (basis(-days[0], days[1]),)
    camera = replace(place.cameras[CAMERA], analysis=bases)
    answer = may_analyse(place, camera, OFFENCE, T0)
    assert (answer.code, answer.allowed) == (code, code == "allowed")
    assert may_analyse(place, camera, OffenceId("red-light"), T0).code == "no-basis"


@pytest.mark.parametrize(
    ("help_", "code"),
    [
        ((), "no-help"),
        ((HelpPermission("D-1", T0 - DAY, T0),), "help-expired"),
        ((HelpPermission("D-1", T0 + TICK, T0 + DAY),), "help-not-yet"),
        ((HelpPermission("D-1", T0, T0 + TICK),), "allowed"),
    ],
    ids=["none", "over with this instant", "to come with the next", "for this instant alone"],
)
def test_a_machine_helps_under_a_decision_in_force(help_: tuple[HelpPermission, ...], code: str) -> None:
    answer = may_help(street(help_=help_), T0)
    assert (answer.code, answer.allowed) == (code, code == "allowed")
    assert not help_ or "D-1" in answer.text_fr


@pytest.mark.parametrize("ask", [may_ingest, may_trigger, analysis])
@pytest.mark.parametrize(
    ("at", "allowed"),
    [(T0 - DAY - TICK, False), (T0 - DAY, True), (T0 + DAY - TICK, True), (T0 + DAY, False)],
    ids=["just before it begins", "as it begins", "its last instant", "as it ends"],
)
def test_an_order_begins_with_its_first_instant_and_is_over_at_its_end(ask: Ask, at: datetime, allowed: bool) -> None:
    assert asked(ask, street(order(-1, 1)), at).allowed is allowed


def test_from_one_order_to_the_next_nothing_is_shut() -> None:
    place = street(order(-1, 0), order(0, 1, "A-2"))
    before, after = asked(may_ingest, place, T0 - TICK), asked(may_ingest, place, T0)
    assert (before.allowed, before.until) == (True, T0)
    assert (after.allowed, after.until) == (True, T0 + DAY)


def test_until_is_the_first_end_of_all_that_must_hold() -> None:
    place = street(order(-1, 8), owner=METROPOLE, convention=shared(sharing(), end=3))
    assert asked(may_trigger, place).until == T0 + 3 * DAY
    assert asked(analysis, street(order(-1, 100))).until == T0 + 10 * DAY


def test_the_whole_gate_says_what_each_question_says() -> None:
    place = street(order(-1, 1))
    camera = place.cameras[CAMERA]
    gate = camera_gate(place, camera, T0)
    assert gate.ingest == may_ingest(place, camera, T0)
    assert gate.device == gate.agent == may_trigger(place, camera, T0)
    assert gate.analysis[OFFENCE] == may_analyse(place, camera, OFFENCE, T0)
    assert analysed_offences(place, CAMERA, T0) == {OFFENCE}
    assert analysed_offences(street(), CAMERA, T0) == frozenset()


def test_a_camera_that_the_site_does_not_list_is_refused_with_a_sentence() -> None:
    place = street(order(-1, 1))
    assert refusal_to_ingest(place, CAMERA, T0) is None
    assert "A-1" in (refusal_to_ingest(place, CAMERA, T0 + DAY) or "")
    assert refusal_to_ingest(place, CameraId("other"), T0) == NOT_ON_SITE.text_fr
    assert analysed_offences(place, CameraId("other"), T0) == frozenset()
