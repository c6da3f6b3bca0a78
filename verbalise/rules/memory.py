"""What a camera remembers between frames: one record per track, one of passages, and one way out for each.

Everything here is frozen and can be written as JSON, so that a restarted worker goes on where another stopped.
Coordinates are relative to the picture; times are those of the picture (`captured_at`), never of arrival.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detect.model import MOTOR_VEHICLES, Box, Observation, ObservedBreak, ObservedFrame, Point, RoadUser, TrackId
from ingest.model import PacketRef, StreamId
from verbalise.model import Outcome, PermitId, TrackPoint, ZoneId

STALE = timedelta(seconds=10)
"""A track unseen for so long is over: trackers find a hidden vehicle again within a few seconds or never."""
PASSAGE_KEEP = timedelta(minutes=6)
"""A passage counts within its opening, at most five minutes long, and for the half minute of badges around it."""
IDLE_POINTS = 150
"""Path kept of a track that has entered nothing: 15 s at ten frames a second, the whole approach to a gate."""
ENTERED_POINTS = 600
"""Path kept of a track that has entered a zone: a minute at ten frames a second."""
MOST_TRACKS = 256
"""More at once is a broken detector, not a street; the ones seen longest ago go first."""
STILL_RATIO = 0.004
"""A box that moves less than this on every side stands still: its path needs only the first and last point."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """The first observation beyond a gate's line, while it is not yet sure that the vehicle stays there."""

    video: PacketRef
    box: Box


@dataclass(frozen=True, slots=True)
class Side:
    """Where one track stands towards one threshold (a gate, or the border of a zone without one).

    Attributes:
        threshold: Id of the gate, or of the zone.
        inside: The side that is sure; None while neither is.
        outer_seen, inner_seen: Clear observations in a row on each side.
        last_outer: Ground point of the latest clear observation on the outer side.
        beyond: Start of the present stay beyond the line; None while on the outer side.
        entered: How many times the track has entered here, seen or unseen.
    """

    threshold: str
    inside: bool | None = None
    outer_seen: int = 0
    inner_seen: int = 0
    last_outer: Point | None = None
    beyond: Beyond | None = None
    entered: int = 0


@dataclass(frozen=True, slots=True)
class TrackMemory:
    """One road user on one stream.

    Attributes:
        kinds: How often it was seen as each kind, in the order of first sight.
        path: Latest observations as a motor vehicle, in order, bounded and thinned while it stands still.
        sides: Where it stands towards each threshold.
    """

    id: TrackId
    stream: StreamId
    last_at: datetime
    kinds: tuple[tuple[RoadUser, int], ...] = ()
    path: tuple[TrackPoint, ...] = ()
    sides: tuple[Side, ...] = ()

    @property
    def kind(self) -> RoadUser:
        """What it was seen as most often; the earliest of equals."""
        return max(self.kinds, key=lambda seen: seen[1])[0]

    @property
    def has_entered(self) -> bool:
        """Whether it has come into any zone."""
        return any(side.entered for side in self.sides)

    @property
    def seen(self) -> int:
        """In how many frames it was seen."""
        return sum(count for _, count in self.kinds)

    def side(self, threshold: str) -> Side:
        """Where it stands towards a threshold; a blank record if it was not followed yet."""
        return next((side for side in self.sides if side.threshold == threshold), Side(threshold))

    def with_side(self, side: Side) -> TrackMemory:
        """The same with one side replaced."""
        others = tuple(other for other in self.sides if other.threshold != side.threshold)
        return replace(self, sides=(*others, side))


@dataclass(frozen=True, slots=True)
class Entry:
    """One road user coming into a zone, and what was made of it.

    Attributes:
        threshold: The gate, or the zone where it has none.
        at: Instant of the first frame beyond the line.
        seen_coming: False where the track was first seen already inside.
        nth: Counts the track's entries over this threshold from 1.
        outcome, code: The verdict; None and empty until judged.
        credential: Id of the device event that covers it, None where none does.
        covered_by: The permit or call behind that event.
    """

    track: TrackId
    threshold: str
    zone: ZoneId
    at: datetime
    event: PacketRef
    box: Box
    detector: str
    seen_coming: bool
    nth: int
    kind: RoadUser
    outcome: Outcome | None = None
    code: str = ""
    credential: str | None = None
    covered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """A permit for one passage, and the device event by which it covered that passage."""

    permit: PermitId
    credential: str


MOST_SPENT = 256
"""Kept per camera, newest last: days of calls at a busy bollard, and a permit for one passage lasts no longer."""


def with_spent(spent: tuple[Spent, ...], one: Spent) -> tuple[Spent, ...]:
    """One more, once, without the oldest beyond the bound."""
    return spent if one in spent else (*spent, one)[-MOST_SPENT:]


