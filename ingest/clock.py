"""When a live picture was taken: the camera's own clock where it can be trusted, else smoothed arrival.

Pure: instants come in and go out, in whole microseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.model import ClockSource, ClockState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLION = 1_000_000


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(micros_since_1970: int) -> datetime:
    """The instant, in UTC."""
    return _EPOCH + timedelta(microseconds=micros_since_1970)


class LeastDelay:
    """The smallest difference seen between two clocks, allowed to grow slowly.

    Network and queues only ever add delay, so the smallest difference is nearest the truth. The
    allowance lets it follow a clock that runs slow.
    """

    def __init__(self, drift_ppm: float) -> None:
        self._drift_ppm = drift_ppm
        self._least_us: float | None = None
        self._latest_us: int | None = None

    def seen(self, sent_us: int, received_us: int) -> int:
        """Take in one pair of readings; returns the least delay now."""
        delay_us = received_us - sent_us
        if self._least_us is None or self._latest_us is None:
            self._least_us, self._latest_us = delay_us, sent_us
        else:
            progress_us = max(0, sent_us - self._latest_us)
            self._latest_us += progress_us
            self._least_us = min(delay_us, self._least_us + progress_us * self._drift_ppm / _MILLION)
        return int(self._least_us // 1)


@dataclass(slots=True)
class PtsOrder:
    """Keeps instants in the order of pts, also where B-frames arrive after the picture that they precede."""

    _before: tuple[int, int] | None = None
    _latest: tuple[int, int] | None = None

    def placed(self, pts_us: int, instant_us: int) -> int:
        """The instant, moved as little as keeps the order."""
        if self._latest is None or pts_us > self._latest[0]:
            floor_us = instant_us if self._latest is None else self._latest[1]
            self._before, self._latest = self._latest, (pts_us, max(instant_us, floor_us))
            return self._latest[1]
        if self._before is None or pts_us < self._before[0]:
            return min(instant_us, (self._before or self._latest)[1])
        (pts0, at0), (pts1, at1) = self._before, self._latest
        return at0 + (pts_us - pts0) * (at1 - at0) // (pts1 - pts0)


class ArrivalClock:
    """Capture instants from arrival: pts gives the spacing, the least delay seen gives the place.

    Never later than arrival and never back against pts, as long as the host's clock does not go back.
    The error is at most the least jitter seen so far plus what the drift allowance adds.
    """

    def __init__(self, drift_ppm: float) -> None:
        self._delay = LeastDelay(drift_ppm)
        self._order = PtsOrder()

    def captured_us(self, pts_us: int, arrival_us: int) -> int:
        """When the picture with this pts was taken."""
        return self._order.placed(pts_us, pts_us + self._delay.seen(pts_us, arrival_us))


class LiveClock:
    """The instants of one stream of a live camera.

    The camera's clock is used while it is within the tolerance of the host's; a camera that believes it
    is 1970 is stamped by arrival, and its offset is recorded all the same.

    Args:
        drift_ppm: How fast smoothed delays may grow.
        tolerance_s: Largest offset at which the camera's clock is believed.
    """

    def __init__(self, drift_ppm: float, tolerance_s: float) -> None:
        self._tolerance_us = round(tolerance_s * _MILLION)
        self._arrival = ArrivalClock(drift_ppm)
        self._offset = LeastDelay(drift_ppm)
        self._order = PtsOrder()

    def stamp(self, pts_us: int, arrival: datetime, camera_time: datetime | None) -> tuple[datetime, ClockState]:
        """The capture instant and how far it can be trusted.

        Args:
            pts_us: Presentation time in microseconds, from any origin.
            arrival: The host's clock as the packet came in.
            camera_time: What the camera's own clock said, if it says.
        """
        arrival_us = micros(arrival)
        by_arrival_us = self._arrival.captured_us(pts_us, arrival_us)
        if camera_time is None:
            return moment(self._order.placed(pts_us, by_arrival_us)), ClockState(ClockSource.ARRIVAL)
        offset_us = self._offset.seen(micros(camera_time), arrival_us)
        is_trusted = abs(offset_us) <= self._tolerance_us
        instant_us = self._order.placed(pts_us, micros(camera_time) if is_trusted else by_arrival_us)
        source = ClockSource.CAMERA if is_trusted else ClockSource.ARRIVAL
        return moment(instant_us), ClockState(source, offset_us / 1000)
