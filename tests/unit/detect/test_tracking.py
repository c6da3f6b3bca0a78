"""Identity over time: one road user, one track, on one stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from detect.model import Box, Detection, Observation, RoadUser
from detect.settings import TrackerSettings
from detect.tracking import ByteTrackTracker
from ingest.errors import Reject
from ingest.model import StreamId
from tests.unit.detect.clips import T0

STREAM = StreamId("B1~s1")


def seen(x: float, y: float, kind: RoadUser = RoadUser.CAR, score: float = 0.9) -> Detection:
    return Detection(kind, score, Box(x, y, x + 0.1, y + 0.2))


def play(
    pictures: Sequence[Sequence[Detection]], tracker: ByteTrackTracker | None = None, start: int = 0
) -> list[tuple[Observation, ...]]:
    if tracker is None:
        tracker = ByteTrackTracker(TrackerSettings())
        tracker.reset(STREAM)
    return [
        tracker.update(picture, 1600, 900, T0 + timedelta(seconds=(start + index) / 10))
        for index, picture in enumerate(pictures)
    ]


def tracks_of(frames: Sequence[Sequence[Observation]]) -> set[str]:
    return {observation.track for frame in frames for observation in frame}


def test_a_vehicle_that_drives_keeps_its_track() -> None:
    frames = play([[seen(0.4, 0.1 + 0.01 * index)] for index in range(40)])
    assert tracks_of(frames) == {"B1~s1:1"}
    assert all(len(frame) == 1 for frame in frames[1:])


def test_an_observation_is_the_detection_itself() -> None:
    pictures = [[seen(0.4, 0.1 + 0.01 * index, score=0.8)] for index in range(5)]
    for picture, frame in zip(pictures[1:], play(pictures)[1:], strict=True):
        assert [(o.kind, o.score, o.box) for o in frame] == [(d.kind, d.score, d.box) for d in picture]


def test_a_kind_that_flickers_between_vehicles_does_not_change_the_track() -> None:
    kinds = [RoadUser.BUS, RoadUser.TRUCK, RoadUser.CAR]
    frames = play([[seen(0.4, 0.1 + 0.01 * index, kinds[index % 3])] for index in range(30)])
    assert tracks_of(frames) == {"B1~s1:1"}
    assert {observation.kind for frame in frames for observation in frame} == set(kinds)


def test_a_person_never_takes_over_the_track_of_a_car() -> None:
    car = [[seen(0.4, 0.3)]] * 10
    person = [[seen(0.4, 0.3, RoadUser.PERSON)]] * 10
    frames = play([*car, *person])
    assert {observation.kind for frame in frames for observation in frame if observation.track == "B1~s1:1"} == {
        RoadUser.CAR
    }
    assert len(tracks_of(frames)) == 2


def test_a_weak_detection_continues_a_track_and_starts_none() -> None:
    strong = [[seen(0.4, 0.1 + 0.01 * index)] for index in range(5)]
    weak = [[seen(0.4, 0.15 + 0.01 * index, score=0.15)] for index in range(5)]
    assert tracks_of(play([*strong, *weak])[5:]) == {"B1~s1:1"}
    assert tracks_of(play(weak)) == set()


def test_a_flicker_of_one_picture_is_never_observed() -> None:
    frames = play([[], [seen(0.4, 0.4)], [], [], []])
    assert tracks_of(frames) == set()


def test_a_hidden_vehicle_keeps_its_track() -> None:
    way = [[seen(0.4, 0.1 + 0.004 * index)] for index in range(40)]
    frames = play([*way[:20], *([[]] * 5), *way[25:]])
    assert tracks_of(frames) == {"B1~s1:1"}


def test_after_a_long_gap_what_stands_in_the_same_place_is_another_track() -> None:
    tracker = ByteTrackTracker(TrackerSettings(forget_after_s=3))
    tracker.reset(STREAM)
    picture = [seen(0.4, 0.4)]
    assert tracks_of(play([picture] * 5, tracker)) == {"B1~s1:1"}
    assert tracks_of(play([picture] * 5, tracker, start=30)) == {"B1~s1:1"}
    assert tracks_of(play([picture] * 5, tracker, start=70)) == {"B1~s1:2"}


def test_cameras_number_their_tracks_by_themselves() -> None:
    first, second = ByteTrackTracker(TrackerSettings()), ByteTrackTracker(TrackerSettings())
    first.reset(StreamId("B1~s1"))
    second.reset(StreamId("B2~s1"))
    pictures = [[seen(0.1, 0.1), seen(0.7, 0.7)]] * 3
    for index, picture in enumerate(pictures):
        play([picture], first, start=index)
        play([picture], second, start=index)
    assert tracks_of(play(pictures, first, start=3)) == {"B1~s1:1", "B1~s1:2"}
    assert tracks_of(play(pictures, second, start=3)) == {"B2~s1:1", "B2~s1:2"}


def test_a_stream_starts_its_numbers_at_one() -> None:
    tracker = ByteTrackTracker(TrackerSettings())
    tracker.reset(STREAM)
    play([[seen(0.1, 0.1)]] * 3, tracker)
    tracker.reset(StreamId("B1~s2"))
    assert tracks_of(play([[seen(0.6, 0.6)]] * 3, tracker, start=3)) == {"B1~s2:1"}


def test_an_empty_picture_is_an_answer() -> None:
    assert play([[], []]) == [(), ()]


def test_the_memory_stays_small_however_many_have_passed() -> None:
    tracker = ByteTrackTracker(TrackerSettings(keep_lost_frames=5))
    tracker.reset(STREAM)

    def passes(number: int) -> int:
        for index in range(8):
            x = 0.1 * (number % 8)
            play([[seen(x, 0.05 * index)]] if index < 4 else [[]], tracker, start=8 * number + index)
        return len(json.dumps(tracker.snapshot()))

    sizes = [passes(number) for number in range(40)]
    assert max(sizes[20:]) <= max(sizes[:20]) * 1.1


def test_a_snapshot_of_another_version_is_refused() -> None:
    state = ByteTrackTracker(TrackerSettings()).snapshot() | {"version": "sort-0"}
    with pytest.raises(Reject, match=r"sort-0.*bytetrack-1"):
        ByteTrackTracker(TrackerSettings()).restore(state)
