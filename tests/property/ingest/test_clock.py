"""Capture instants of live pictures: in order, never after arrival, near the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.clock import ArrivalClock, LiveClock, PtsOrder, micros, moment
from ingest.model import ClockSource

DRIFT_PPM = 500
SPACING_US = st.integers(1_000, 200_000)
JITTER_US = st.integers(0, 2_000_000)
LATENCY_US = st.integers(0, 1_000_000)
START_US = 1_772_366_400_000_000


@dataclass(frozen=True)
class Picture:
    """All in microseconds; `soonest` is when it would have come without jitter."""

    pts: int
    arrival: int
    soonest: int


@st.composite
def arrivals(draw: st.DrawFn) -> list[Picture]:
    """Pictures that a network delays, each differently, but does not reorder."""
    latency_us, origin_us = draw(LATENCY_US), draw(st.integers(-(10**12), 10**12))
    time_us, latest_us = START_US, 0
    found: list[Picture] = []
    for spacing_us, jitter_us in draw(st.lists(st.tuples(SPACING_US, JITTER_US), min_size=1, max_size=60)):
        time_us += spacing_us
        latest_us = max(latest_us, time_us + latency_us + jitter_us)
        found.append(Picture(time_us - origin_us, latest_us, time_us + latency_us))
    return found


@given(arrivals())
def test_instants_follow_pts_and_never_come_after_arrival(pictures: list[Picture]) -> None:
    clock = ArrivalClock(DRIFT_PPM)
    instants = [clock.captured_us(picture.pts, picture.arrival) for picture in pictures]
    assert instants == sorted(instants)
    assert all(instant <= picture.arrival for instant, picture in zip(instants, pictures, strict=True))


@given(arrivals())
def test_the_error_is_at_most_the_least_jitter_so_far_and_the_drift(pictures: list[Picture]) -> None:
    clock = ArrivalClock(DRIFT_PPM)
    first = pictures[0]
    instants = [clock.captured_us(picture.pts, picture.arrival) for picture in pictures]
    for instant, picture in zip(instants, pictures, strict=True):
        drift_us = (picture.pts - first.pts) * DRIFT_PPM // 1_000_000 + 1
        assert 0 <= instant - picture.soonest <= first.arrival - first.soonest + drift_us


@given(arrivals())
def test_the_error_is_gone_soon_after_a_picture_without_jitter(pictures: list[Picture]) -> None:
    clock = ArrivalClock(drift_ppm=0)
    for picture in pictures:
        clock.captured_us(picture.pts, picture.arrival)
    last = max(pictures, key=lambda picture: picture.arrival)
    clock.captured_us(last.pts + 3_000_000, last.soonest + 3_000_000)
    assert clock.captured_us(last.pts + 4_000_000, last.arrival + 4_000_000) == last.soonest + 4_000_000


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40, unique=True), st.integers(-1000, 1000))
def test_instants_given_to_reordered_pictures_sort_as_their_pts(order: list[int], wobble: int) -> None:
    # As B-frames do: each picture that follows a later one falls between the two latest ones.
    line, placed = PtsOrder(), {}
    highest = -1
    for step, pts in enumerate(sorted(order)):
        highest = pts * 10
        placed[highest] = line.placed(highest, highest * 100 + (wobble if step % 2 else -wobble))
        if step:
            placed[highest - 5] = line.placed(highest - 5, highest * 100)
    assert [placed[pts] for pts in sorted(placed)] == sorted(placed.values())


@given(arrivals(), st.integers(-59_000_000, 58_000_000))
def test_a_camera_clock_near_ours_is_used_and_its_offset_recorded(pictures: list[Picture], offset_us: int) -> None:
    clock = LiveClock(DRIFT_PPM, tolerance_s=70)
    pts, arrival = pictures[0].pts, pictures[0].arrival
    camera_time = moment(arrival - offset_us)
    captured_at, state = clock.stamp(pts, moment(arrival), camera_time)
    assert captured_at == camera_time
    assert state.source is ClockSource.CAMERA
    assert round(state.offset_ms * 1000) == offset_us


@given(arrivals(), st.integers(61_000_000, 10**15), st.sampled_from([-1, 1]))
def test_a_camera_clock_far_from_ours_is_recorded_and_not_used(
    pictures: list[Picture], offset_us: int, sign: int
) -> None:
    clock = LiveClock(DRIFT_PPM, tolerance_s=60)
    pts, arrival = pictures[0].pts, pictures[0].arrival
    captured_at, state = clock.stamp(pts, moment(arrival), moment(arrival - sign * offset_us))
    assert captured_at == moment(arrival)
    assert state.source is ClockSource.ARRIVAL
    assert round(state.offset_ms * 1000) == sign * offset_us


@given(arrivals())
def test_a_camera_that_begins_to_tell_its_time_does_not_go_back(pictures: list[Picture]) -> None:
    clock = LiveClock(DRIFT_PPM, tolerance_s=60)
    instants = []
    for index, picture in enumerate(pictures):
        tells = moment(picture.soonest - 200_000) if index >= len(pictures) // 2 else None
        instants.append(clock.stamp(picture.pts, moment(picture.arrival), tells)[0])
    assert instants == sorted(instants)


@given(st.integers(-(10**15), 10**16))
def test_micros_and_moments_are_the_same_instant(value: int) -> None:
    assert micros(moment(value)) == value
    assert moment(value).utcoffset() == timedelta(0)
