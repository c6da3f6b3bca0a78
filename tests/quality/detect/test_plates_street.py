"""Both vehicles of the rendered street: the plate exactly, or `unreadable`, and never another text.

The truth gives each vehicle's box on each picture, so what is measured is finding, reading and combining alone.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from detect.model import Box, PlateReading, PlateStatus
from detect.plates.model import Picture, VehicleCrop
from detect.plates.reading import PlateReadingHelp, open_plate_help
from tests.quality.detect.plates.models import pictures, prepared_weights

SPANS = [range(start, start + 20) for start in range(0, 100, 10)]
"""Two seconds each: what casework is given around a claim, from far away to leaving the picture."""
READABLE = {"VG-482-KL": range(20), "XB-123-CD": range(66, 86)}
"""Pictures on which a person reads the plate without effort."""


@dataclass(frozen=True, slots=True)
class Street:
    """The clip and, by plate and picture, where the vehicle truly is."""

    pictures: dict[int, Picture]
    vehicles: dict[str, dict[int, Box]]

    def crops(self, plate: str, span: range) -> list[VehicleCrop]:
        boxes = self.vehicles[plate]
        return [VehicleCrop(number, self.pictures[number], boxes[number]) for number in span if number in boxes]


@pytest.fixture(scope="module")
def street() -> Street:
    if "CONSTAT_EVAL_DATA" not in os.environ:
        pytest.skip("CONSTAT_EVAL_DATA does not name the folder of scenes with truth")
    folder = Path(os.environ["CONSTAT_EVAL_DATA"]) / "scenes"
    truth = json.loads((folder / "ped.json").read_text(encoding="utf-8"))
    width, height = truth["w"], truth["h"]
    vehicles: dict[str, dict[int, Box]] = {}
    for frame in truth["frames"]:
        for seen in (seen for seen in frame["objects"] if seen.get("plate")):
            left, top, right, bottom = seen["box"]
            box = Box(left / width, top / height, right / width, bottom / height)
            vehicles.setdefault(seen["plate"], {})[frame["i"]] = box
    return Street(pictures(folder / "ped.mp4", range(len(truth["frames"]))), vehicles)


@pytest.fixture(scope="module")
def plate_help() -> PlateReadingHelp:
    return open_plate_help(prepared_weights(), "ppocr")


@pytest.mark.parametrize("plate", READABLE)
def test_a_readable_plate_is_read(street: Street, plate_help: PlateReadingHelp, plate: str) -> None:
    reading = plate_help.read(street.crops(plate, READABLE[plate]))
    assert (reading.status, reading.text) == (PlateStatus.READ, plate)


@pytest.mark.parametrize("plate", READABLE)
@pytest.mark.parametrize("span", SPANS, ids=lambda span: f"{span.start}-{span.stop - 1}")
def test_never_another_text(street: Street, plate_help: PlateReadingHelp, plate: str, span: range) -> None:
    reading = plate_help.read(street.crops(plate, span))
    assert reading.text in (plate, None)
    assert (reading.reason == "") == (reading.text is not None)


def test_a_plate_too_far_away_is_not_guessed(street: Street, plate_help: PlateReadingHelp) -> None:
    reading: PlateReading = plate_help.read(street.crops("XB-123-CD", range(20)))
    assert reading.status is PlateStatus.UNREADABLE
    assert not any(read.text for read in reading.reads)
