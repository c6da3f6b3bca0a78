"""How long each camera gave its video, hour by hour, and what that cost the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.health import CameraHealth
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
    """The hours measured, and the newest word on each camera."""

    def hour(self, camera: CameraId, hour: datetime) -> CameraHour | None:
        """What was measured in the hour that begins then, None if nothing was. Raises RetryLater."""
        ...

    def newest(self) -> list[CameraHealth]:
        """The record of each camera that was folded last, by camera. Raises RetryLater."""
        ...

    def fold(self, health: CameraHealth, hours: Sequence[CameraHour]) -> None:
        """Keep hours as they are after a record, and the record as the camera's newest: all of it or nothing.

        Raises:
            RetryLater: the register is away.
        """
        ...

    def hours(self, since: datetime, until: datetime) -> list[CameraHour]:
        """Hours that begin within the span, `until` exclusive, by hour and camera. Raises RetryLater."""
        ...
