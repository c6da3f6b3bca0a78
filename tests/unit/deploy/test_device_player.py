"""The demo's gateway: what it posts and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from deploy.demo.device_player import Report, play, reports_beside, schedule
from ingest.errors import Halt
from ingest.model import Camera, CameraId

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FOOTAGE = Path("deploy/demo/footage").absolute()
PED = Camera(CameraId("B1"), f"file:{FOOTAGE / 'ped.mp4'}")
RED = Camera(CameraId("T1"), f"file:{FOOTAGE / 'red.mp4'}")


def test_reports_come_by_time_with_their_permit() -> None:
    reports = list(schedule([PED], START, loop=False))
    assert [report.kind for report in reports] == [
        *("badge-accepted", "lowering", "lowered"),
        *("passage", "passage"),
        *("raising", "raised"),
    ]
    assert reports[0].at == START - timedelta(seconds=1.2)
    assert reports[0].permit == "delivery-017"


def test_several_cameras_are_merged_by_time() -> None:
    at = [report.at for report in schedule([RED, PED], START, loop=False)]
    assert at == sorted(at)
    assert len(at) == 10


def test_a_loop_goes_on_for_ever_a_clip_length_later() -> None:
    first, second = islice(schedule([PED], START, loop=True), 0, 14, 7)
    assert second.kind == first.kind
    assert second.at - first.at == timedelta(seconds=10)


def test_a_clip_without_reports_beside_it_has_none(tmp_path: Path) -> None:
    assert reports_beside(Camera(CameraId("C1"), f"file:{tmp_path / 'quiet.mp4'}"), START) == []


@pytest.mark.parametrize("text", ["not json", '[{"t": 1}]', '{"t": 1}'])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.devices.json").write_text(text, encoding="utf-8")
    with pytest.raises(Halt, match=r"odd\.devices\.json"):
        reports_beside(Camera(CameraId("C1"), f"file:{tmp_path / 'odd.mp4'}"), START)


def test_each_is_posted_at_its_instant_and_the_past_at_once() -> None:
    slept: list[float] = []
    posted: list[Report] = []
    clock = iter([START, START + timedelta(seconds=30)])
    reports = [Report(START + timedelta(seconds=seconds), "bollard-1", "raised", None) for seconds in (2, 3)]
    play(reports, posted.append, now=lambda: next(clock), sleep=slept.append)
    assert slept == [2.0, 0.0]
    assert posted == reports


def test_a_report_is_what_the_device_entry_takes() -> None:
    body = json.loads(json.dumps(Report(START, "bollard-1", "raised", None).body()))
    assert body == {"device": "bollard-1", "kind": "raised", "at": "2026-11-24T08:00:00+00:00", "permit": None}
