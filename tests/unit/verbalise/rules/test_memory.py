"""What a camera remembers, and what it lets go."""

from __future__ import annotations

from dataclasses import replace

from detect.model import Box, ObservedFrame, RoadUser
from ingest.model import StreamId
from tests.builders import T0, drives, ends, enters, frame, frames, instant, ref
from verbalise.model import TrackPoint
from verbalise.rules.memory import (
    ENTERED_POINTS,
    IDLE_POINTS,
    MOST_TRACKS,
    STALE,
    CameraMemory,
    Side,
    TrackMemory,
    close,
    extended,
    forget,
    has_seen,
    observe,
)


def watch(*drives_: object, until: float) -> CameraMemory:
    memory = CameraMemory()
    for record in frames(*drives_, until=until):  # type: ignore[arg-type]
        assert isinstance(record, ObservedFrame)
        memory = forget(observe(memory, record), record.video.captured_at)
    return memory


def test_a_track_unseen_for_long_goes() -> None:
    gone = STALE.total_seconds()
    drive = enters("1", 2.0, seen_for=1.0)
    assert len(watch(drive, until=3.0 + gone).tracks) == 1
    assert watch(drive, until=3.2 + gone).tracks == ()


def test_the_end_of_the_stream_ends_every_track() -> None:
    memory = watch(enters("1", 2.0), enters("2", 2.0), until=3.0)
    assert len(memory.tracks) == 2
    closed = close(memory, ends(3.1))
    assert closed.tracks == ()
    assert closed.broken


def test_tracks_of_another_stream_go() -> None:
    memory = watch(enters("1", 2.0), until=3.0)
    assert forget(replace(memory, stream=StreamId("B1~s2")), instant(3.0)).tracks == ()


def test_the_crowd_is_bounded_and_the_oldest_go_first() -> None:
    tracks = tuple(
        TrackMemory(f"t{number}", StreamId("s"), instant(number / 1000))  # type: ignore[arg-type]
        for number in range(MOST_TRACKS + 5)
    )
    kept = forget(CameraMemory(stream=StreamId("s"), tracks=tracks), instant(1.0)).tracks
    assert [track.id for track in kept] == [track.id for track in tracks[5:]]


def test_walkers_leave_no_path() -> None:
    (track,) = watch(enters("1", 2.0, RoadUser.PERSON), until=3.0).tracks
    assert track.path == ()
    assert track.seen > 10


def test_a_path_is_bounded_before_and_after_an_entry() -> None:
    slow = drives("1", (-2.0, 0.0), (80.0, 1.0))
    (track,) = watch(slow, until=80.0).tracks
    assert len(track.path) <= IDLE_POINTS
    assert track.path[-1].video.captured_at == instant(80.0)
    entered = replace(track, sides=(Side("gate-1", entered=1),))
    memory = CameraMemory(stream=track.stream, tracks=(entered,))
    for index in range(801, 1600):
        memory = observe(
            memory, frame(index / 10, [drives("1", *((t / 10, t % 2 * 0.1 + 0.5) for t in range(801, 1600)))])
        )
    assert len(memory.tracks[0].path) == ENTERED_POINTS


def test_standing_still_costs_two_points() -> None:
    path: tuple[TrackPoint, ...] = ()
    for number in range(50):
        path = extended(path, TrackPoint(ref(number / 10), Box(0.1, 0.1, 0.2, 0.2 + number % 3 / 1000), 0.9))
    assert [point.video.seq for point in path] == [ref(0).seq, ref(4.9).seq]


def test_within_a_stream_frames_come_by_pts_whatever_the_order_of_their_packets() -> None:
    memory = observe(CameraMemory(), frame(1.0))
    reordered = replace(frame(1.1), video=replace(ref(1.1), offset=ref(1.0).offset - 1))
    assert not has_seen(memory, reordered)
    assert has_seen(observe(memory, reordered), reordered)
    assert has_seen(memory, frame(0.9))


def test_a_break_is_seen_once() -> None:
    memory = observe(CameraMemory(), frame(1.0))
    assert not has_seen(memory, ends(1.1))
    assert has_seen(close(memory, ends(1.1)), ends(1.1))
    assert has_seen(close(memory, ends(1.1)), frame(1.0))
    assert not has_seen(close(memory, ends(1.1)), frame(1.2))


def test_entries_stay_while_they_may_count() -> None:
    from tests.playing import play

    played = play(frames(enters("1", 2.0)))
    assert len(played.memory.entries) == 1
    assert forget(played.memory, instant(300.0)).entries != ()
    assert forget(played.memory, instant(400.0)).entries == ()
    assert forget(played.memory, T0).entries == ()
