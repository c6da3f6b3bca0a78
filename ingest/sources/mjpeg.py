"""Cameras that send JPEG pictures over HTTP (multipart): every picture is a keyframe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from ingest.sources.model import AccessUnit, OnDrop
from ingest.sources.network import NetworkSource

_TIME_BASE = Fraction(1, 1_000_000)


class MjpegSource:
    """A connection to an MJPEG camera.

    Multipart MJPEG carries no time stamps: pts counts the microseconds from connecting to arrival.

    Args:
        address: `http://` or `https://`, with credentials if needed.
        timeouts_s: For opening, and for silence while reading.
        monotonic_ns: A clock that never goes back.
    """

    def __init__(
        self,
        address: str,
        timeouts_s: tuple[float, float],
        on_drop: OnDrop,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._monotonic_ns = monotonic_ns
        # A small probe: FFmpeg would otherwise swallow seconds of pictures before the first comes out.
        options = {"probesize": "32", "analyzeduration": "0"}
        self._connection = NetworkSource(address, options, timeouts_s, on_drop, "mpjpeg")

    def units(self) -> Iterator[AccessUnit]:
        """See `Source.units`."""
        began_ns, latest = self._monotonic_ns(), -1
        for unit in self._connection.units():
            latest = max(latest + 1, (self._monotonic_ns() - began_ns) // 1000)
            yield replace(unit, pts=latest, dts=latest, format=replace(unit.format, time_base=_TIME_BASE))

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
