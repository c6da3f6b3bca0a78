"""What casework asks of whatever reads plates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from detect.model import PlateReading
from detect.plates.model import VehicleCrop


class PlateHelp(Protocol):
    """Reads the plate of one claimed vehicle; remembers nothing afterwards."""

    def read(self, crops: Sequence[VehicleCrop]) -> PlateReading:
        """The plate that all crops show, or why it cannot be read."""
        ...
