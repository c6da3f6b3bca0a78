"""A tracker restored from its snapshot continues bit for bit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detect.model import Box, Detection, Observation, RoadUser
from detect.settings import TrackerSettings
from detect.tracking import ByteTrackTracker
from ingest.model import StreamId
from tests.strategies import boxes
from tests.unit.detect.clips import T0

STREAM = StreamId("B1~s1")
Scene = list[tuple[float, list[Detection]]]

_SETTINGS = TrackerSettings(keep_lost_frames=4, forget_after_s=2)
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # tests never judge time
_scores = st.floats(0.05, 1.0)


@st.composite
def walks(draw: st.DrawFn, pictures: int) -> list[Detection | None]:
    """A road user that wanders, changes its kind within reason, fades and hides."""
    kinds = draw(st.sampled_from([(RoadUser.CAR, RoadUser.TRUCK, RoadUser.BUS), (RoadUser.PERSON,)]))
    x, y = draw(st.floats(0, 0.8)), draw(st.floats(0, 0.8))
    width, height = draw(st.floats(0.05, 0.2)), draw(st.floats(0.05, 0.2))
    steps = st.floats(-0.04, 0.04)
    seen: list[Detection | None] = []
    for _ in range(pictures):
        x, y = min(max(x + draw(steps), 0.0), 0.8), min(max(y + draw(steps), 0.0), 0.8)
        found = Detection(draw(st.sampled_from(kinds)), draw(_scores), Box(x, y, x + width, y + height))
        seen.append(found if draw(st.integers(0, 3)) else None)
    return seen


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Pictures with their moments: some road users, some noise, some gaps."""
    pictures = draw(st.integers(2, 25))
    users = [draw(walks(pictures)) for _ in range(draw(st.integers(0, 3)))]
    noise = st.lists(st.builds(Detection, st.sampled_from(RoadUser), _scores, boxes()), max_size=2)
    at_s = 0.0
    scene: Scene = []
    for index in range(pictures):
        at_s += draw(st.sampled_from([0.1, 0.1, 0.1, 0.1, 2.5]))
        walking = [user[index] for user in users]
        scene.append((at_s, [found for found in walking if found is not None] + draw(noise)))
    return scene


def play(tracker: ByteTrackTracker, scene: Scene) -> list[tuple[Observation, ...]]:
    return [tracker.update(found, 1280, 720, T0 + timedelta(seconds=at_s)) for at_s, found in scene]


def fresh() -> ByteTrackTracker:
    tracker = ByteTrackTracker(_SETTINGS)
    tracker.reset(STREAM)
    return tracker


@settings(_PATIENT, max_examples=100)
@given(scenes(), st.data())
def test_a_cut_anywhere_changes_nothing(scene: Scene, data: st.DataObject) -> None:
    whole = fresh()
    expected = play(whole, scene)

    cut = data.draw(st.integers(0, len(scene)), label="cut")
    before = fresh()
    played = play(before, scene[:cut])
    after = ByteTrackTracker(_SETTINGS)
    after.restore(json.loads(json.dumps(before.snapshot(), allow_nan=False)))
    played += play(after, scene[cut:])

    assert played == expected
    assert after.snapshot() == whole.snapshot()


@settings(_PATIENT, max_examples=60)
@given(scenes())
def test_what_is_observed_was_detected_and_has_a_number_of_its_own(scene: Scene) -> None:
    numbers: set[int] = set()
    for (_, found), frame in zip(scene, play(fresh(), scene), strict=True):
        _is_one_to_one(found, frame)
        for observation in frame:
            stream, _, number = observation.track.rpartition(":")
            assert stream == STREAM
            assert int(number) >= 1
            numbers.add(int(number))
    assert len(numbers) <= sum(len(found) for _, found in scene)


def _is_one_to_one(found: Sequence[Detection], frame: Sequence[Observation]) -> None:
    remaining = list(found)
    for observation in frame:
        remaining.remove(Detection(observation.kind, observation.score, observation.box))
    assert len({observation.track for observation in frame}) == len(frame)
