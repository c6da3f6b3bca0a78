"""Association of detections over time: ultralytics' ByteTrack, made repeatable.

What is added to the library: track numbers that belong to one stream, a memory that can be written
as JSON and read back exactly, and separate association of vehicles, two-wheelers and people, so that
a track never passes from a person to the car beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ultralytics.trackers.byte_tracker import BYTETracker, STrack  # half typed, hence the `Any` below

from detect.model import Detection, Observation, RoadUser, TrackId
from detect.ports import TrackerState
from detect.settings import TrackerSettings
from ingest.errors import Reject
from ingest.model import StreamId

_VERSION = "bytetrack-1"
_GROUPS = (
    frozenset({RoadUser.CAR, RoadUser.TRUCK, RoadUser.BUS}),
    frozenset({RoadUser.MOTORCYCLE, RoadUser.BICYCLE}),
    frozenset({RoadUser.PERSON}),
)
_COUNTERS = ("track_id", "state", "frame_id", "start_frame", "tracklet_len")


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Detections as ByteTrack reads them: rows of `xywh` in pixels (centre, size), scores and kinds."""

    xywh: NDArray[np.float64]
    conf: NDArray[np.float64]
    cls: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.conf)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Boxes:
        return _Boxes(self.xywh[chosen], self.conf[chosen], self.cls[chosen])


class _Numbers(Iterator[int]):
    """Track numbers 1, 2, 3 …; the last one given can be read and set."""

    def __init__(self) -> None:
        self.last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


class _Group(BYTETracker):
    """ByteTrack over one group of kinds, numbering its tracks together with the other groups."""

    def __init__(self, settings: TrackerSettings, numbers: _Numbers) -> None:
        self._shared_numbers = numbers
        super().__init__(  # type: ignore[no-untyped-call]
            SimpleNamespace(
                track_high_thresh=settings.high_score,
                track_low_thresh=settings.low_score,
                new_track_thresh=settings.start_score,
                track_buffer=settings.keep_lost_frames,
                match_thresh=settings.match_cost,
                fuse_score=True,
            )
        )

    def reset_id(self) -> None:
        """Take numbers from the stream's own line instead of one per tracker."""
        self._ids = self._shared_numbers

    def forget_removed(self) -> None:
        """Keep removed tracks only while they are still listed as lost: nothing else looks at them."""
        listed = {track.track_id for track in (*self.tracked_stracks, *self.lost_stracks)}
        self.removed_stracks = [track for track in self.removed_stracks if track.track_id in listed]


class ByteTrackTracker:
    """The `Tracker` port on ByteTrack. A road user is observed from its second matched picture on."""

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self.reset(StreamId(""))

    def reset(self, stream: StreamId) -> None:
        """Forget everything and number the tracks of `stream` from 1."""
        self._stream = stream
        self._numbers = _Numbers()
        self._last_at: datetime | None = None
        self._start_groups()

    def update(
        self, detections: Sequence[Detection], width_px: int, height_px: int, at: datetime
    ) -> tuple[Observation, ...]:
        """The detections that belong to a confirmed track, each with its own box, ordered by track."""
        if self._last_at is not None and (at - self._last_at).total_seconds() > self._settings.forget_after_s:
            self._start_groups()
        self._last_at = at
        seen: list[tuple[int, Detection]] = []
        for kinds, group in zip(_GROUPS, self._groups, strict=True):
            members = [found for found in detections if found.kind in kinds]
            group.update(_boxes(members, width_px, height_px))
            group.forget_removed()
            seen += [(track.track_id, members[int(track.idx)]) for track in group.tracked_stracks if track.is_activated]
        return tuple(self._observation(number, found) for number, found in sorted(seen, key=lambda pair: pair[0]))

    def snapshot(self) -> TrackerState:
        """Every field that later updates read."""
        return {
            "version": _VERSION,
            "stream": self._stream,
            "last_number": self._numbers.last,
            "last_at": None if self._last_at is None else self._last_at.isoformat(),
            "groups": [_group_state(group) for group in self._groups],
        }

    def restore(self, state: TrackerState) -> None:
        """Continue from a snapshot.

        Raises:
            Reject: the snapshot is not of this tracker and version.
        """
        if state.get("version") != _VERSION:
            raise Reject(f"tracker state: version {state.get('version')!r}, this worker reads {_VERSION!r}")
        self.reset(StreamId(state["stream"]))
        self._numbers.last = state["last_number"]
        self._last_at = None if state["last_at"] is None else datetime.fromisoformat(state["last_at"])
        for group, stored in zip(self._groups, state["groups"], strict=True):
            _restore_group(group, stored)

    def _start_groups(self) -> None:
        self._groups = [_Group(self._settings, self._numbers) for _ in _GROUPS]

    def _observation(self, number: int, found: Detection) -> Observation:
        return Observation(TrackId(f"{self._stream}:{number}"), found.kind, found.score, found.box)


def _boxes(detections: Sequence[Detection], width_px: int, height_px: int) -> _Boxes:
    """In pixels, because the motion model takes noise from the height and needs true proportions."""
    rows = [
        (
            (found.box.left + found.box.right) / 2 * width_px,
            (found.box.top + found.box.bottom) / 2 * height_px,
            (found.box.right - found.box.left) * width_px,
            (found.box.bottom - found.box.top) * height_px,
        )
        for found in detections
    ]
    scores = [found.score for found in detections]
    return _Boxes(
        np.array(rows, dtype=np.float64).reshape(-1, 4), np.array(scores, dtype=np.float64), np.zeros(len(rows))
    )


def _group_state(group: _Group) -> dict[str, Any]:
    return {
        "frame": group.frame_id,
        "tracked": [_track_state(track) for track in group.tracked_stracks],
        "lost": [_track_state(track) for track in group.lost_stracks],
        "removed": [track.track_id for track in group.removed_stracks],
    }


def _restore_group(group: _Group, stored: dict[str, Any]) -> None:
    group.frame_id = stored["frame"]
    group.tracked_stracks = [_restored_track(group, fields) for fields in stored["tracked"]]
    group.lost_stracks = [_restored_track(group, fields) for fields in stored["lost"]]
    lost = {track.track_id: track for track in (*group.tracked_stracks, *group.lost_stracks)}
    group.removed_stracks = [lost[number] for number in stored["removed"]]


def _track_state(track: Any) -> dict[str, Any]:
    counters = {name: int(getattr(track, name)) for name in _COUNTERS}
    return counters | {
        "confirmed": bool(track.is_activated),
        "score": float(track.score),
        "mean": track.mean.tolist(),
        "covariance": track.covariance.tolist(),
    }


def _restored_track(group: _Group, fields: dict[str, Any]) -> Any:
    """A track as `activate` leaves it; the box given at birth is never read again once a mean exists."""
    track: Any = STrack(np.array([0.0, 0.0, 1.0, 1.0, 0.0]), fields["score"], 0.0)
    for name in _COUNTERS:
        setattr(track, name, fields[name])
    track.is_activated = fields["confirmed"]
    track.mean = np.array(fields["mean"], dtype=np.float64)
    track.covariance = np.array(fields["covariance"], dtype=np.float64)
    track.kalman_filter = group.kalman_filter
    return track
