"""The plate finder on the prepared weights keeps the promises of its port."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from detect.plates.crops import cut, inside
from detect.plates.finder import UltralyticsPlateFinder
from detect.plates.model import Picture
from ingest.errors import Halt
from tests.quality.detect.plates.models import CAR, EMPTY_ROAD, PED, PLATE, overlap, pictures, prepared_weights


@pytest.fixture(scope="module")
def finder() -> UltralyticsPlateFinder:
    return UltralyticsPlateFinder(prepared_weights(), threads=2)


@pytest.fixture(scope="module")
def street() -> dict[int, Picture]:
    return pictures(PED, PLATE)


@pytest.mark.parametrize("number", PLATE)
def test_the_plate_is_found_where_it_is(
    finder: UltralyticsPlateFinder, street: dict[int, Picture], number: int
) -> None:
    found = finder.find(cut(street[number], CAR[number]))
    assert [plate.score for plate in found] == sorted((plate.score for plate in found), reverse=True)
    assert overlap(inside(CAR[number], found[0].box), PLATE[number]) > 0.5


def test_nothing_is_found_on_an_empty_road(finder: UltralyticsPlateFinder, street: dict[int, Picture]) -> None:
    assert finder.find(cut(street[78], EMPTY_ROAD)) == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (900, 3, 3)])
def test_a_picture_of_any_shape_can_be_searched(finder: UltralyticsPlateFinder, shape: tuple[int, int, int]) -> None:
    assert finder.find(np.zeros(shape, dtype=np.uint8)) == ()


def test_boxes_stay_inside_the_picture(finder: UltralyticsPlateFinder, street: dict[int, Picture]) -> None:
    """The crop ends in the middle of the plate, so the model's box would reach out of it."""
    plate = PLATE[83]
    half = cut(street[83], CAR[83])[:, : round((plate.left + plate.right) / 2 * 1600 - CAR[83].left * 1600)]
    for found in finder.find(half):
        assert found.box.left >= 0
        assert found.box.top >= 0
        assert found.box.right <= 1
        assert found.box.bottom <= 1


def test_the_picture_is_neither_modified_nor_kept(finder: UltralyticsPlateFinder, street: dict[int, Picture]) -> None:
    picture = cut(street[78], CAR[78]).copy()
    before = picture.copy()
    finder.find(picture)
    assert (picture == before).all()
    seen = weakref.ref(picture)
    del picture
    gc.collect()
    assert seen() is None


def test_the_same_picture_gives_the_same_plates(finder: UltralyticsPlateFinder, street: dict[int, Picture]) -> None:
    picture = cut(street[76], CAR[76])
    assert finder.find(picture) == finder.find(picture)


def test_the_fingerprint_names_weights_and_settings(finder: UltralyticsPlateFinder) -> None:
    name, digest, precision, *settings = finder.fingerprint.split()
    assert (name, len(digest), settings) == ("plates", 16, ["imgsz=640", "min_score=0.25"])
    assert precision in {"f32", "bf16", "f16"}


def test_a_folder_without_the_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"no plate finder at .*plates_openvino_model.*make weights"):
        UltralyticsPlateFinder(tmp_path, threads=1)
