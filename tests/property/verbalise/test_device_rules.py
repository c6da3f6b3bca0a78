"""In whatever order and however often devices report, the same claims; and no claim that a right could explain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.model import DeviceEvent, DeviceEventKind
from tests.builders import (
    BOLLARD,
    CAMERA,
    KEY,
    LOOP,
    READER,
    SIGNAL,
    SIGNAL_LOOP,
    badge,
    instant,
    reports,
    street_of_devices,
)
from verbalise.model import Claim, Outcome
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.rules.device.book import due, judge, with_judged
from verbalise.rules.device.model import DeviceJudged, Surroundings
from verbalise.rules.memory import CameraMemory
from verbalise.stream.state import DEVICES

KIND = DeviceEventKind
PLACE = street_of_devices()
AFTER = instant(3_600)
SETTLE = timedelta(seconds=10)

_SAID = st.one_of(
    st.tuples(st.just(LOOP), st.just(KIND.PASSAGE)),
    st.tuples(st.just(LOOP), st.just(KIND.PASSAGE)),
    st.tuples(st.just(SIGNAL_LOOP), st.just(KIND.PASSAGE)),
    st.tuples(st.just(SIGNAL), st.sampled_from([KIND.RED, KIND.AMBER, KIND.GREEN, KIND.DARK])),
    st.tuples(st.sampled_from([BOLLARD, READER]), st.sampled_from([KIND.BADGE_ACCEPTED, KIND.BADGE_REFUSED])),
    st.tuples(
        st.just(BOLLARD),
        st.sampled_from([KIND.OPERATOR_OPENED, KIND.LOWERING, KIND.RAISED, KIND.FORCED, KIND.STRUCK, KIND.FAULT]),
    ),
)


@st.composite
def lives(draw: st.DrawFn) -> list[DeviceEvent]:
    """What the devices of a street may report within a minute: mostly an opening with a badge, then anything."""
    said = draw(st.lists(st.tuples(_SAID, st.integers(0, 600)), max_size=12))
    usual = [((BOLLARD, KIND.BADGE_ACCEPTED), 100), ((BOLLARD, KIND.LOWERING), 110), ((LOOP, KIND.PASSAGE), 130)]
    chosen = {*said, *(usual if draw(st.booleans()) else [])}
    return [reports(kind, tenths / 10, device=device) for (device, kind), tenths in sorted(chosen, key=str)]


def history(reported: Iterable[DeviceEvent]) -> DeviceHistory:
    kept = DeviceHistory()
    for event in reported:
        kept = with_event(kept, event)
    return kept


def judged(kept: DeviceHistory) -> tuple[DeviceHistory, list[DeviceJudged]]:
    known = Surroundings(PLACE, PLACE.cameras[CAMERA], kept, CameraMemory(), KEY)
    events = due(kept, AFTER, SETTLE)
    found = [one for event in events if (one := judge(event, known)) is not None]
    return with_judged(kept, events, found), found


def claims(reported: Iterable[DeviceEvent]) -> list[Claim]:
    return [one.claim for one in judged(history(reported))[1] if one.claim is not None]


scenes = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@scenes
@given(lives(), st.data())
def test_any_order_and_any_repetition_gives_the_same_claims(reported: list[DeviceEvent], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(reported), max_size=6)) if reported else []
    mixed = data.draw(st.permutations([*reported, *again]))
    assert claims(mixed) == claims(reported)


@scenes
@given(lives())
def test_judging_twice_and_after_a_restart_claims_nothing_more(reported: list[DeviceEvent]) -> None:
    kept, _ = judged(history(reported))
    restored = DEVICES.decode(DEVICES.encode(kept))
    assert restored == kept
    for event in reported:
        restored = with_event(restored, event)
    assert judged(restored)[1] == []


@scenes
@given(lives())
def test_one_report_is_at_most_one_claim_and_says_why(reported: list[DeviceEvent]) -> None:
    _, found = judged(history(reported))
    ids = [one.claim.id for one in found if one.claim is not None]
    assert len(set(ids)) == len(ids)
    assert len({one.event.id for one in found}) == len(found)
    for one in found:
        assert (one.claim is not None) is (one.verdict.outcome is Outcome.CLAIMED)
        assert one.verdict.reasons[-1].holds is (one.claim is not None)
        assert not (one.claim is not None and one.suppression is not None)


@scenes
@given(lives())
def test_a_badge_for_each_moment_accuses_no_passage(reported: list[DeviceEvent]) -> None:
    generous = [badge(half / 2, f"permit-{half}") for half in range(-60, 124)]
    assert [claim for claim in claims([*reported, *generous]) if claim.offence == "pedestrian-area-driving"] == []


@scenes
@given(lives(), st.sampled_from([KIND.FAULT, KIND.WORKS]))
def test_a_bollard_out_of_order_all_along_accuses_nobody(reported: list[DeviceEvent], trouble: DeviceEventKind) -> None:
    broken = reports(trouble, -60.0)
    assert [claim for claim in claims([broken, *reported]) if claim.device not in (SIGNAL, SIGNAL_LOOP)] == []
