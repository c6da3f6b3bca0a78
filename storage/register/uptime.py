"""How long each camera gave its video, hour by hour, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from ingest.model import CameraId
from storage.register.database import Database
from storage.register.schema import CAMERA_HOURS
from verbalise.uptime import CameraHour


class SqlUptime:
    """The hours measured."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hours(self, since: datetime, until: datetime) -> list[CameraHour]:
        """Hours that begin within the span; see the port."""
        column = CAMERA_HOURS.c
        wanted = select(CAMERA_HOURS).where(column.hour >= since, column.hour < until)
        with self._database.read() as connection:
            rows = connection.execute(wanted).mappings()
            # Sorted here, as databases differ in how they order text.
            return sorted((_hour(row) for row in rows), key=lambda hour: (hour.hour, hour.camera))


def _hour(row: RowMapping) -> CameraHour:
    fields: dict[str, Any] = dict(row)
    return CameraHour(**(fields | {"camera": CameraId(fields["camera"])}))
