"""How long each camera gave its video, hour by hour, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ingest.health import CameraHealth
from ingest.model import CameraId
from verbalise.uptime import CameraHour


class MemoryUptime:
    """The hours measured, as given."""

    def __init__(self, hours: Iterable[CameraHour] = ()) -> None:
        self.kept = list(hours)
        self._newest: dict[CameraId, CameraHealth] = {}

    def hour(self, camera: CameraId, hour: datetime) -> CameraHour | None:
        """What was measured in one hour; see the port."""
        return next((each for each in self.kept if (each.camera, each.hour) == (camera, hour)), None)

    def newest(self) -> list[CameraHealth]:
        """The newest record of each camera, by camera."""
        return [self._newest[camera] for camera in sorted(self._newest)]

    def fold(self, health: CameraHealth, hours: Sequence[CameraHour]) -> None:
        """Keep hours and the record; see the port."""
        changed = {(hour.camera, hour.hour) for hour in hours}
        self.kept = [hour for hour in self.kept if (hour.camera, hour.hour) not in changed] + list(hours)
        self._newest[health.camera] = health

    def hours(self, since: datetime, until: datetime) -> list[CameraHour]:
        """Hours that begin within the span; see the port."""
        wanted = (hour for hour in self.kept if since <= hour.hour < until)
        return sorted(wanted, key=lambda hour: (hour.hour, hour.camera))
