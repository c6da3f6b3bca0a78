"""What must hold of geometry whatever the numbers."""

from __future__ import annotations

import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from detect.model import Point
from tests.strategies import points, triangles
from verbalise.geometry import direction_into, is_inside, segments_meet, signed_depth, signed_distance

# Sums and products of these are exact, so that a touch is a touch whatever the order of the points.
grid = st.integers(0, 1024).map(lambda number: number / 1024)
exact = st.builds(Point, grid, grid)
scales = st.floats(0.25, 4.0)
FAR_ENOUGH = 1e-6


def scaled(point: Point, by: float, dx: float = 0.0, dy: float = 0.0) -> Point:
    return Point(point.x * by + dx, point.y * by + dy)


@given(triangles(), points, scales, st.floats(-1, 1), st.floats(-1, 1))
def test_inside_survives_scaling_and_shifting(
    polygon: list[Point], point: Point, by: float, dx: float, dy: float
) -> None:
    assume(abs(signed_depth(polygon, point)) > FAR_ENOUGH)
    moved = [scaled(corner, by, dx, dy) for corner in polygon]
    assert is_inside(moved, scaled(point, by, dx, dy)) is is_inside(polygon, point)


@given(triangles(), points)
def test_inside_does_not_depend_on_where_the_outline_starts_or_turns(polygon: list[Point], point: Point) -> None:
    assume(abs(signed_depth(polygon, point)) > FAR_ENOUGH)
    inside = is_inside(polygon, point)
    assert is_inside(polygon[1:] + polygon[:1], point) is inside
    assert is_inside(polygon[::-1], point) is inside


@given(triangles(), points)
def test_depth_agrees_with_shapely(polygon: list[Point], point: Point) -> None:
    shape = shapely.Polygon([(corner.x, corner.y) for corner in polygon])
    spot = shapely.Point(point.x, point.y)
    depth = signed_depth(polygon, point)
    assume(abs(depth) > FAR_ENOUGH)
    assert abs(abs(depth) - shape.exterior.distance(spot)) < FAR_ENOUGH
    assert (depth > 0) is shape.contains(spot)


@given(points, points, points)
def test_the_side_turns_with_the_line(start: Point, end: Point, point: Point) -> None:
    assume(abs(start.x - end.x) + abs(start.y - end.y) > FAR_ENOUGH)
    assert (
        signed_distance((start, end), point) == -signed_distance((end, start), point)
        or abs(signed_distance((start, end), point) + signed_distance((end, start), point)) < FAR_ENOUGH
    )


@given(exact, exact, exact, exact)
def test_meeting_is_mutual_and_has_no_direction(a: Point, b: Point, c: Point, d: Point) -> None:
    meet = segments_meet((a, b), (c, d))
    assert segments_meet((c, d), (a, b)) is meet
    assert segments_meet((b, a), (d, c)) is meet


@given(triangles())
def test_a_side_of_a_zone_leads_into_it(polygon: list[Point]) -> None:
    side = (polygon[0], polygon[1])
    into = direction_into(polygon, side)
    assert into * signed_distance(side, polygon[2]) > 0
    assert direction_into(polygon, (polygon[1], polygon[0])) == -into
