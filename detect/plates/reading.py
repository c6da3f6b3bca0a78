"""Reads the plate of one claimed vehicle from several of its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from detect.model import PlateRead, PlateReading
from detect.plates.combine import combine
from detect.plates.crops import PLATE_MARGIN, best, cut, inside
from detect.plates.model import VehicleCrop
from detect.plates.ports import PlateFinder, PlateReader

MOST_PICTURES = 12
LEAST_WIDTH_PX = 40
"""Below it no reader tried here reads a French plate; reading on would only guess."""


class PlateReadingHelp:
    """Finds, reads and combines. Nothing outlives a call: no list of plates exists."""

    def __init__(self, finder: PlateFinder, reader: PlateReader, most_pictures: int = MOST_PICTURES) -> None:
        self._finder = finder
        self._reader = reader
        self._most_pictures = most_pictures

    @property
    def fingerprint(self) -> str:
        """Finder and reader, for the evidence."""
        return f"{self._finder.fingerprint} + {self._reader.fingerprint}"

    def read(self, crops: Sequence[VehicleCrop]) -> PlateReading:
        """The plate of the vehicle that all crops show, or why it cannot be read.

        One plate is read per picture, the best found: a second plate on the same vehicle's box is more often
        a neighbour's.
        """
        reads = [read for crop in best(crops, self._most_pictures) if (read := self._read_one(crop)) is not None]
        return combine(reads, self.fingerprint)

    def _read_one(self, crop: VehicleCrop) -> PlateRead | None:
        found = self._finder.find(cut(crop.picture, crop.vehicle))
        if not found:
            return None
        box = inside(crop.vehicle, found[0].box)
        plate = cut(crop.picture, box, PLATE_MARGIN)
        width_px = round((box.right - box.left) * crop.picture.shape[1])
        if width_px < LEAST_WIDTH_PX:
            return PlateRead(crop.seq, box, "", 0.0, width_px)
        raw = self._reader.read(plate)
        return PlateRead(crop.seq, box, raw.text.upper(), raw.score, width_px)


def open_plate_help(weights_dir: Path, reader: Literal["ppocr", "easyocr"], threads: int = 2) -> PlateReadingHelp:
    """Load the models.

    Raises:
        Halt: weights are missing; the text says where they are looked for.
    """
    from detect.plates.finder import UltralyticsPlateFinder

    return PlateReadingHelp(UltralyticsPlateFinder(weights_dir, threads), _open_reader(weights_dir, reader, threads))


def _open_reader(weights_dir: Path, reader: str, threads: int) -> PlateReader:
    if reader == "easyocr":
        from detect.plates.easyocr import EasyOcrReader

        return EasyOcrReader(weights_dir / "easyocr", threads)
    from detect.plates.ppocr import PpOcrReader

    return PpOcrReader(threads)