@dataclass(frozen=True, slots=True)
class CameraMemory:
    """All that a camera remembers.

    Attributes:
        video: The packet of the last record taken in; None before the first.
        stream: The stream of that record.
        broken: Whether that record was the stream's break.
        entries: Entries not judged yet, and judged ones that may still matter, by instant.
        spent: Permits for one passage that have covered theirs.
    """

    video: PacketRef | None = None
    stream: StreamId | None = None
    broken: bool = False
    tracks: tuple[TrackMemory, ...] = ()
    entries: tuple[Entry, ...] = ()
    spent: tuple[Spent, ...] = ()

    def track(self, track_id: TrackId) -> TrackMemory | None:
        """The track of that id, None if it is not remembered."""
        return next((track for track in self.tracks if track.id == track_id), None)

    def waiting(self) -> tuple[Entry, ...]:
        """Entries that are not judged yet, by instant."""
        return tuple(entry for entry in self.entries if entry.outcome is None)

    @property
    def is_idle(self) -> bool:
        """Whether it remembers nothing of what happens now: no track, no entry."""
        return not self.tracks and not self.entries


def has_seen(memory: CameraMemory, record: ObservedFrame | ObservedBreak) -> bool:
    """Whether a record was taken in before, as after a restart that reads some records again.

    Within a stream frames come in the order of their pts, which is not always that of their packets. Between
    streams the place in the log decides, unless a lower offset holds a later picture: then the `video` topic
    was made anew.
    """
    last = memory.video
    if last is None:
        return False
    if record.stream != memory.stream:
        return record.video.offset <= last.offset and record.video.captured_at <= last.captured_at
    if memory.broken:
        return record.video.offset <= last.offset
    return isinstance(record, ObservedFrame) and record.video.pts <= last.pts


def observe(memory: CameraMemory, frame: ObservedFrame) -> CameraMemory:
    """The memory with a frame's observations added to their tracks."""
    tracks = {track.id: track for track in memory.tracks}
    for seen in frame.observations:
        before = tracks.get(seen.track, TrackMemory(seen.track, frame.stream, frame.video.captured_at))
        tracks[seen.track] = _with_observation(before, seen, frame.video)
    return replace(memory, video=frame.video, stream=frame.stream, broken=False, tracks=tuple(tracks.values()))


def _with_observation(track: TrackMemory, seen: Observation, video: PacketRef) -> TrackMemory:
    counts = dict(track.kinds)
    counts[seen.kind] = counts.get(seen.kind, 0) + 1
    counted = replace(track, kinds=tuple(counts.items()), last_at=video.captured_at)
    # Walkers and cyclists fill a pedestrian street: their paths are nobody's business and would fill the memory.
    if seen.kind not in MOTOR_VEHICLES and counted.kind not in MOTOR_VEHICLES:
        return replace(counted, path=())
    limit = ENTERED_POINTS if track.has_entered else IDLE_POINTS
    return replace(counted, path=extended(track.path, TrackPoint(video, seen.box, seen.score))[-limit:])


def extended(path: tuple[TrackPoint, ...], point: TrackPoint) -> tuple[TrackPoint, ...]:
    """The path with a point added; while the vehicle stands still the newest point replaces the one before."""
    if len(path) >= 2 and _stands(path[-2].box, path[-1].box) and _stands(path[-2].box, point.box):
        return (*path[:-1], point)
    return (*path, point)


def _stands(one: Box, other: Box) -> bool:
    moves = (one.left - other.left, one.top - other.top, one.right - other.right, one.bottom - other.bottom)
    return all(abs(move) < STILL_RATIO for move in moves)


def with_track(memory: CameraMemory, track: TrackMemory) -> CameraMemory:
    """The memory with one track replaced, in its place."""
    return replace(memory, tracks=tuple(track if other.id == track.id else other for other in memory.tracks))


def with_entry(memory: CameraMemory, entry: Entry) -> CameraMemory:
    """The memory with an entry added, or replaced where the same one is known."""
    others = tuple(other for other in memory.entries if not is_same_entry(other, entry))
    return replace(memory, entries=tuple(sorted((*others, entry), key=lambda each: (each.at, each.track))))


def is_same_entry(one: Entry, other: Entry) -> bool:
    """Whether two records tell of the same entry."""
    return (one.track, one.threshold, one.at) == (other.track, other.threshold, other.at)


def close(memory: CameraMemory, end: ObservedBreak) -> CameraMemory:
    """The memory at the end of a stream: its tracks are over, its entries stay."""
    return replace(memory, video=end.video, stream=end.stream, broken=True, tracks=())


def forget(memory: CameraMemory, now: datetime) -> CameraMemory:
    """The memory without what no longer matters: the one way out for tracks and entries while a stream goes on.

    Args:
        now: Instant of the last picture.
    """
    live = [track for track in memory.tracks if track.stream == memory.stream and now - track.last_at <= STALE]
    live.sort(key=lambda track: track.last_at)
    # An entry after `now` is left from a clock that has since gone back: it can neither cover nor count.
    entries = tuple(entry for entry in memory.entries if entry.outcome is None or now - PASSAGE_KEEP <= entry.at <= now)
    return replace(memory, tracks=tuple(live[-MOST_TRACKS:]), entries=entries)
