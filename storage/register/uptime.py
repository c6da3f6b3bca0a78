"""How long each camera gave its video, hour by hour, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from ingest.health import CameraHealth
from ingest.model import CameraId
from ingest.wire import CAMERA_HEALTH
from storage.register.database import Database
from storage.register.schema import CAMERA_HEALTHS, CAMERA_HOURS
from verbalise.uptime import CameraHour


class SqlUptime:
    """The hours measured."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hour(self, camera: CameraId, hour: datetime) -> CameraHour | None:
        """What was measured in one hour; see the port."""
        column = CAMERA_HOURS.c
        wanted = select(CAMERA_HOURS).where(column.camera == camera, column.hour == hour)
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else _hour(row)

    def newest(self) -> list[CameraHealth]:
        """The newest record of each camera, by camera."""
        with self._database.read() as connection:
            records = connection.execute(select(CAMERA_HEALTHS.c.record)).scalars()
            found = [CAMERA_HEALTH.decode(record.encode()) for record in records]
        return sorted(found, key=lambda health: health.camera)

    def fold(self, health: CameraHealth, hours: Sequence[CameraHour]) -> None:
        """Keep hours and the record; see the port."""
        newest = {"camera": health.camera, "record": CAMERA_HEALTH.encode(health).decode()}
        with self._database.write() as connection:
            for hour in hours:
                self._database.insert_or_replace(connection, CAMERA_HOURS, asdict(hour))
            self._database.insert_or_replace(connection, CAMERA_HEALTHS, newest)

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
