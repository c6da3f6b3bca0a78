"""What plate reading is given and what it finds on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.model import Box

Picture = NDArray[np.uint8]
"""uint8, (height, width, 3), BGR."""


@dataclass(frozen=True, slots=True, eq=False)
class VehicleCrop:
    """One picture of the claimed vehicle.

    Attributes:
        seq: The packet that the picture came in.
        picture: The whole picture at full resolution; not modified.
        vehicle: Where the claimed vehicle is in it, relative coordinates.
    """

    seq: int
    picture: Picture
    vehicle: Box


@dataclass(frozen=True, slots=True)
class FoundPlate:
    """A plate in a picture: box relative to the picture that was searched, and the finder's raw score."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class RawRead:
    """What a reader saw on one crop: text as read and the mean raw score of its characters, 0 to 1."""

    text: str
    score: float
