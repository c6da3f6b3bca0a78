"""What the worker asks of a detector and of a tracker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from detect.model import Detection, Observation
from ingest.model import StreamId

Picture = NDArray[np.uint8]
"""A decoded picture: uint8, (height, width, 3), BGR."""

TrackerState = dict[str, Any]
"""A tracker's memory as JSON: objects, arrays, strings, finite numbers, booleans and null."""


class Detector(Protocol):
    """Finds road users on one picture; keeps no memory, so cameras can share one."""

    @property
    def fingerprint(self) -> str:
        """Names the weights and every setting that can change what is found; goes into the evidence."""
        ...

    def detect(self, picture: Picture) -> tuple[Detection, ...]:
        """Everything found, best score first; the picture is not modified.

        The same picture always gives the same detections on the same machine.

        Raises:
            Halt: the model cannot run at all; the text says what to do.
        """
        ...


class Tracker(Protocol):
    """Gives detections of one camera an identity; one tracker per camera.

    What comes out depends on nothing but the calls since `reset`, so a tracker restored from a
    snapshot continues bit for bit as the one that wrote it.
    """

    def reset(self, stream: StreamId) -> None:
        """Forget everything and number the tracks of `stream` from 1."""
        ...

    def update(
        self, detections: Sequence[Detection], width_px: int, height_px: int, at: datetime
    ) -> tuple[Observation, ...]:
        """The detections of the next picture that belong to a confirmed track, with that track.

        Pictures come in the order of their instants; `at` is when this one was captured. After a long
        gap tracks are not continued: what stands in the same place may be another vehicle.
        """
        ...

    def snapshot(self) -> TrackerState:
        """The whole memory as JSON; floats survive the round trip exactly."""
        ...

    def restore(self, state: TrackerState) -> None:
        """Continue from a snapshot.

        Raises:
            Reject: the snapshot was written by another kind or version of tracker.
        """
        ...
