"""The rendered street of the demo, from its true boxes: the van has a badge, the car behind it has none."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from detect.model import Box, Observation, ObservedFrame, RoadUser, TrackId
from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from tests.builders import CAMERA, STREAM, T0, instant, ref
from tests.playing import Played, play
from verbalise.model import Outcome
from verbalise.site.file import load_site
from verbalise.site.permits import TokenHasher

DEMO = Path(__file__).parents[4] / "deploy" / "demo"
KINDS = {"van": RoadUser.TRUCK, "car": RoadUser.CAR}

pytestmark = pytest.mark.skipif(
    "CONSTAT_EVAL_DATA" not in os.environ, reason="CONSTAT_EVAL_DATA does not name the folder of scenes with truth"
)


def truth() -> dict[str, Any]:
    path = Path(os.environ["CONSTAT_EVAL_DATA"]) / "scenes" / "ped.json"
    return dict(json.loads(path.read_text()))


def demo_reports() -> list[DeviceEvent]:
    entries = json.loads((DEMO / "footage" / "ped.devices.json").read_text())
    return [
        DeviceEvent(
            f"{entry['device']}/{entry['t']}",
            DeviceId(entry["device"]),
            DeviceEventKind(entry["event"]),
            instant(entry["t"]),
            instant(entry["t"] + 0.2),
            entry.get("permit"),
        )
        for entry in entries
    ]


def seen(scene: dict[str, Any], index: int) -> ObservedFrame:
    width, height = scene["w"], scene["h"]
    observations = []
    for thing in scene["frames"][index]["objects"]:
        left, top, right, bottom = thing["box"]
        box = Box(left / width, top / height, right / width, bottom / height)
        observations.append(Observation(TrackId(f"{STREAM}:{thing['id']}"), KINDS[thing["cls"]], 0.9, box))
    return ObservedFrame(CAMERA, STREAM, ref(index / 10), width, height, tuple(observations), "truth")


@pytest.mark.parametrize("first_frame", [0, 1, 2, 3])
def test_only_the_car_without_badge_is_claimed(first_frame: int) -> None:
    """The van's lower edge reaches the line in frame 7: it may be first seen only four frames before."""
    scene = truth()
    played = play_scene(scene, first_frame)
    assert [(one.entry.at, one.code) for one in played.judged] == [
        (T0 + timedelta(seconds=0.7), "covered"),
        (T0 + timedelta(seconds=6.6), "no-credential"),
    ]
    (claim,) = played.claims
    assert claim.verdict.outcome is Outcome.CLAIMED
    assert [passage.covered_by for passage in claim.passages] == ["delivery-017", None]


def play_scene(scene: dict[str, Any], first_frame: int) -> Played:
    records = [seen(scene, index) for index in range(first_frame, len(scene["frames"]))]
    return play(records, demo_reports(), load_site(DEMO / "site.yaml", hasher=TokenHasher(b"a key of these tests")))
