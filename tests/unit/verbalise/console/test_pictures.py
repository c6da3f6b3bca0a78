"""What is drawn over and under the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from detect.model import RoadUser, TrackId
from ingest.model import DeviceEventKind
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import PICTURES
from verbalise.console.attempts import Attempts
from verbalise.console.case_page import next_after
from verbalise.console.overlay import DEFAULT_FRAME_S, frame_s, overlay_of
from verbalise.console.timeline import timeline_of
from verbalise.console.wording import Language, Words
from verbalise.model import Passage

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
