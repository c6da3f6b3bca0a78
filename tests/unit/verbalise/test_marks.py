"""A key on the live view becomes a claim that names exactly the picture that was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from detect.model import Point
from ingest.model import DeviceId, StreamId
from tests.unit.verbalise.console import street
from verbalise.law.catalogue import Offence, offences
from verbalise.marks import (
    LIVE_WITHIN,
    Shown,
    by_law_reason,
    claim_from_mark,
    likely_on,
    offences_to_mark,
    place_of,
    sight_of,
    zone_of,
)
from verbalise.model import Capacity, Claim, Mark, OffenceId, Outcome, Sight, Trigger, ZoneId
from verbalise.site.agreements import Aim, PartyId
from verbalise.site.model import Line, LineKind, SiteCamera, Suspension, Zone

SITE = street.site()
CAMERA = SITE.cameras[street.CAMERA]
LEA = street.agent("lea")
DRIVING = offences()[street.OFFENCE]
SHOWN = Shown(StreamId("s1"), street.packet(7.2))
INSIDE, OUTSIDE = Point(0.5, 0.8), Point(0.02, 0.02)
SECOND = Zone(ZoneId("terrasses"), "Terrasses", (Point(0.0, 0.6), Point(0.1, 0.6), Point(0.1, 0.9)))


def marked(request: str = "page:72", offence: Offence = DRIVING, spot: Point | None = INSIDE) -> Claim:
    mark = Mark(LEA.id, Sight.LIVE, spot)
    return claim_from_mark(request, SITE, CAMERA, offence, LEA, SHOWN, mark)


def ids(agent_changes: dict[str, object], camera: SiteCamera = CAMERA) -> set[str]:
    """What such an agent may mark."""
    agent = replace(LEA, **agent_changes)  # type: ignore[arg-type]  # a test names only the fields it changes
    return {offence.id for offence in offences_to_mark(offences().values(), agent, SITE, camera, street.FACTS)}


def test_the_claim_says_what_was_seen_when_where_and_by_whom() -> None:
    claim = marked()
    assert (claim.trigger, claim.rule.id, claim.rule.version) == (Trigger.AGENT, "agent-mark", 1)
    assert (claim.stream, claim.event, claim.at) == (SHOWN.stream, SHOWN.packet, SHOWN.packet.captured_at)
    assert (claim.zone, claim.place, claim.by_law) == (street.ZONE, "Rue du Gros-Horloge", "2025-118")
    assert claim.mark == Mark(LEA.id, Sight.LIVE, INSIDE)
    assert (claim.track, claim.kind, claim.path, claim.detector) == (None, None, (), "")
    assert claim.verdict.outcome is Outcome.CLAIMED
    assert [reason.code for reason in claim.verdict.reasons] == ["agent-mark", "by-law-in-force"]
    assert claim.site_version == SITE.version


def test_the_same_request_is_the_same_claim_and_another_is_not() -> None:
    assert marked() == marked()
    assert len({marked().id, marked("page:73").id, marked(offence=offences()[OffenceId("red-light")]).id}) == 3


@pytest.mark.parametrize(
    ("zones", "spot", "found"),
    [
        (CAMERA.zones, INSIDE, "gros-horloge"),
        (CAMERA.zones, None, "gros-horloge"),
        (CAMERA.zones, OUTSIDE, "gros-horloge"),
        ((*CAMERA.zones, SECOND), Point(0.09, 0.65), "terrasses"),
        ((*CAMERA.zones, SECOND), None, None),
        ((*CAMERA.zones, SECOND), OUTSIDE, None),
        ((), INSIDE, None),
    ],
)
def test_the_zone_is_the_one_pointed_at_or_the_only_one(
    zones: tuple[Zone, ...], spot: Point | None, found: str | None
) -> None:
    zone = zone_of(replace(CAMERA, zones=zones), spot)
    assert (zone.id if zone else None) == found


def test_without_a_zone_the_line_names_the_place() -> None:
    stop = Line("stop", LineKind.STOP, "Quai, au feu", (INSIDE, OUTSIDE), DeviceId("signal-1"))
    camera = replace(CAMERA, zones=(), gates=(), lines=(stop,))
    assert place_of(camera, None, OffenceId("red-light")) == "Quai, au feu"
    assert place_of(camera, None, OffenceId("pavement-parking")) == CAMERA.name
    assert likely_on(camera)[0] == "red-light"
    assert "stop-sign" not in likely_on(camera)
    assert "stop-sign" in likely_on(replace(camera, lines=(replace(stop, signal=None),)))


@pytest.mark.parametrize(("age", "sight"), [(LIVE_WITHIN, Sight.LIVE), (timedelta(seconds=5.1), Sight.REPLAYED)])
def test_a_picture_of_more_than_five_seconds_is_not_live(age: timedelta, sight: Sight) -> None:
    assert sight_of(SHOWN, SHOWN.packet.captured_at + age) is sight


def test_a_mark_on_an_old_picture_says_so() -> None:
    claim = claim_from_mark("r", SITE, CAMERA, DRIVING, LEA, SHOWN, Mark(LEA.id, Sight.REPLAYED))
    assert "n’était plus en direct" in claim.verdict.reasons[0].text_fr


def test_officers_mark_what_they_may_find_and_délits_but_nothing_an_instrument_must_measure() -> None:
    may = ids({})
    assert {"pedestrian-area-driving", "red-light", "bollard-damage"} <= may
    assert all(Trigger.AGENT in offences()[OffenceId(offence)].triggers for offence in may)


def test_an_asvp_marks_parking_alone() -> None:
    may = ids({"capacity": Capacity.ASVP})
    assert "pedestrian-area-parking" in may
    assert not may & {"pedestrian-area-driving", "red-light", "bollard-damage"}


def test_an_operator_who_is_not_sworn_marks_for_others_to_find() -> None:
    assert ids({"capacity": Capacity.CSU_OPERATOR, "sworn": False}) == ids({})


@pytest.mark.parametrize("capacity", [Capacity.ANALYST, Capacity.TRAFFIC_OPERATOR, Capacity.NATIONAL_POLICE])
def test_others_mark_nothing(capacity: Capacity) -> None:
    assert ids({"capacity": capacity}) == set()


def test_another_party_marks_nothing() -> None:
    assert ids({"party": PartyId("pcrt")}) == set()


def test_a_camera_whose_order_does_not_name_offences_is_not_marked_on() -> None:
    order = replace(CAMERA.authorisations[0], aims=frozenset({Aim.TRAFFIC}))
    assert ids({}, replace(CAMERA, authorisations=(order,))) == set()


def test_the_by_law_is_told_whatever_it_says() -> None:
    (zone,) = CAMERA.zones
    (law,) = SITE.by_laws
    assert by_law_reason(SITE, zone, street.FACTS).code == "by-law-in-force"
    assert by_law_reason(replace(SITE, by_laws=()), zone, street.FACTS).code == "no-by-law"
    shut_at_no_hour = replace(SITE, by_laws=(replace(law, closures=()),))
    assert by_law_reason(shut_at_no_hour, zone, street.FACTS).code == "open-hours"
    market = Suspension(street.FACTS, street.FACTS + timedelta(hours=1), "Marché")
    suspended = by_law_reason(replace(SITE, by_laws=(replace(law, suspensions=(market,)),)), zone, street.FACTS)
    assert (suspended.code, suspended.holds) == ("by-law-suspended", False)
