"""Find, read, combine: what is read, what is not, and that nothing stays."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from detect.model import Box, PlateRead, PlateReading, PlateStatus
from detect.plates.model import FoundPlate
from detect.plates.reading import LEAST_WIDTH_PX, PlateReadingHelp
from tests.unit.detect.plates.scene import PLATE_IN_VEHICLE, ScriptedFinder, ScriptedReader, crop, street

ROOT = Path(__file__).parents[4]
PLATE = FoundPlate(PLATE_IN_VEHICLE, 0.8)
NEIGHBOUR = FoundPlate(Box(0.0, 0.0, 0.3, 0.1), 0.5)
NARROW = FoundPlate(Box(0.4, 0.6, 0.48, 0.63), 0.9)
"""32 px in the whole picture."""


def test_the_plate_is_found_in_the_vehicle_and_read_with_a_margin() -> None:
    finder, reader = ScriptedFinder(PLATE), ScriptedReader(["XB-123-CD", "xb-123-cd"])
    reading = PlateReadingHelp(finder, reader).read([crop(1), crop(2)])
    assert (reading.status, reading.text) == (PlateStatus.READ, "XB-123-CD")
    assert finder.shown == [(200, 400, 3)] * 2
    assert reader.shown == [(23, 90, 3)] * 2


def test_every_read_says_where_it_comes_from() -> None:
    help_ = PlateReadingHelp(ScriptedFinder(PLATE), ScriptedReader(["xb-123-cd"], score=0.7))
    (kept,) = help_.read([crop(5)]).reads
    assert (kept.seq, kept.text, kept.score, kept.width_px) == (5, "XB-123-CD", 0.7, 80)
    edges = (kept.box.left, kept.box.top, kept.box.right, kept.box.bottom)
    assert edges == pytest.approx((0.45, 0.55, 0.55, 0.6))


def test_only_the_best_plate_of_a_picture_is_read() -> None:
    reader = ScriptedReader(["XB-123-CD"])
    reading = PlateReadingHelp(ScriptedFinder(PLATE, NEIGHBOUR), reader).read([crop(1)])
    assert [kept.text for kept in reading.reads] == ["XB-123-CD"]


def test_a_narrow_plate_is_noted_but_not_read() -> None:
    reader = ScriptedReader([])
    reading = PlateReadingHelp(ScriptedFinder(NARROW), reader).read([crop(1), crop(2)])
    assert reader.shown == []
    assert [(kept.text, kept.score, kept.width_px) for kept in reading.reads] == [("", 0.0, 32)] * 2
    assert reading.reason == "plaque trouvée, mais trop petite ou illisible sur chaque image"


def test_a_plate_of_the_least_width_is_read() -> None:
    least = FoundPlate(Box(0.0, 0.0, LEAST_WIDTH_PX / 400, 0.1), 0.9)
    reader = ScriptedReader(["XB-123-CD"])
    PlateReadingHelp(ScriptedFinder(least), reader).read([crop(1)])
    assert len(reader.shown) == 1


@pytest.mark.parametrize("pictures", [0, 3])
def test_no_plate_is_an_answer_with_a_reason(pictures: int) -> None:
    help_ = PlateReadingHelp(ScriptedFinder(), ScriptedReader([]))
    assert help_.read([crop(seq) for seq in range(pictures)]) == PlateReading(
        PlateStatus.UNREADABLE,
        None,
        "aucune plaque trouvée sur le véhicule",
        (),
        "scripted finder + scripted reader",
    )


def test_no_more_pictures_are_read_than_asked_for() -> None:
    finder = ScriptedFinder()
    PlateReadingHelp(finder, ScriptedReader([]), most_pictures=3).read([crop(seq) for seq in range(10)])
    assert len(finder.shown) == 3


def test_the_pictures_are_not_modified() -> None:
    picture = street()
    PlateReadingHelp(ScriptedFinder(PLATE), ScriptedReader(["XB-123-CD"])).read([crop(1, picture)])
    assert (picture == street()).all()


def test_no_plate_is_logged_or_printed(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    help_ = PlateReadingHelp(ScriptedFinder(PLATE), ScriptedReader(["XB-123-CD", "XB-123-CD"]))
    with capture_logs() as logged:
        assert help_.read([crop(1), crop(2)]).text == "XB-123-CD"
    assert logged == []
    assert caplog.records == []
    assert tuple(capfd.readouterr()) == ("", "")


def test_nothing_of_a_reading_outlives_the_call() -> None:
    plate = "YZ-456-XB"  # read in no other test, so that nobody else can hold it
    help_ = PlateReadingHelp(ScriptedFinder(PLATE), ScriptedReader([plate, plate]))
    before = dict(vars(help_))
    assert help_.read([crop(1), crop(2)]).text == plate
    assert vars(help_) == before
    gc.collect()
    # `isinstance` would wake lazy attributes of libraries that other tests have loaded.
    kept = [thing for thing in gc.get_objects() if type(thing) in {PlateReading, PlateRead}]
    assert not [thing for thing in kept if plate in repr(thing)]


def test_importing_it_loads_no_model_library() -> None:
    heavy = {"torch", "ultralytics", "easyocr", "onnxruntime"}
    script = f"import sys, detect.plates.reading; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
