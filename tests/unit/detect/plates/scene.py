"""Plate reads, pictures and a scripted finder and reader, each made in one line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detect.model import Box, PlateRead
from detect.plates.model import FoundPlate, Picture, RawRead, VehicleCrop

SIZE_PX = (800, 400)
VEHICLE = Box(0.25, 0.25, 0.75, 0.75)
PLATE_IN_VEHICLE = Box(0.4, 0.6, 0.6, 0.7)
"""80 px wide in the whole picture."""


def read(text: str, seq: int = 0, score: float = 0.9, width_px: int = 100) -> PlateRead:
    """One read of a plate in the middle of the picture."""
    return PlateRead(seq, Box(0.4, 0.4, 0.5, 0.45), text, score, width_px)


def street(brightness: int = 90) -> Picture:
    """A grey picture of one brightness, by which a script can tell it from others."""
    return np.full((SIZE_PX[1], SIZE_PX[0], 3), brightness, dtype=np.uint8)


def crop(seq: int, picture: Picture | None = None, vehicle: Box = VEHICLE) -> VehicleCrop:
    """One picture of the claimed vehicle."""
    return VehicleCrop(seq, street() if picture is None else picture, vehicle)


class ScriptedFinder:
    """Finds the same plates on every picture; remembers only the sizes of what it was shown."""

    fingerprint = "scripted finder"

    def __init__(self, *found: FoundPlate) -> None:
        self._found = found
        self.shown: list[tuple[int, ...]] = []

    def find(self, picture: Picture) -> tuple[FoundPlate, ...]:
        self.shown.append(picture.shape)
        return self._found


class ScriptedReader:
    """Gives its texts in turn; asking for more is an error."""

    fingerprint = "scripted reader"

    def __init__(self, texts: Sequence[str], score: float = 0.9) -> None:
        self._texts = iter(texts)
        self._score = score
        self.shown: list[tuple[int, ...]] = []

    def read(self, plate: Picture) -> RawRead:
        self.shown.append(plate.shape)
        return RawRead(next(self._texts), self._score)
