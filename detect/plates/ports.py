"""What plate reading asks of a finder and of a reader."""

from __future__ import annotations

from typing import Protocol

from detect.plates.model import FoundPlate, Picture, RawRead


class PlateFinder(Protocol):
    """Finds plates on the picture of one vehicle."""

    @property
    def fingerprint(self) -> str:
        """Names the weights and settings; goes into the evidence."""
        ...

    def find(self, picture: Picture) -> tuple[FoundPlate, ...]:
        """Every plate, best score first; empty where there is none. The picture is not modified."""
        ...


class PlateReader(Protocol):
    """Reads the characters of one plate crop."""

    @property
    def fingerprint(self) -> str:
        """Names the weights and settings; goes into the evidence."""
        ...

    def read(self, plate: Picture) -> RawRead:
        """What is written; an empty text where nothing is. The crop is not modified."""
        ...
