"""What every register of alerts does alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.errors import Reject
from storage.model import Register
from tests.contract.storage.builders import NOON, A, B, an_alert
from verbalise.model import AlertId, Service

SOON, LATER = NOON + timedelta(minutes=2), NOON + timedelta(minutes=9)
ALERT = AlertId("alert-1")


@pytest.mark.parametrize("case", ["case-1", None])
@pytest.mark.parametrize("to", list(Service))
def test_an_alert_comes_back_whole(register: Register, case: str | None, to: Service) -> None:
    alert = an_alert(case=case, to=to)
    assert register.alerts.raise_alert(alert)
    assert register.alerts.alerts(NOON) == [alert]


def test_raising_twice_is_raising_once(register: Register) -> None:
    assert register.alerts.raise_alert(an_alert())
    register.alerts.take_alert(ALERT, A, SOON)
    assert not register.alerts.raise_alert(an_alert())
    assert register.alerts.alerts(NOON)[0].taken_by == A


def test_the_first_to_take_it_keeps_it(register: Register) -> None:
    register.alerts.raise_alert(an_alert())
    taken = register.alerts.take_alert(ALERT, A, SOON)
    assert (taken.taken_by, taken.taken_at, taken.version) == (A, SOON, 1)
    assert register.alerts.take_alert(ALERT, B, LATER) == taken
    assert register.alerts.alerts(NOON) == [taken]


def test_it_is_over_once(register: Register) -> None:
    register.alerts.raise_alert(an_alert())
    closed = register.alerts.close_alert(ALERT, SOON)
    assert (closed.closed_at, closed.version) == (SOON, 1)
    assert register.alerts.close_alert(ALERT, LATER) == closed


def test_what_is_over_is_not_taken(register: Register) -> None:
    register.alerts.raise_alert(an_alert())
    closed = register.alerts.close_alert(ALERT, SOON)
    assert register.alerts.take_alert(ALERT, A, LATER) == closed


def test_an_alert_that_nobody_raised_is_rejected(register: Register) -> None:
    with pytest.raises(Reject, match="no alert 'alert-9'"):
        register.alerts.take_alert(AlertId("alert-9"), A, SOON)
    with pytest.raises(Reject, match="no alert 'alert-9'"):
        register.alerts.close_alert(AlertId("alert-9"), SOON)


def test_alerts_since_an_instant_come_newest_first(register: Register) -> None:
    for name, minutes in (("b", 1), ("a", 0), ("c", 2)):
        register.alerts.raise_alert(an_alert(name, NOON + timedelta(minutes=minutes)))
    assert [alert.id for alert in register.alerts.alerts(NOON)] == ["c", "b", "a"]
    assert [alert.id for alert in register.alerts.alerts(NOON + timedelta(minutes=1))] == ["c", "b"]
    assert register.alerts.alerts(NOON + timedelta(hours=1)) == []


def test_taking_and_ending_leave_it_with_its_service(register: Register) -> None:
    register.alerts.raise_alert(an_alert(to=Service.NATIONAL_POLICE))
    assert register.alerts.take_alert(ALERT, A, SOON).to is Service.NATIONAL_POLICE
    assert register.alerts.close_alert(ALERT, LATER).to is Service.NATIONAL_POLICE
