"""What ends is told three months, a month and a week before, once each, unless something follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import CAMERA, OFFENCE, site
from tests.shared_street import convention, person
from verbalise.model import CITY
from verbalise.site.agreements import Aim, Authorisation, HelpPermission
from verbalise.site.model import AnalysisBasis, Site
from verbalise.steward.notices import due_notices
from verbalise.steward.ports import Lead

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2026, 12, 31, 11, 0, tzinfo=UTC)
"""Noon in Rouen."""
FAR = ENDS + timedelta(days=3650)
TICK = timedelta(microseconds=1)


def bare() -> Site:
    place = site(analysis=())
    return replace(place, cameras={CAMERA: replace(place.cameras[CAMERA], authorisations=())})


def ordered(*orders: Authorisation) -> Site:
    place = bare()
    return replace(place, cameras={CAMERA: replace(place.cameras[CAMERA], authorisations=orders)})


def order(ends: datetime = ENDS, begins: datetime = BEGINS, *aims: Aim) -> Authorisation:
    return Authorisation("A-1", frozenset(aims or Aim), begins, ends, 30)


def analysed() -> Site:
    place = bare()
    basis = AnalysisBasis(OFFENCE, "essai", BEGINS, ENDS)
    return replace(place, cameras={CAMERA: replace(place.cameras[CAMERA], analysis=(basis,))})


def agreed() -> Site:
    return replace(bare(), convention=replace(convention(), valid_from=BEGINS, valid_until=ENDS, notice_months=4))


def helped() -> Site:
    return replace(bare(), help=(HelpPermission("Décision 12", BEGINS, ENDS),))


def staffed() -> Site:
    agent = replace(person(CITY), valid_from=BEGINS, valid_until=ENDS, act="Acte 7", number="PM-12")
    return replace(bare(), agents=(agent,))


@pytest.mark.parametrize(
    ("at", "lead"),
    [
        (datetime(2026, 9, 30, 9, 59, tzinfo=UTC), None),
        (datetime(2026, 9, 30, 10, 0, tzinfo=UTC), Lead.THREE_MONTHS),
        (datetime(2026, 11, 30, 10, 59, tzinfo=UTC), Lead.THREE_MONTHS),
        (datetime(2026, 11, 30, 11, 0, tzinfo=UTC), Lead.ONE_MONTH),
        (ENDS - timedelta(weeks=1) - TICK, Lead.ONE_MONTH),
        (ENDS - timedelta(weeks=1), Lead.ONE_WEEK),
        (ENDS - TICK, Lead.ONE_WEEK),
        (ENDS, None),
    ],
)
def test_each_lead_begins_at_the_same_local_time_of_its_day(at: datetime, lead: Lead | None) -> None:
    assert [notice.lead for notice in due_notices(ordered(order()), at)] == ([] if lead is None else [lead])


@pytest.mark.parametrize(
    ("place", "subject", "says"),
    [
        (lambda: ordered(order()), "camera/B1/order/A-1", "L’arrêté préfectoral A-1 de la caméra B1"),
        (analysed, f"camera/B1/analysis/{OFFENCE}", "La base légale de l’analyse (essai) sur la caméra B1"),
        (helped, "site/help", "La décision sur l’aide automatique (Décision 12)"),
        (agreed, "convention", "La convention 2026-07"),
        (staffed, f"agent/{person(CITY).id}", "L’acte Acte 7 de l’agent PM-12"),
    ],
    ids=["order", "basis", "help", "convention", "agent"],
)
def test_everything_that_ends_is_told(place: Callable[[], Site], subject: str, says: str) -> None:
    [notice] = due_notices(place(), ENDS - timedelta(days=1))
    assert (notice.subject, notice.ends_at, notice.id) == (subject, ENDS, f"{subject}/one-week/20261231T110000Z")
    assert notice.text == f"{says} prend fin le 31/12/2026 à 12:00"


@pytest.mark.parametrize(
    ("at", "lead"),
    [
        (datetime(2026, 5, 31, 9, 59, tzinfo=UTC), None),
        (datetime(2026, 5, 31, 10, 0, tzinfo=UTC), Lead.THREE_MONTHS),
        (datetime(2026, 7, 31, 10, 0, tzinfo=UTC), Lead.ONE_MONTH),
        (datetime(2026, 8, 31, 9, 59, tzinfo=UTC), Lead.ONE_WEEK),
        (datetime(2026, 8, 31, 10, 0, tzinfo=UTC), None),
    ],
)
def test_the_convention_is_told_of_before_its_notice_can_no_longer_be_given(at: datetime, lead: Lead | None) -> None:
    notices = due_notices(agreed(), at)
    assert [notice.lead for notice in notices] == ([] if lead is None else [lead])
    for notice in notices:
        assert notice.subject == "convention/notice"
        assert notice.text == "Le préavis de la convention 2026-07 est à donner avant le 31/08/2026 à 12:00"


@pytest.mark.parametrize(
    ("follower", "told"),
    [
        (order(FAR, ENDS), False),
        (order(FAR, ENDS - timedelta(days=30)), False),
        (order(FAR, ENDS + TICK), True),
        (order(FAR, ENDS, Aim.SAFETY), True),
    ],
    ids=["without a gap", "overlapping", "with a gap", "for other aims"],
)
def test_what_is_followed_without_a_gap_is_not_told(follower: Authorisation, told: bool) -> None:
    notices = due_notices(ordered(order(), follower), ENDS - timedelta(days=1))
    assert bool(notices) is told


def test_what_has_not_begun_is_not_told() -> None:
    assert due_notices(ordered(order(begins=ENDS - timedelta(days=1))), ENDS - timedelta(days=2)) == []
