"""How long each camera gave its video, hour by hour, and what that cost the camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.model import CameraId


@dataclass(frozen=True, slots=True)
class CameraHour:
    """What was measured of one camera in one hour of the clock. An hour that nobody measured has no record.

    Attributes:
        hour: When it begins, to the hour in UTC.
        known_s: Seconds for which ingest said how the camera did.
        up_s: Of these, with video.
        allowed_s: Of these, with the gate open: only they can count against the camera.
        reconnects: Attempts to reach the camera again.
        dropped: Pictures that were not passed on.
        most_connections: The most connections to the camera that were open at one time.
        bytes: Of encoded pictures.
    """

    camera: CameraId
    hour: datetime
    known_s: int
    up_s: int
    allowed_s: int
    reconnects: int
    dropped: int
    most_connections: int
    bytes: int


class UptimeRegister(Protocol):
    """The hours measured."""

    def hours(self, since: datetime, until: datetime) -> list[CameraHour]:
        """Hours that begin within the span, `until` exclusive, by hour and camera. Raises RetryLater."""
        ...
