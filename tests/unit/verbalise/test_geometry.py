"""Plane geometry as tables of cases."""

from __future__ import annotations

import pytest

from detect.model import Box, Point
from verbalise.geometry import (
    Line,
    centroid,
    crosses_itself,
    direction_into,
    is_inside,
    overlap_of_smaller,
    reach_across,
    segments_meet,
    signed_depth,
    signed_distance,
)

SQUARE = [Point(0.2, 0.2), Point(0.8, 0.2), Point(0.8, 0.8), Point(0.2, 0.8)]
NOTCHED = [Point(0, 0), Point(1, 0), Point(1, 1), Point(0.5, 0.2), Point(0, 1)]


def line(x0: float, y0: float, x1: float, y1: float) -> Line:
    return (Point(x0, y0), Point(x1, y1))


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        (SQUARE, Point(0.5, 0.5), True),
        (SQUARE, Point(0.9, 0.5), False),
        (SQUARE, Point(0.1, 0.2), False),
        (SQUARE, Point(0.2, 0.5), True),
        (SQUARE, Point(0.5, 0.8), True),
        (SQUARE, Point(0.8, 0.8), True),
        (SQUARE[::-1], Point(0.5, 0.5), True),
        (NOTCHED, Point(0.5, 0.5), False),
        (NOTCHED, Point(0.5, 0.1), True),
        (NOTCHED, Point(0.5, 0.2), True),
        (NOTCHED, Point(0.05, 0.8), True),
    ],
)
def test_is_inside(polygon: list[Point], point: Point, inside: bool) -> None:
    assert is_inside(polygon, point) is inside


def test_depth_is_the_distance_to_the_outline() -> None:
    assert signed_depth(SQUARE, Point(0.3, 0.5)) == pytest.approx(0.1)
    assert signed_depth(SQUARE, Point(0.9, 0.9)) == pytest.approx(-(0.02**0.5))
    assert signed_depth(SQUARE, Point(0.2, 0.2)) == 0


def test_below_a_line_to_the_right_is_positive() -> None:
    assert signed_distance(line(0, 0.5, 1, 0.5), Point(0.3, 0.7)) == pytest.approx(0.2)
    assert signed_distance(line(1, 0.5, 0, 0.5), Point(0.3, 0.7)) == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        (line(0, 0, 1, 1), line(0, 1, 1, 0), True),
        (line(0.5, 0.4, 0.5, 0.6), line(0.2, 0.5, 0.8, 0.5), True),
        (line(0.9, 0.4, 0.9, 0.6), line(0.2, 0.5, 0.8, 0.5), False),
        (line(0.8, 0.4, 0.8, 0.6), line(0.2, 0.5, 0.8, 0.5), True),
        (line(0.5, 0.4, 0.5, 0.49), line(0.2, 0.5, 0.8, 0.5), False),
        (line(0, 0.5, 0.1, 0.5), line(0.2, 0.5, 0.8, 0.5), False),
        (line(0, 0.5, 0.3, 0.5), line(0.2, 0.5, 0.8, 0.5), True),
    ],
)
def test_segments_meet(first: Line, second: Line, meet: bool) -> None:
    assert segments_meet(first, second) is meet
    assert segments_meet(second, first) is meet


@pytest.mark.parametrize(
    ("polygon", "crossing"),
    [
        (SQUARE, False),
        (NOTCHED, False),
        ([Point(0, 0), Point(1, 1), Point(1, 0), Point(0, 1)], True),
        ([Point(0, 0), Point(0, 0), Point(1, 0), Point(0, 1)], True),
        ([Point(0, 0), Point(1, 0), Point(0.5, 1)], False),
    ],
)
def test_crosses_itself(polygon: list[Point], crossing: bool) -> None:
    assert crosses_itself(polygon) is crossing


@pytest.mark.parametrize(
    ("gate", "side"),
    [
        (line(0.2, 0.2, 0.8, 0.2), 1),
        (line(0.8, 0.2, 0.2, 0.2), -1),
        (line(0.2, 0.8, 0.8, 0.8), -1),
        (line(0.2, 0.3, 0.8, 0.3), 1),
        (line(0.2, 0.1, 0.8, 0.1), 1),
    ],
)
def test_direction_into(gate: Line, side: int) -> None:
    assert direction_into(SQUARE, gate) == side


def test_a_line_through_the_middle_has_no_side() -> None:
    with pytest.raises(ValueError, match="both sides"):
        direction_into(SQUARE, line(0.2, 0.5, 0.8, 0.5))


@pytest.mark.parametrize("ask", [lambda: signed_distance(line(0, 0, 0, 0), Point(1, 1)), lambda: centroid(SQUARE[:2])])
def test_refuses_what_has_no_extent(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(ValueError, match=r"two different points|without area"):
        ask()


def test_centroid() -> None:
    centre = centroid(SQUARE)
    assert (centre.x, centre.y) == pytest.approx((0.5, 0.5))


def test_reach_across_is_height_for_a_level_line_and_width_for_an_upright_one() -> None:
    box = Box(0.1, 0.1, 0.3, 0.5)
    assert reach_across(line(0, 0.5, 1, 0.5), box) == pytest.approx(0.4)
    assert reach_across(line(0.5, 0, 0.5, 1), box) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("other", "ratio"),
    [
        (Box(0.1, 0.1, 0.3, 0.3), 1.0),
        (Box(0.2, 0.1, 0.4, 0.3), 0.5),
        (Box(0.3, 0.1, 0.4, 0.3), 0.0),
        (Box(0.15, 0.15, 0.2, 0.2), 1.0),
    ],
)
def test_overlap_of_smaller(other: Box, ratio: float) -> None:
    assert overlap_of_smaller(Box(0.1, 0.1, 0.3, 0.3), other) == pytest.approx(ratio)
