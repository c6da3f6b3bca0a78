"""The month's report: what is measured counts, what is not is said, and nothing turns a gap into a good figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ingest.model import CameraId
from tests import shared_street as street
from tests.shared_street import BOLLARD, CITY_CAMERA, ENDS, PCRT, TRAFFIC, ZONE, at, person
from verbalise.coordination import (
    CaseCount,
    CoordinationReport,
    Facts,
    PartyUse,
    coordination_report,
    endings,
    notice_day,
    span_of,
)
from verbalise.exchanges import Exchange, ExchangeKind, look_entry, note
from verbalise.model import CITY, Access, AccessEntry, CaseId, CaseState, OffenceId, Trigger
from verbalise.months import Month
from verbalise.ports import CaseFact
from verbalise.site.agreements import Aim, Network
from verbalise.site.history import ALWAYS, Edition, SiteBook
from verbalise.site.model import AnalysisBasis
from verbalise.uptime import CameraHour

HOUR = timedelta(hours=1)
NOVEMBER = Month(2026, 11)
BEGINS, AFTER = NOVEMBER.begins(ZONE), at("2026-12-03 10:00")
HOURS_OF_NOVEMBER = 30 * 24
SITE = street.shared_site()
BOOK = SiteBook.of(SITE)


def measured(camera: CameraId, hours: int, *, up_s: int = 3600, since: datetime = BEGINS) -> list[CameraHour]:
    """The first hours of a camera, all alike."""
    return [CameraHour(camera, since + n * HOUR, 3600, up_s, 3600, 0, 0, 1, up_s * 250_000) for n in range(hours)]


def report(
    hours: Sequence[CameraHour] = (),
    exchanges: Sequence[Exchange] = (),
    cases: Sequence[CaseFact] = (),
    changes: Sequence[AccessEntry] = (),
    *,
    book: SiteBook = BOOK,
    made: datetime = AFTER,
) -> CoordinationReport:
    """November's report."""
    return coordination_report(NOVEMBER, book, Facts(hours, exchanges, cases, changes), made)


def fact(name: str, camera: CameraId, trigger: Trigger) -> CaseFact:
    """A case of November."""
    when = at("2026-11-10 10:00")
    offence = OffenceId("red-light")
    return CaseFact(
        CaseId(name), camera, "Quai", offence, trigger, "car", when, when, None, CaseState.OPEN, None, "read"
    )


def look(camera: CameraId, instant: datetime) -> Exchange:
    """The traffic centre looks at a camera."""
    entry = look_entry(person(PCRT), SITE.cameras[camera], Aim.TRAFFIC, instant)
    assert entry is not None
    return entry


def test_a_month_measured_whole_has_no_gap() -> None:
    hours = [hour for camera in SITE.cameras for hour in measured(camera, HOURS_OF_NOVEMBER, up_s=3420)]
    made = report(hours)
    assert made.is_whole
    assert made.unmeasured == ()
    traffic = next(each for each in made.networks if each.network is Network.TRAFFIC)
    assert (traffic.cameras, traffic.unmeasured_s) == (1, 0)
    assert traffic.share == traffic.sure_share == pytest.approx(0.95)
    assert traffic.mean_mbit_s == pytest.approx(2.0)


