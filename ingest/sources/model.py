"""What every kind of camera gives: encoded pictures with their times, not yet numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from ingest.errors import ConstatError


class CameraUnusable(ConstatError):
    """Nothing comes from this camera until a person acts; other cameras go on. The text says what to do."""


class DropReason(StrEnum):
    """Why an encoded picture was not passed on."""

    CORRUPT = "corrupt"
    NO_TIMESTAMP = "no-timestamp"
    TIMESTAMP_BACK = "timestamp-back"
    UNDECODABLE = "undecodable-keyframe"
    NO_KEYFRAME = "waiting-for-keyframe"
    TOO_LARGE = "too-large"
    BROKER_SLOW = "broker-slow"


OnDrop = Callable[[DropReason], None]


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What a decoder must know: a change of any part starts a new stream.

    Attributes:
        extradata: Parameter sets in the stream's own framing (AVCC or Annex B); empty for MJPEG.
    """

    codec: str
    width_px: int
    height_px: int
    time_base: Fraction
    extradata: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One encoded picture, byte for byte as it came.

    Attributes:
        pts, dts: In `format.time_base` units; (dts, pts) rises strictly within one source.
        camera_time: The camera's own clock for this picture, if it says.
    """

    pts: int
    dts: int
    is_keyframe: bool
    format: PictureFormat
    data: bytes = field(repr=False)
    camera_time: datetime | None = None

    def micros(self, since_pts: int = 0) -> int:
        """Presentation time in microseconds after `since_pts`, rounded."""
        return round((self.pts - since_pts) * self.format.time_base * 1_000_000)


class Source(Protocol):
    """One connection to a camera."""

    def units(self) -> Iterator[AccessUnit]:
        """Pictures as they come, starting with a keyframe; ends when the camera ends the stream.

        Raises:
            RetryLater: the connection failed, dropped or fell silent.
            CameraUnusable: address, credentials, file or codec are wrong.
        """
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
