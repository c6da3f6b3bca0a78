"""How long each camera gave its video, hour by hour, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verbalise.uptime import CameraHour


class MemoryUptime:
    """The hours measured, as given."""

    def __init__(self, hours: Iterable[CameraHour] = ()) -> None:
        self.kept = list(hours)

    def hours(self, since: datetime, until: datetime) -> list[CameraHour]:
        """Hours that begin within the span; see the port."""
        wanted = (hour for hour in self.kept if since <= hour.hour < until)
        return sorted(wanted, key=lambda hour: (hour.hour, hour.camera))
