"""What is drawn over and under the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from detect.model import Point, RoadUser, TrackId
from ingest.model import DeviceEventKind, DeviceId
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import PICTURES
from verbalise.console.attempts import Attempts
from verbalise.console.case_page import next_after
from verbalise.console.overlay import DEFAULT_FRAME_S, frame_s, overlay_of
from verbalise.console.timeline import timeline_of
from verbalise.console.wording import Language, Words
from verbalise.model import AgentId, Case, Mark, OffenceId, Passage, Sight, Sighting, Trigger
from verbalise.site.model import Device, Line, LineKind

WORDS = Words(Language.FRENCH, ZoneInfo("Europe/Paris"))
CASE = street.case(1, PICTURES)


def test_the_overlay_follows_the_clip() -> None:
    over = overlay_of(CASE, street.site())
    assert over.zone.startswith("0.2410,0.5240 0.6960,0.5050")
    assert over.gates == ((0.241, 0.524, 0.696, 0.505),)
    assert over.boxes[0] == (3.0, 0.359, 0.128, 0.425, 0.228)
    assert [box[0] for box in over.boxes] == sorted(box[0] for box in over.boxes)
    assert over.fact_box is not None
    assert over.fact_box[0] == pytest.approx(0.406)


def test_a_camera_that_left_the_site_has_no_zone_to_draw() -> None:
    site = replace(street.site(), cameras={})
    over = overlay_of(CASE, site)
    assert (over.zone, over.gates) == ("", ())


def test_the_frame_comes_from_the_packets() -> None:
    assert frame_s(CASE) == pytest.approx(0.1)
    assert frame_s(replace(CASE, claim=replace(CASE.claim, path=()))) == DEFAULT_FRAME_S


def test_the_time_line_shows_the_opening_and_who_passed() -> None:
    line = timeline_of(CASE, street.site(), WORDS)
    bollard, badge, passages = line.rows
    assert bollard.name == "Borne 1"
    assert [part.tone for part in bollard.segments] == ["moving", "free", "moving", "shut"]
    assert [mark.label for mark in badge.marks] == ["badge accepté · livraison 017"]
    assert [mark.label for mark in passages.marks] == ["1 · livraison 017", "2 · sans droit lu"]
    assert [mark.tone for mark in passages.marks] == ["known", "accused"]
    assert passages.marks[1].at_pct == line.fact_pct
    assert line.starts_s < 0
    assert line.said[0].endswith("badge accepté · livraison 017")
    assert any("voiture" in sentence and "sans droit lu" in sentence for sentence in line.said)


def test_what_a_loop_counted_stands_under_its_own_name() -> None:
    loop = DeviceId("loop-1")
    counted = replace(street.reported(DeviceEventKind.PASSAGE, 0), device=loop)
    place = street.site()
    place = replace(place, devices={**place.devices, loop: Device(loop, "loop", "Boucle 1")})
    case = replace(CASE, claim=replace(CASE.claim, devices=(*CASE.claim.devices, counted)))
    (row,) = [row for row in timeline_of(case, place, WORDS).rows if row.name == "Boucle 1"]
    assert [mark.label for mark in row.marks] == ["passage compté"]


def test_of_reports_close_together_one_keeps_its_label() -> None:
    close = (street.reported(DeviceEventKind.BADGE_ACCEPTED, seconds, "livraison 017") for seconds in (-1.2, -1.1, 0.0))
    case = replace(CASE, claim=replace(CASE.claim, devices=tuple(close)))
    (row,) = [row for row in timeline_of(case, street.site(), WORDS).rows if row.name == "badge"]
    assert [bool(mark.label) for mark in row.marks] == [True, False, False]


def test_every_part_of_the_time_line_lies_on_it() -> None:
    late = street.reported(DeviceEventKind.FORCED, 4000)
    case = replace(CASE, claim=replace(CASE.claim, devices=(*CASE.claim.devices, late)))
    line = timeline_of(case, street.site(), WORDS)
    assert line.duration_s < 60
    for row in line.rows:
        assert all(part.left_pct >= 0 and part.left_pct + part.width_pct <= 100.01 for part in row.segments)
        assert all(0 <= mark.at_pct <= 100 for mark in row.marks)


def test_labels_that_would_cover_the_accused_passage_go() -> None:
    close = Passage(TrackId("s1:9"), street.FACTS - timedelta(seconds=0.3), RoadUser.CAR, "livraison 017")
    case = replace(CASE, claim=replace(CASE.claim, passages=(close, CASE.claim.passages[1])))
    passages = timeline_of(case, street.site(), WORDS).rows[-1]
    assert [mark.label for mark in passages.marks] == ["", "2 · sans droit lu"]


def without_analysis(**changes: object) -> Case:
    """The same facts as a device reports them, with a clip of eight seconds at 12.5 pictures a second."""
    bare: dict[str, object] = {"stream": None, "track": None, "event": None, "path": (), "kind": None, "passages": ()}
    claim = street.claim(1, **(bare | {"device": street.BOLLARD} | changes))
    evidence = replace(CASE.evidence, clip_ends_at=street.START + timedelta(seconds=99 * 0.08))
    return replace(CASE, claim=claim, evidence=evidence)


REPORTED = without_analysis()
MARKED = without_analysis(
    trigger=Trigger.AGENT, device=None, devices=(), mark=Mark(AgentId("lea"), Sight.LIVE, Point(0.5, 0.5))
)
SIGHTED = replace(
    REPORTED,
    evidence=replace(REPORTED.evidence, sighting=Sighting(street.car_path(), RoadUser.CAR, "detector-1")),
)


@pytest.mark.parametrize("case", [REPORTED, MARKED], ids=["device", "mark"])
def test_a_case_that_nobody_followed_has_its_zone_and_no_box(case: Case) -> None:
    over = overlay_of(case, street.site())
    assert over.zone
    assert over.gates == ((0.241, 0.524, 0.696, 0.505),)
    assert (over.boxes, over.way, over.fact_box) == ((), "", None)


@pytest.mark.parametrize("case", [REPORTED, MARKED], ids=["device", "mark"])
def test_the_frame_comes_from_the_clip_where_nobody_was_followed(case: Case) -> None:
    assert frame_s(case) == pytest.approx(0.08)
    assert frame_s(replace(case, evidence=replace(case.evidence, items=()))) == DEFAULT_FRAME_S


@pytest.mark.parametrize("case", [REPORTED, MARKED], ids=["device", "mark"])
def test_the_time_line_of_a_case_without_analysis_holds_clip_and_facts(case: Case) -> None:
    line = timeline_of(case, street.site(), WORDS)
    start, end = line.clip_pct
    assert 0 <= start < line.fact_pct < end <= 100
    assert line.duration_s >= 8
    assert [row.name for row in line.rows][:1] == (["Borne 1"] if case.claim.devices else ["passages"])


def test_what_help_found_is_drawn_as_the_vehicles_way() -> None:
    drawn, analysed = overlay_of(SIGHTED, street.site()), overlay_of(CASE, street.site())
    assert (drawn.boxes, drawn.way, drawn.fact_box) == (analysed.boxes, analysed.way, analysed.fact_box)
    assert SIGHTED.kind is RoadUser.CAR
    assert SIGHTED.claim.path == ()


def test_the_stop_line_of_a_signals_claim_is_drawn() -> None:
    site, signal, loop = street.site(), DeviceId("signal-1"), DeviceId("loop-1")
    points = (Point(0.2, 0.7), Point(0.5, 0.7), Point(0.8, 0.75))
    camera = replace(site.cameras[street.CAMERA], lines=(Line("stop-1", LineKind.STOP, "Rue Verte", points, signal),))
    devices = {signal: Device(signal, "signal", "Feu 1"), loop: Device(loop, "loop", "Boucle 1", serves=signal)}
    red = without_analysis(device=loop, zone=None)
    over = overlay_of(red, replace(site, cameras={street.CAMERA: camera}, devices=devices))
    drawn = ((0.2, 0.7, 0.5, 0.7), (0.5, 0.7, 0.8, 0.75))
    assert over.gates == drawn
    marked = without_analysis(device=None, zone=None, offence=OffenceId("red-light"))
    assert overlay_of(marked, replace(site, cameras={street.CAMERA: camera})).gates == drawn
    parked = without_analysis(device=None, zone=None, offence=OffenceId("pedestrian-area-parking"))
    assert overlay_of(parked, replace(site, cameras={street.CAMERA: camera})).gates == ()


@pytest.mark.parametrize(
    ("here", "waiting", "following"),
    [
        ("a", ["a", "b", "c"], "b"),
        ("b", ["a", "b", "c"], "c"),
        ("c", ["a", "b", "c"], "a"),
        ("x", ["a", "b"], "a"),
        ("a", ["a"], None),
        ("a", [], None),
    ],
)
def test_the_case_after_one_that_is_decided(here: str, waiting: list[str], following: str | None) -> None:
    assert next_after(here, waiting) == following


def test_attempts_are_counted_per_login_and_address() -> None:
    attempts = Attempts(2, timedelta(minutes=5))
    now = street.FACTS
    attempts.failed("lea", "a", now)
    attempts.failed("lea", "a", now + timedelta(minutes=1))
    assert attempts.pause_s("lea", "a", now + timedelta(minutes=2)) == 180
    assert attempts.pause_s("lea", "b", now) == 0
    assert attempts.pause_s("lea", "a", now + timedelta(minutes=5)) == 0
    attempts.succeeded("lea", "a")
    assert attempts.pause_s("lea", "a", now) == 0
