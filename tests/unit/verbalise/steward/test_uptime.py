"""Seconds and counts add up exactly, however records are cut by hours, restarts, silence and repetition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.health import CameraHealth, CameraState
from ingest.model import CameraId
from storage.memory_uptime import MemoryUptime
from verbalise.steward.uptime import MOST_GAP, folded
from verbalise.uptime import CameraHour

TEN = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
B1 = CameraId("B1")


def health(at_s: float, state: CameraState = CameraState.RUNNING, **counts: int) -> CameraHealth:
    """What ingest says so many seconds after ten, by a process that began at nine."""
    return CameraHealth(
        camera=B1,
        at=TEN + timedelta(seconds=at_s),
        counted_since=TEN - timedelta(hours=1),
        state=state,
        last_packet_at=None,
        bytes_per_s=0.0,
        fps=25.0 if state is CameraState.RUNNING else 0.0,
        reconnects=counts.get("reconnects", 0),
        dropped=counts.get("dropped", 0),
        connections=counts.get("connections", 1),
        most_connections=counts.get("most", 1),
        connections_opened=1,
        bytes_read=counts.get("bytes_read", 0),
        last_error=None,
    )


def hours_of(*records: CameraHealth) -> list[CameraHour]:
    """The hours after these records."""
    register = MemoryUptime()
    for record in records:
        last = next(iter(register.newest()), None)
        hours = folded(last, record, lambda hour: register.hour(B1, hour))
        if hours:
            register.fold(record, hours)
    return register.hours(TEN - timedelta(days=1), TEN + timedelta(days=1))


def test_each_record_speaks_for_the_time_since_the_one_before() -> None:
    [hour] = hours_of(
        health(0), health(10), health(15, CameraState.WAITING), health(20, CameraState.SHUT), health(25.9)
    )
    assert (hour.hour, hour.known_s, hour.up_s, hour.allowed_s) == (TEN, 25, 15, 20)


def test_running_without_pictures_is_not_up() -> None:
    [hour] = hours_of(health(0), replace(health(10), fps=0.0))
    assert (hour.known_s, hour.up_s) == (10, 0)


def test_fractions_of_seconds_add_up() -> None:
    [hour] = hours_of(*(health(n * 1.1) for n in range(101)))
    assert hour.known_s == hour.up_s == 110


def test_time_is_cut_at_the_hour() -> None:
    before, after = hours_of(health(-20), health(10, reconnects=2))
    assert (before.hour, before.known_s, before.reconnects) == (TEN - timedelta(hours=1), 20, 0)
    assert (after.hour, after.known_s, after.reconnects) == (TEN, 10, 2)


def test_nothing_is_known_of_a_long_silence() -> None:
    gap = MOST_GAP.total_seconds()
    [hour] = hours_of(health(0), health(gap), health(2 * gap + 1), health(2 * gap + 11))
    assert hour.known_s == gap + 10


def test_counters_are_added_by_their_rise() -> None:
    [hour] = hours_of(
        health(0, reconnects=7, dropped=5, bytes_read=1_000),
        health(10, reconnects=8, dropped=5, bytes_read=3_000),
        health(20, reconnects=8, dropped=9, bytes_read=3_500),
    )
    assert (hour.reconnects, hour.dropped, hour.bytes) == (1, 4, 2_500)


def test_a_process_that_began_anew_counts_from_nothing() -> None:
    restarted = replace(health(10, reconnects=3, bytes_read=400, most=2), counted_since=TEN + timedelta(seconds=5))
    [hour] = hours_of(health(0, reconnects=7, bytes_read=9_000), restarted)
    assert (hour.reconnects, hour.bytes, hour.most_connections) == (3, 400, 2)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_reading_records_again_changes_nothing(cut: int) -> None:
    records = [health(n * 10, bytes_read=n * 100, reconnects=n) for n in range(4)]
    assert hours_of(*records[:cut], *records) == hours_of(*records)


def test_the_most_connections_are_of_the_hour_in_which_they_were() -> None:
    early, later = hours_of(health(-20), health(-10, most=3), health(10, most=3))
    assert (early.most_connections, later.most_connections) == (3, 1)
