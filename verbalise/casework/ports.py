"""What casework asks of the machines that may help with a claimed clip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from detect.model import ObservedFrame, PlateReading
from detect.plates.model import VehicleCrop
from verbalise.casework.footage import Located
from verbalise.model import PermitId


class PlateHelp(Protocol):
    """Reads the plate of one claimed vehicle; remembers nothing afterwards."""

    def read(self, crops: Sequence[VehicleCrop]) -> PlateReading:
        """The plate that all crops show, or why it cannot be read."""
        ...


class UsedRights(Protocol):
    """The passages that rights covered, as the register keeps them."""

    def was_used(self, permit: PermitId, before: datetime) -> bool:
        """Whether a permit covered a passage before an instant. Raises RetryLater."""
        ...


class VehicleFinder(Protocol):
    """Follows the road users of one claimed clip; remembers nothing afterwards."""

    def follow(self, packets: Sequence[Located], partition: int) -> tuple[ObservedFrame, ...]:
        """Who is where on every picture, in the order of the pictures.

        Args:
            packets: Of one stream, in the order sent, from a keyframe on.
            partition: Of `video`, in which they lie.

        Raises:
            Reject: no decoder exists for the codec.
            Halt: the model cannot run at all; the text says what to do.
        """
        ...
