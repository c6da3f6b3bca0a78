"""Alerts are stored, then announced, and never name a plate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.bus import Message
from ingest.model import CameraId
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.fakes import ShownAlerts
from verbalise.alerts import UNKNOWN_AREA, Alerting, AlertWish, alert_from_case
from verbalise.lifecycle import NotAllowed
from verbalise.model import AgentId, Alert, AlertKind
from verbalise.plate_kinds import carries_plate
from verbalise.wire import ALERT


def alert(text: str = "Voiture bleue", request: str = "r1") -> Alert:
    """An alert about the car."""
    case = street.case(1, {})
    return alert_from_case(case, AlertWish(AlertKind.OTHER, text, None, request), AgentId("lea"), street.FACTS)


def test_an_alert_is_stored_and_announced_to_its_area() -> None:
    register, sent = ShownAlerts(), list[Message]()
    Alerting(register, street.site, sent.append).raise_alert(alert())
    assert list(register.kept.values()) == [alert()]
    assert [message.key for message in sent] == ["centre"]
    assert ALERT.decode(sent[0].value) == alert()


def test_the_same_request_is_one_alert() -> None:
    register, sent = ShownAlerts(), list[Message]()
    alerting = Alerting(register, street.site, sent.append)
    alerting.raise_alert(alert())
    alerting.raise_alert(alert())
    alerting.raise_alert(alert(request="r2"))
    assert len(register.kept) == 2


def test_the_first_to_take_keeps_it() -> None:
    register, sent = ShownAlerts(), list[Message]()
    alerting = Alerting(register, street.site, sent.append)
    alerting.raise_alert(alert())
    alerting.take(alert().id, AgentId("p1"), street.FACTS)
    assert alerting.take(alert().id, AgentId("p2"), street.FACTS).taken_by == "p1"
    assert alerting.close(alert().id, street.FACTS).closed_at == street.FACTS


@pytest.mark.parametrize(
    "text",
    ["c'est XB-123-CD", "xb123cd", "XB 123 CD vers le quai", "1234 AB 76", "12ABC76", "XB.123.CD", "XB – 123 – CD"],
)
def test_a_plate_stops_the_alert(text: str) -> None:
    register, sent = ShownAlerts(), list[Message]()
    with pytest.raises(NotAllowed, match="jamais de plaque"):
        Alerting(register, street.site, sent.append).raise_alert(alert(text))
    assert (register.kept, sent) == ({}, [])


@pytest.mark.parametrize(
    "text", ["", "Voiture bleue, vers la cathédrale", "Camion au 123 rue Jeanne-d’Arc", "3 personnes"]
)
def test_a_description_is_not_a_plate(text: str) -> None:
    assert not carries_plate(text)


def test_a_camera_out_of_the_site_alerts_everyone() -> None:
    sent = list[Message]()
    stray = replace(alert(), camera=CameraId("gone"))
    Alerting(ShownAlerts(), street.site, sent.append).raise_alert(stray)
    assert [message.key for message in sent] == [UNKNOWN_AREA]