def test_hours_that_nobody_measured_are_said_and_never_counted_as_up() -> None:
    made = report(measured(TRAFFIC, HOURS_OF_NOVEMBER // 2))
    traffic = next(each for each in made.networks if each.network is Network.TRAFFIC)
    assert traffic.share == 1.0
    assert traffic.sure_share == 0.5
    assert traffic.unmeasured_s == HOURS_OF_NOVEMBER // 2 * 3600
    whole = HOURS_OF_NOVEMBER * 3600
    assert made.unmeasured == ((BOLLARD, whole), (CITY_CAMERA, whole), (TRAFFIC, whole // 2))


def test_without_any_measurement_there_is_no_share_at_all() -> None:
    city = next(each for each in report().networks if each.network is Network.CITY)
    assert (city.share, city.sure_share, city.mean_mbit_s) == (None, 0.0, None)


def test_seconds_missing_from_an_hour_are_unmeasured() -> None:
    hours = measured(TRAFFIC, HOURS_OF_NOVEMBER)
    hours[0] = replace(hours[0], known_s=600, up_s=600, allowed_s=600)
    assert dict(report(hours).unmeasured)[TRAFFIC] == 3000


def test_hours_in_which_the_gate_is_shut_are_nobodys_failure() -> None:
    order = replace(street.order(), valid_until=at("2026-11-11 00:00"))
    camera = replace(SITE.cameras[TRAFFIC], authorisations=(order,))
    site = replace(SITE, cameras={TRAFFIC: camera})
    made = report(measured(TRAFFIC, 240), book=SiteBook.of(site))
    assert made.unmeasured == ()
    assert made.networks[0].sure_share == 1.0


def test_each_hour_is_judged_with_the_site_of_its_time() -> None:
    empty = replace(SITE, version="before", cameras={})
    book = SiteBook([Edition(ALWAYS, empty), Edition(at("2026-11-30 00:00"), SITE)])
    assert dict(report(book=book).unmeasured)[TRAFFIC] == 24 * 3600


def test_a_month_that_is_not_over_ends_at_the_last_whole_hour() -> None:
    made = report(measured(TRAFFIC, 10), made=at("2026-11-01 10:40"))
    assert not made.is_whole
    assert made.until == at("2026-11-01 10:00")
    assert TRAFFIC not in dict(made.unmeasured)


def test_a_month_to_come_covers_nothing() -> None:
    begins, until = span_of(NOVEMBER, BOOK, at("2026-10-15 12:00"))
    assert begins == until
    assert report(made=at("2026-10-15 12:00")).networks == ()


def test_a_month_with_a_change_of_clocks_has_its_own_number_of_hours() -> None:
    march = Month(2026, 3)
    made = coordination_report(march, BOOK, Facts((), (), (), ()), at("2026-04-02 08:00"))
    assert dict(made.unmeasured)[TRAFFIC] == (31 * 24 - 1) * 3600


def test_looks_are_counted_by_party_and_aim() -> None:
    instant = at("2026-11-10 10:00")
    looks = [look(BOLLARD, instant), look(BOLLARD, instant + HOUR), look(CITY_CAMERA, instant)]
    call = note(person(PCRT), ExchangeKind.CALL, "Accident", instant, "r1")
    made = report(exchanges=[*looks, call])
    assert made.uses == (PartyUse(PCRT, Aim.TRAFFIC, 3, 2),)
    assert made.entries == (call,)


def test_entries_are_told_apart_and_in_order() -> None:
    first, second = at("2026-11-10 10:00"), at("2026-11-11 10:00")
    late = note(person(PCRT), ExchangeKind.DISTURBANCE, "Image figée", second, "r1")
    early = note(person(PCRT), ExchangeKind.DISTURBANCE, "Coupure", first, "r2")
    other = note(person(CITY), ExchangeKind.INCIDENT, "Panne du relais", first, "r3")
    made = report(exchanges=[late, other, early])
    assert made.entries_of(ExchangeKind.DISTURBANCE) == (early, late)
    assert made.entries_of(ExchangeKind.INCIDENT) == (other,)


def test_an_hour_with_two_connections_is_shown() -> None:
    hours = measured(TRAFFIC, 2)
    hours[1] = replace(hours[1], most_connections=2, reconnects=7, dropped=3)
    made = report(hours)
    assert made.crowded == (hours[1],)
    traffic = next(each for each in made.networks if each.network is Network.TRAFFIC)
    assert (traffic.most_connections, traffic.reconnects, traffic.dropped) == (2, 7, 3)


def test_cases_are_counted_by_network_and_trigger() -> None:
    cases = [
        fact("a", TRAFFIC, Trigger.AGENT),
        fact("b", TRAFFIC, Trigger.AGENT),
        fact("c", BOLLARD, Trigger.DEVICE),
        fact("d", CameraId("gone"), Trigger.DEVICE),
    ]
    assert report(cases=cases).cases == (
        CaseCount(Network.BOLLARD, Trigger.DEVICE, 1),
        CaseCount(Network.TRAFFIC, Trigger.AGENT, 2),
        CaseCount(None, Trigger.DEVICE, 1),
    )


def test_texts_that_end_within_three_months_are_told_first_first() -> None:
    soon = replace(street.order(), reference="76-2026-099", valid_until=at("2026-12-20 00:00"))
    basis = AnalysisBasis(OffenceId("red-light"), "Essai", street.BEGINS, at("2027-02-28 00:00"))
    camera = replace(SITE.cameras[TRAFFIC], authorisations=(soon,), analysis=(basis,))
    site = replace(SITE, cameras={TRAFFIC: camera, BOLLARD: SITE.cameras[BOLLARD]})
    told = endings(site, at("2026-11-30 23:59"))
    assert [each.text for each in told] == [
        "L’arrêté préfectoral 76-2026-099 de la caméra T1 prend fin le 20/12/2026 à 00:00",
        "La convention 2026-07 prend fin le 01/01/2027 à 00:00",
        "La base légale de l’analyse (Essai) sur la caméra T1 prend fin le 28/02/2027 à 00:00",
    ]


def test_agents_acts_are_no_matter_of_the_meeting() -> None:
    leaving = replace(person(CITY), valid_until=at("2026-12-10 00:00"))
    assert [each.subject for each in endings(replace(SITE, agents=(leaving,)), at("2026-11-30 23:59"))] == [
        "convention"
    ]


def test_uses_that_opened_or_shut_are_told_in_order() -> None:
    first, last = (
        AccessEntry(at(when), None, Access.GATE_CHANGED, "camera/T1/ingest", "ouvert → fermé", "steward")
        for when in ("2026-11-03 10:00", "2026-11-20 10:00")
    )
    assert report(changes=[last, first]).changes == (first, last)


def test_what_has_ended_is_not_told_as_ending() -> None:
    assert endings(SITE, ENDS) == ()


def test_notice_is_given_three_months_before_the_end() -> None:
    assert notice_day(street.convention(), SITE) == at("2026-10-01 00:00")
