"""What reports say of an instant, and what a history keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from tests.builders import BOLLARD, badge, call, instant, opening, reports
from verbalise.rules.bollard import MOST_EVENTS, DeviceHistory, Doubt, Opening, bollard_at, with_event


def history(*events: DeviceEvent) -> DeviceHistory:
    kept = DeviceHistory()
    for event in events:
        kept = with_event(kept, event)
    return kept


@pytest.mark.parametrize(
    ("at_s", "answer"),
    [
        (-1.1, Doubt.UNKNOWN),
        (-1.0, Opening),
        (8.7, Opening),
        (8.8, Doubt.RAISED),
        (60.0, Doubt.RAISED),
    ],
)
def test_an_opening_lasts_from_lowering_to_raised(at_s: float, answer: Doubt | type[Opening]) -> None:
    found = bollard_at(history(*opening(-1.0, 8.8)).of(BOLLARD), instant(at_s))
    assert found is answer or (isinstance(answer, type) and isinstance(found, answer))


def test_lowered_alone_opens() -> None:
    found = bollard_at((reports(DeviceEventKind.LOWERED, 0.0),), instant(1.0))
    assert isinstance(found, Opening)


def test_credentials_are_those_from_before_the_lowering_to_the_instant() -> None:
    kept = history(badge(-40.0), badge(-2.0), call(3.0), badge(5.8), badge(7.0), *opening(-1.0, 9.0))
    found = bollard_at(kept.of(BOLLARD), instant(5.0))
    assert isinstance(found, Opening)
    assert [event.at for event in found.credentials] == [instant(-2.0), instant(3.0), instant(5.8)]


def test_force_is_over_once_the_bollard_is_up_again() -> None:
    events = [*opening(0.0, 5.0), reports(DeviceEventKind.FORCED, 3.0), *opening(20.0, 25.0)]
    kept = history(*events).of(BOLLARD)
    assert bollard_at(kept, instant(4.0)) is Doubt.FORCED
    assert isinstance(bollard_at(kept, instant(21.0)), Opening)


@pytest.mark.parametrize(
    ("start", "end", "doubt"),
    [
        (DeviceEventKind.FAULT, DeviceEventKind.FAULT_CLEARED, Doubt.FAULT),
        (DeviceEventKind.WORKS, DeviceEventKind.WORKS_ENDED, Doubt.WORKS),
    ],
)
def test_trouble_that_is_over_before_an_opening_does_not_reach_it(
    start: DeviceEventKind, end: DeviceEventKind, doubt: Doubt
) -> None:
    kept = history(reports(start, -90.0), reports(end, -60.0), *opening(0.0, 5.0), reports(start, 30.0)).of(BOLLARD)
    assert isinstance(bollard_at(kept, instant(2.0)), Opening)
    assert bollard_at(kept, instant(40.0)) is doubt


def test_reports_in_any_order_make_one_history() -> None:
    events = [badge(-2.0), *opening(-1.0, 9.0)]
    assert history(*events) == history(*reversed(events)) == history(*events, *events)


def test_old_reports_go_and_the_latest_opening_stays() -> None:
    events = [badge(-7200.0), *opening(-7199.0, -7190.0), badge(-2.0), *opening(-1.0, 9.0)]
    late = reports(DeviceEventKind.BADGE_REFUSED, 36_000.0)
    kept = history(*events, late)
    assert [event.at for event in kept.events] == [
        event.at for event in (*opening(-7199.0, -7190.0)[-1:], badge(-2.0), *opening(-1.0, 9.0), late)
    ]


def test_a_fault_from_long_ago_is_not_forgotten() -> None:
    fault = reports(DeviceEventKind.FAULT, -7200.0)
    kept = history(fault, badge(-2.0), *opening(-1.0, 9.0))
    assert bollard_at(kept.of(BOLLARD), instant(1.0)) is Doubt.FAULT


def test_a_device_with_a_wrong_clock_does_not_wipe_another() -> None:
    other = DeviceId("bollard-2")
    ahead = reports(DeviceEventKind.RAISED, timedelta(days=1).total_seconds(), device=other)
    kept = history(badge(-2.0), *opening(-1.0, 9.0), ahead)
    assert len(kept.of(BOLLARD)) == 5
    assert kept.between(instant(0), instant(90_000), other) == (ahead,)


def test_a_device_gone_mad_does_not_fill_the_memory() -> None:
    babble = [badge(number / 10, f"p-{number}") for number in range(MOST_EVENTS + 50)]
    assert len(DeviceHistory(tuple(babble)).events) > MOST_EVENTS
    kept = DeviceHistory(tuple(babble))
    kept = with_event(kept, reports(DeviceEventKind.LOWERING, 200.0))
    assert len(kept.events) == MOST_EVENTS
