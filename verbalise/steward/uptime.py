"""From what ingest says of a camera, second by second, to what is kept of it, hour by hour. Pure.

Each record speaks for the time since the one before it, in whole seconds of the clock, so that spans add up exactly.
Counters come as totals since the process began: what is added is their rise, or all of them after a new beginning.
A record that is not newer than the last one folded adds nothing, so reading it twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.health import CameraHealth, CameraState
from ingest.model import CameraId
from verbalise.uptime import CameraHour

MOST_GAP = timedelta(seconds=60)
"""After a longer silence of ingest nothing is known of the time since its last word."""
_HOUR = timedelta(hours=1)


def folded(
    last: CameraHealth | None, health: CameraHealth, kept: Callable[[datetime], CameraHour | None]
) -> list[CameraHour]:
    """The hours of a camera that a record changes, as they then are.

    Args:
        last: The record of this camera that was folded last; None before the first, which only sets the beginning.
        kept: The hour as it is so far; None where there is none.
    """
    if last is not None and health.at <= last.at:
        return []
    hours: dict[datetime, CameraHour] = {}
    for begins, ends in _spans(last, health):
        hour = _hour_of(begins)
        hours[hour] = _with_span(_begun(health.camera, hour, kept), health, _whole_s(begins, ends))
    hour = _hour_of(health.at)
    hours[hour] = _with_counts(hours.get(hour) or _begun(health.camera, hour, kept), last, health)
    return list(hours.values())


def _spans(last: CameraHealth | None, health: CameraHealth) -> Iterator[tuple[datetime, datetime]]:
    """The time that a record speaks for, cut at the hours."""
    if last is None or health.at - last.at > MOST_GAP:
        return
    begins = last.at
    while begins < health.at:
        ends = min(_hour_of(begins) + _HOUR, health.at)
        yield begins, ends
        begins = ends


def _with_span(hour: CameraHour, health: CameraHealth, seconds: int) -> CameraHour:
    gives_video = health.state is CameraState.RUNNING and health.fps > 0
    return replace(
        hour,
        known_s=hour.known_s + seconds,
        up_s=hour.up_s + (seconds if gives_video else 0),
        allowed_s=hour.allowed_s + (seconds if health.state is not CameraState.SHUT else 0),
    )


def _with_counts(hour: CameraHour, last: CameraHealth | None, health: CameraHealth) -> CameraHour:
    before = last
    if last is not None and last.counted_since != health.counted_since:
        before = replace(last, reconnects=0, dropped=0, bytes_read=0, most_connections=0)
    if before is None:
        return replace(hour, most_connections=max(hour.most_connections, health.connections))
    rose_to = health.most_connections if health.most_connections > before.most_connections else health.connections
    return replace(
        hour,
        reconnects=hour.reconnects + health.reconnects - before.reconnects,
        dropped=hour.dropped + health.dropped - before.dropped,
        most_connections=max(hour.most_connections, rose_to),
        bytes=hour.bytes + health.bytes_read - before.bytes_read,
    )


def _begun(camera: CameraId, hour: datetime, kept: Callable[[datetime], CameraHour | None]) -> CameraHour:
    return kept(hour) or CameraHour(camera, hour, 0, 0, 0, 0, 0, 0, 0)


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _whole_s(begins: datetime, ends: datetime) -> int:
    return int(ends.timestamp()) - int(begins.timestamp())
