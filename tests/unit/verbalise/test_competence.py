"""Which service is told what, and nothing more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.verbalise.console import street
from verbalise.alerts import AlertWish, alert_from_case, alert_from_view
from verbalise.competence import (
    COMPETENT,
    alerts_of,
    is_competent,
    proposed_alerts,
    service_of,
    services_for,
    shows_scene,
)
from verbalise.law.catalogue import offences
from verbalise.model import AlertKind, Capacity, OffenceId, Service

DAMAGE = offences()[OffenceId("bollard-damage")]
DRIVING = offences()[street.OFFENCE]
CASE = street.case(1, {})
LEA = street.agent("lea")


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_kind_has_a_service(kind: AlertKind) -> None:
    assert COMPETENT[kind]
    assert all(is_competent(service, kind) for service in COMPETENT[kind])


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (AlertKind.BOLLARD_STRUCK, Service.NATIONAL_POLICE),
        (AlertKind.DANGER, Service.NATIONAL_POLICE),
        (AlertKind.VEHICLE_IN_PEDESTRIAN_AREA, Service.MUNICIPAL_POLICE),
        (AlertKind.OFFENCE, Service.MUNICIPAL_POLICE),
    ],
)
def test_délits_and_danger_belong_to_the_state(kind: AlertKind, first: Service) -> None:
    assert COMPETENT[kind][0] is first
    assert AlertWish(kind, "", None, "r").service is first


def test_contraventions_are_no_business_of_the_national_police() -> None:
    assert not is_competent(Service.NATIONAL_POLICE, AlertKind.OFFENCE)
    assert services_for(DRIVING) == (Service.MUNICIPAL_POLICE,)


def test_damage_to_a_bollard_always_proposes_an_alert_to_the_national_police() -> None:
    first, *others = proposed_alerts(street.claim(offence=DAMAGE.id), DAMAGE)
    assert (first.to, first.kind) == (Service.NATIONAL_POLICE, AlertKind.BOLLARD_STRUCK)
    assert first.text == DAMAGE.title_fr
    assert [other.to for other in others] == [Service.MUNICIPAL_POLICE]


def test_a_contravention_proposes_one_to_the_municipal_police() -> None:
    (proposed,) = proposed_alerts(street.claim(), DRIVING)
    assert (proposed.to, proposed.kind) == (Service.MUNICIPAL_POLICE, AlertKind.VEHICLE_IN_PEDESTRIAN_AREA)
    light = offences()[OffenceId("red-light")]
    (other,) = proposed_alerts(street.claim(offence=light.id), light)
    assert (other.kind, other.text) == (AlertKind.OFFENCE, light.title_fr)


def test_each_service_gets_its_own_alerts() -> None:
    wishes = [AlertWish(AlertKind.DANGER, "", to, f"r-{to}") for to in Service]
    alerts = [alert_from_case(CASE, wish, LEA.id, street.FACTS) for wish in wishes]
    officer = replace(LEA, capacity=Capacity.NATIONAL_POLICE)
    assert [alert.to for alert in alerts_of(LEA, alerts)] == [Service.MUNICIPAL_POLICE]
    assert [alert.to for alert in alerts_of(officer, alerts)] == [Service.NATIONAL_POLICE]
    assert service_of(officer) is Service.NATIONAL_POLICE


@pytest.mark.parametrize(
    ("to", "kind", "shown"),
    [
        (Service.MUNICIPAL_POLICE, AlertKind.OTHER, True),
        (Service.NATIONAL_POLICE, AlertKind.OTHER, False),
        (Service.NATIONAL_POLICE, AlertKind.BOLLARD_STRUCK, True),
        (Service.NATIONAL_POLICE, AlertKind.BOLLARD_FORCED, True),
        (Service.NATIONAL_POLICE, AlertKind.DANGER, True),
    ],
)
def test_the_state_sees_a_scene_only_where_the_kind_needs_it(to: Service, kind: AlertKind, shown: bool) -> None:
    alert = alert_from_case(CASE, AlertWish(kind, "", to, "r"), LEA.id, street.FACTS)
    assert shows_scene(alert) is shown


def test_an_alert_from_the_live_view_has_no_scene() -> None:
    camera = street.site().cameras[street.CAMERA]
    alert = alert_from_view(camera, AlertWish(AlertKind.DANGER, " au sol ", None, "r"), LEA.id, street.FACTS)
    assert (alert.place, alert.text, alert.case, alert.to) == (camera.name, "au sol", None, Service.NATIONAL_POLICE)
    assert not shows_scene(alert)
