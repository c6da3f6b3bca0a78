"""What the camera saw: detections without identity, observations with one, plate readings.

Coordinates are relative to the picture: origin top left, x right, y down, each from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from ingest.model import BreakReason, CameraId, PacketRef, StreamId

TrackId = NewType("TrackId", str)
"""Names one road user on one stream: `<stream>:<number>`; never reused."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the picture, relative coordinates."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box, relative coordinates, `left < right` and `top < bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (self.left < self.right and self.top < self.bottom):
            raise ValueError(f"box without area: {self.left}, {self.top}, {self.right}, {self.bottom}")

    @property
    def ground_point(self) -> Point:
        """Where the road user touches the ground: the middle of the lower edge."""
        return Point((self.left + self.right) / 2, self.bottom)


class RoadUser(StrEnum):
    """The kinds of road user that rules know."""

    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    PERSON = "person"


MOTOR_VEHICLES = frozenset({RoadUser.CAR, RoadUser.TRUCK, RoadUser.BUS, RoadUser.MOTORCYCLE})


@dataclass(frozen=True, slots=True)
class Detection:
    """One box on one frame, no identity. `score` is the model's raw output, 0 to 1."""

    kind: RoadUser
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection given a track. Rules accept only these."""

    track: TrackId
    kind: RoadUser
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class ObservedFrame:
    """Everything seen on one analysed frame, with the packet it was seen on.

    Attributes:
        detector: Fingerprint of the model and its settings, for the evidence.
    """

    camera: CameraId
    stream: StreamId
    video: PacketRef
    width_px: int
    height_px: int
    observations: tuple[Observation, ...]
    detector: str


@dataclass(frozen=True, slots=True)
class ObservedBreak:
    """A stream ended: its tracks are over. `video` refers to the break record itself."""

    camera: CameraId
    stream: StreamId
    video: PacketRef
    reason: BreakReason


class PlateStatus(StrEnum):
    """What became of the plate of a claimed vehicle."""

    READ = "read"
    UNREADABLE = "unreadable"
    NOT_ATTEMPTED = "not-attempted"


@dataclass(frozen=True, slots=True)
class PlateRead:
    """One reading of one crop.

    Attributes:
        seq: The packet whose picture was read.
        box: The plate in that picture, relative to the whole picture.
        text: What was read, upper case, separators as read; empty if nothing was.
        score: The reader's raw score, 0 to 1.
        width_px: Width of the plate in the picture.
    """

    seq: int
    box: Box
    text: str
    score: float
    width_px: int


@dataclass(frozen=True, slots=True)
class PlateReading:
    """Many reads, one answer; `unreadable` is an answer.

    Attributes:
        text: The plate in its printed form (`XB-123-CD`), None unless `status` is read.
        reason: Why there is no text; empty when there is one.
        reads: Every single reading that was weighed, in the order of the frames.
        reader: Fingerprint of finder and reader.
    """

    status: PlateStatus
    text: str | None
    reason: str
    reads: tuple[PlateRead, ...]
    reader: str
