"""Finds the claimed vehicle again in the clip of a claim that no analysis made, where that help is permitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from detect.analysis import CameraAnalysis
from detect.model import ObservedFrame
from detect.ports import Detector, Tracker
from ingest.model import CameraId
from verbalise.casework.footage import Located
from verbalise.casework.tail import decoded_at

_AROUND = timedelta(seconds=4)
"""Enough of a vehicle's way to see it cross a line at walking pace; more would look at who is not concerned."""


class ClipFinder:
    """The `VehicleFinder` port on a detector and a tracker: it looks at a clip as a detection worker at a camera."""

    def __init__(self, detector: Detector, new_tracker: Callable[[], Tracker]) -> None:
        self._detector = detector
        self._new_tracker = new_tracker

    def follow(self, packets: Sequence[Located], partition: int) -> tuple[ObservedFrame, ...]:
        """See the port."""
        if not packets:
            return ()
        first = packets[0].packet
        analysis = CameraAnalysis(CameraId(first.camera), self._detector, self._new_tracker(), decode_threads=1)
        analysis.start_stream(first.stream)
        frames = [frame for one in packets for frame in analysis.take(one.packet, partition, one.offset)]
        return (*frames, *analysis.drain())


def around(packets: Sequence[Located], facts: datetime) -> Sequence[Located]:
    """The packets from the last keyframe at least four seconds before the facts to four seconds after them."""
    starts = [
        n for n, one in enumerate(packets) if one.packet.is_keyframe and one.packet.captured_at <= facts - _AROUND
    ]
    kept = packets[starts[-1] if starts else 0 :]
    return [one for one in kept if decoded_at(one.packet) <= facts + _AROUND]
