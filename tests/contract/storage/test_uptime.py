"""What every register of measured hours does alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from ingest.model import CameraId
from storage.memory_uptime import MemoryUptime
from storage.register.database import Database
from storage.register.opening import database_url, open_register
from storage.register.schema import CAMERA_HOURS
from storage.register.uptime import SqlUptime
from storage.settings import RegisterSettings
from tests.contract.storage.builders import NOON
from verbalise.uptime import CameraHour, UptimeRegister

HOUR = timedelta(hours=1)
TEN = NOON.replace(minute=0, second=0, microsecond=0)
MEASURED = CameraHour(CameraId("B1"), TEN, 3600, 3590, 3600, 2, 5, 1, 3_000_000_000)
Kept = Callable[[Sequence[CameraHour]], UptimeRegister]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Makes a register of every kind that holds the hours it is given."""
    if request.param == "memory":
        yield MemoryUptime
        return
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'register.db'}" if is_sqlite else request.getfixturevalue("postgres_url")
    open_register(RegisterSettings(url=url)).close()
    database = Database(database_url(RegisterSettings(url=url)))

    def written(hours: Sequence[CameraHour]) -> UptimeRegister:
        with database.write() as connection:
            connection.execute(insert(CAMERA_HOURS), [asdict(hour) for hour in hours])
        return SqlUptime(database)

    yield written
    database.close()


def test_an_hour_comes_back_whole(kept: Kept) -> None:
    assert kept([MEASURED]).hours(TEN, TEN + HOUR) == [MEASURED]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(TEN, TEN + 2 * HOUR, 2), (TEN + HOUR, TEN + 2 * HOUR, 1), (TEN, TEN, 0), (TEN + 2 * HOUR, TEN + 9 * HOUR, 0)],
)
def test_the_end_of_the_span_is_left_out(kept: Kept, since: datetime, until: datetime, found: int) -> None:
    register = kept([replace(MEASURED, hour=TEN + HOUR), MEASURED])
    assert len(register.hours(since, until)) == found


def test_hours_come_in_order_of_time_then_camera(kept: Kept) -> None:
    other = replace(MEASURED, camera=CameraId("T1"))
    later = replace(MEASURED, camera=CameraId("A1"), hour=TEN + HOUR)
    assert kept([later, other, MEASURED]).hours(TEN, TEN + 9 * HOUR) == [MEASURED, other, later]
