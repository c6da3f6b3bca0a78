"""Cutting at the edges, and which pictures are worth reading."""

from __future__ import annotations

import numpy as np
import pytest

from detect.model import Box
from detect.plates.crops import best, cut, inside, sharpness
from detect.plates.model import Picture, VehicleCrop
from tests.unit.detect.plates.scene import crop, street


def numbered(width: int = 100, height: int = 50) -> Picture:
    """Blue counts columns, green counts rows."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([columns, rows, np.zeros_like(rows)], axis=2).astype(np.uint8)


@pytest.mark.parametrize(
    ("box", "margin", "columns", "rows"),
    [
        pytest.param(Box(0.2, 0.4, 0.6, 0.8), 0.0, (20, 59), (20, 39), id="inside"),
        pytest.param(Box(0.0, 0.0, 1.0, 1.0), 0.0, (0, 99), (0, 49), id="everything"),
        pytest.param(Box(0.2, 0.4, 0.6, 0.8), 0.1, (16, 63), (18, 41), id="a margin of the box's own size"),
        pytest.param(Box(0.0, 0.62, 0.5, 1.0), 0.1, (0, 54), (29, 49), id="a margin over the edge is cut off"),
        pytest.param(Box(0.999, 0.999, 0.9999, 0.9999), 0.0, (99, 99), (49, 49), id="less than a pixel in the corner"),
        pytest.param(Box(0.501, 0.501, 0.502, 0.502), 0.0, (50, 50), (25, 25), id="less than a pixel in the middle"),
        pytest.param(Box(1.1, 1.1, 1.2, 1.2), 0.0, (99, 99), (49, 49), id="outside"),
    ],
)
def test_what_is_cut(box: Box, margin: float, columns: tuple[int, int], rows: tuple[int, int]) -> None:
    part = cut(numbered(), box, margin)
    assert (part[0, 0, 0], part[0, -1, 0]) == columns
    assert (part[0, 0, 1], part[-1, 0, 1]) == rows


def test_inside_gives_the_whole_outer_box_for_a_box_that_is_everything() -> None:
    assert inside(Box(0.25, 0.5, 0.75, 1.0), Box(0.0, 0.0, 1.0, 1.0)) == Box(0.25, 0.5, 0.75, 1.0)


def test_inside_puts_a_quarter_into_its_place() -> None:
    assert inside(Box(0.25, 0.5, 0.75, 1.0), Box(0.5, 0.0, 1.0, 0.5)) == Box(0.5, 0.5, 0.75, 0.75)


def test_blur_is_less_sharp() -> None:
    edges = street()
    edges[:, ::2] = 255
    assert sharpness(edges) > sharpness(street()) == 0


def striped(contrast: int) -> Picture:
    picture = street(90)
    picture[:, ::2] = 90 + contrast
    return picture


def of_width(width: float) -> Box:
    return Box(0.1, 0.1, 0.1 + width, 0.6)


def test_the_sharpest_of_the_largest_are_taken_in_the_order_of_the_frames() -> None:
    small_and_sharp = [crop(seq, striped(150), of_width(0.1)) for seq in (1, 2)]
    large = [crop(seq, striped(contrast), of_width(0.5)) for seq, contrast in ((6, 10), (5, 40), (4, 20), (3, 30))]
    assert [chosen.seq for chosen in best([*small_and_sharp, *large], 2)] == [3, 5]


def test_alike_pictures_are_taken_from_the_first_on_whatever_their_order() -> None:
    crops = [crop(seq) for seq in (4, 2, 3, 1, 0)]
    assert [chosen.seq for chosen in best(crops, 2)] == [0, 1]


@pytest.mark.parametrize("crops", [[], [crop(7)]])
def test_fewer_pictures_than_wanted_are_all_taken(crops: list[VehicleCrop]) -> None:
    assert best(crops, 12) == crops
