"""Who sees which camera for which aim: the owner, the convention's parties in their hours, nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from ingest.model import CameraId
from tests import shared_street as street
from tests.shared_street import AFTER, BOLLARD, CITY_CAMERA, DIPN, ENDS, METROPOLE, PCRT, TRAFFIC, at, person
from verbalise.access import answers_calls, may_look, open_aims, sharing_state
from verbalise.hours_wording import hours_fr
from verbalise.model import CITY, Capacity
from verbalise.site.agreements import Aim, Hours, PartyId
from verbalise.site.model import Site

SITE = street.shared_site()
NOON = at("2026-11-25 12:00")
"""A Wednesday."""


@pytest.mark.parametrize(
    ("party", "camera", "aim", "code"),
    [
        (CITY, BOLLARD, Aim.OFFENCES, "allowed"),
        (CITY, CITY_CAMERA, Aim.BOLLARDS, "allowed"),
        (CITY, TRAFFIC, Aim.OFFENCES, "allowed"),
        (CITY, TRAFFIC, Aim.TRAFFIC, "aim-not-shared"),
        (METROPOLE, TRAFFIC, Aim.TRAFFIC, "allowed"),
        (METROPOLE, CITY_CAMERA, Aim.TRAFFIC, "not-shared"),
        (PCRT, CITY_CAMERA, Aim.TRAFFIC, "allowed"),
        (PCRT, CITY_CAMERA, Aim.OFFENCES, "capacity"),
        (PCRT, BOLLARD, Aim.TRAFFIC, "not-shared"),
        (DIPN, CITY_CAMERA, Aim.SAFETY, "not-shared"),
        (DIPN, TRAFFIC, Aim.SAFETY, "not-shared"),
    ],
)
def test_at_noon_on_a_weekday(party: PartyId, camera: CameraId, aim: Aim, code: str) -> None:
    answer = may_look(SITE, person(party), SITE.cameras[camera], aim, NOON)
    assert (answer.code, answer.allowed) == (code, code == "allowed")


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        (at("2026-11-25 06:59:59"), False),
        (at("2026-11-25 07:00"), True),
        (at("2026-11-25 19:59:59"), True),
        (at("2026-11-25 20:00"), False),
        (at("2026-11-28 12:00"), False),
        (at("2026-07-01 07:00"), True),
    ],
    ids=["early", "opens", "last second", "closes", "saturday", "summer time"],
)
def test_the_traffic_centre_looks_by_the_clock_on_the_wall(instant: datetime, opens: bool) -> None:
    answer = may_look(SITE, person(PCRT), SITE.cameras[CITY_CAMERA], Aim.TRAFFIC, instant)
    assert answer.allowed is opens
    if not opens:
        assert answer.text_fr == (
            "La convention 2026-07 n’ouvre ces images que du lundi au vendredi de 7 h à 20 h"
            " ; hors de ces heures, sur appel d’astreinte déclaré"
        )


def test_an_opening_says_when_it_ends() -> None:
    answer = may_look(SITE, person(PCRT), SITE.cameras[CITY_CAMERA], Aim.TRAFFIC, NOON)
    assert answer.until == at("2026-11-25 20:00")
    assert answer.text_fr == "Convention 2026-07, du lundi au vendredi de 7 h à 20 h"


def test_a_declared_call_opens_the_night_until_it_ends() -> None:
    night = at("2026-11-25 23:00")
    until = night + timedelta(hours=2)
    camera = SITE.cameras[CITY_CAMERA]
    assert may_look(SITE, person(PCRT), camera, Aim.TRAFFIC, night, until).until == until
    assert not may_look(SITE, person(PCRT), camera, Aim.TRAFFIC, until, until).allowed


def test_a_call_opens_nothing_that_is_not_on_call() -> None:
    agreed = street.convention()
    quiet = tuple(replace(share, on_call=False) for share in agreed.sharings)
    site = replace(SITE, convention=replace(agreed, sharings=quiet))
    night = at("2026-11-25 23:00")
    answer = may_look(site, person(PCRT), site.cameras[CITY_CAMERA], Aim.TRAFFIC, night, night + timedelta(hours=2))
    assert answer.code == "outside-hours"
    assert "astreinte" not in answer.text_fr


def test_a_night_span_ends_in_the_morning() -> None:
    agreed = street.convention()
    nights = Hours(frozenset({2}), time(22), time(6))
    whole_day = Hours(frozenset({6}), time.min, time.max)
    shares = tuple(replace(share, hours=(nights, whole_day)) for share in agreed.sharings)
    site = replace(SITE, convention=replace(agreed, sharings=shares))
    camera = site.cameras[CITY_CAMERA]
    assert may_look(site, person(PCRT), camera, Aim.TRAFFIC, at("2026-11-26 05:00")).until == at("2026-11-26 06:00")
    assert may_look(site, person(PCRT), camera, Aim.TRAFFIC, at("2026-11-29 23:30")).until == at("2026-11-30 00:00")


def test_after_the_convention_each_owner_sees_its_own() -> None:
    assert open_aims(SITE, person(CITY), SITE.cameras[CITY_CAMERA], AFTER) == tuple(Aim)
    for party in (CITY, PCRT, DIPN):
        assert open_aims(SITE, person(party), SITE.cameras[TRAFFIC], AFTER) == ()
    answer = may_look(SITE, person(PCRT), SITE.cameras[CITY_CAMERA], Aim.TRAFFIC, AFTER)
    assert answer.text_fr == "La convention 2026-07 a pris fin le 01/01/2027 à 00:00"


def test_before_and_without_a_convention() -> None:
    before = replace(SITE, convention=replace(street.convention(), valid_from=NOON + timedelta(days=1)))
    camera = SITE.cameras[CITY_CAMERA]
    assert may_look(before, person(PCRT), camera, Aim.TRAFFIC, NOON).code == "convention-not-yet"
    assert may_look(street.without_convention(SITE), person(PCRT), camera, Aim.TRAFFIC, NOON).code == "no-convention"


def test_nothing_is_seen_without_an_order_that_names_the_aim() -> None:
    def with_orders(*orders: object) -> Site:
        camera = replace(SITE.cameras[CITY_CAMERA], authorisations=orders)  # type: ignore[arg-type]  # tuples of orders
        return replace(SITE, cameras={CITY_CAMERA: camera})

    bare, narrow = with_orders(), with_orders(street.order(Aim.SAFETY))
    assert may_look(bare, person(CITY), bare.cameras[CITY_CAMERA], Aim.SAFETY, NOON).code == "no-authorisation"
    answer = may_look(narrow, person(CITY), narrow.cameras[CITY_CAMERA], Aim.TRAFFIC, NOON)
    assert answer.text_fr == "L’arrêté préfectoral 76-2026-014 ne compte pas la gestion du trafic parmi ses finalités"
    assert open_aims(narrow, person(CITY), narrow.cameras[CITY_CAMERA], NOON) == (Aim.SAFETY,)


def test_a_traffic_operator_of_the_city_looks_for_traffic_alone() -> None:
    operator = person(CITY, Capacity.TRAFFIC_OPERATOR)
    assert open_aims(SITE, operator, SITE.cameras[CITY_CAMERA], NOON) == (Aim.TRAFFIC,)


@pytest.mark.parametrize(
    ("instant", "called", "opens"),
    [
        (NOON, False, True),
        (at("2026-11-28 12:00"), False, False),
        (at("2026-11-28 12:00"), True, True),
        (AFTER, True, False),
    ],
)
def test_each_sharing_says_whether_it_is_open(instant: datetime, called: bool, opens: bool) -> None:
    share = next(each for each in street.convention().sharings if each.party == PCRT)
    until = instant + timedelta(hours=1) if called else None
    assert sharing_state(SITE, share, instant, until).allowed is opens


def test_calls_are_for_parties_on_call_while_the_convention_lasts() -> None:
    assert [party for party in SITE.parties if answers_calls(SITE, party, NOON)] == [PCRT]
    assert not answers_calls(SITE, PCRT, AFTER)
    assert not answers_calls(street.without_convention(SITE), PCRT, NOON)


def test_an_agent_whose_act_has_ended_sees_nothing() -> None:
    gone = replace(person(CITY), valid_until=NOON)
    assert may_look(SITE, gone, SITE.cameras[CITY_CAMERA], Aim.SAFETY, NOON).code == "out-of-office"


def test_the_convention_ends_an_opening_before_its_hours_do() -> None:
    agreed = replace(street.convention(), valid_until=NOON + timedelta(hours=1))
    site = replace(SITE, convention=agreed)
    answer = may_look(site, person(PCRT), site.cameras[CITY_CAMERA], Aim.TRAFFIC, NOON)
    assert answer.until == NOON + timedelta(hours=1) < ENDS


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ((), "à toute heure"),
        ((street.OFFICE,), "du lundi au vendredi de 7 h à 20 h"),
        ((Hours(frozenset(range(7)), time(22, 30), time.max),), "tous les jours de 22 h 30 à 24 h"),
        ((Hours(frozenset({5}), time(8), time(12)),), "le samedi de 8 h à 12 h"),
        ((Hours(frozenset({5, 6}), time(8), time(12)),), "le samedi et le dimanche de 8 h à 12 h"),
        ((Hours(frozenset({0, 2, 4}), time(8), time(12)),), "les lundi, mercredi, vendredi de 8 h à 12 h"),
    ],
)
def test_hours_read_as_people_say_them(hours: tuple[Hours, ...], said: str) -> None:
    assert hours_fr(hours) == said
