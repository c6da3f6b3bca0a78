"""Pure plane geometry on the picture: relative coordinates, origin top left, x right, y down, each 0 to 1.

Distances are in relative units too: one unit is the picture's width along x and its height along y.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from detect.model import Box, Point

Line = tuple[Point, Point]

EDGE_TOLERANCE = 1e-9
"""Nearer than this is on the line: a millionth of a pixel, far under rounding of any box."""


def turn(start: Point, end: Point, point: Point) -> float:
    """Twice the signed area of the triangle: positive where `point` lies clockwise of start to end on screen."""
    return (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)


def signed_distance(line: Line, point: Point) -> float:
    """How far the point is from the endless line; positive to the right hand of its direction on screen.

    Raises:
        ValueError: the line's two points are one.
    """
    start, end = line
    length = hypot(end.x - start.x, end.y - start.y)
    if length == 0:
        raise ValueError("a line needs two different points")
    return turn(start, end, point) / length


def distance_to_segment(segment: Line, point: Point) -> float:
    """How far the point is from the nearest point of the segment; a segment of no length is a point."""
    start, end = segment
    dx, dy = end.x - start.x, end.y - start.y
    length_squared = dx * dx + dy * dy
    along = 0.0
    if length_squared > 0:
        along = min(1.0, max(0.0, ((point.x - start.x) * dx + (point.y - start.y) * dy) / length_squared))
    return hypot(point.x - (start.x + along * dx), point.y - (start.y + along * dy))


def edges(polygon: Sequence[Point]) -> list[Line]:
    """The sides of a polygon, the closing one included."""
    return list(zip(polygon, [*polygon[1:], polygon[0]], strict=True))


def is_inside(polygon: Sequence[Point], point: Point) -> bool:
    """Whether the point is in the polygon; a point on an edge or a corner is.

    Args:
        polygon: At least three corners, in either direction, sides not crossing one another.
    """
    return signed_depth(polygon, point) >= 0


def signed_depth(polygon: Sequence[Point], point: Point) -> float:
    """Distance to the polygon's outline: positive inside, negative outside, 0 on an edge."""
    nearest = min(distance_to_segment(edge, point) for edge in edges(polygon))
    if nearest <= EDGE_TOLERANCE:
        return 0.0
    return nearest if _surrounds(polygon, point) else -nearest


def _surrounds(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a ray to the right leaves the polygon: the even-odd rule, for points off the outline."""
    surrounded = False
    for start, end in edges(polygon):
        if (start.y > point.y) != (end.y > point.y):
            crossing_x = start.x + (point.y - start.y) / (end.y - start.y) * (end.x - start.x)
            surrounded ^= point.x < crossing_x
    return surrounded


def segments_meet(first: Line, second: Line) -> bool:
    """Whether two segments have a point in common; touching counts."""
    a, b = first
    c, d = second
    if _between(turn(a, b, c), turn(a, b, d)) and _between(turn(c, d, a), turn(c, d, b)):
        return _share_extent(first, second)
    return False


def _between(one: float, other: float) -> bool:
    """Whether two turns are not strictly on the same side."""
    return not ((one > 0 and other > 0) or (one < 0 and other < 0))


def _share_extent(first: Line, second: Line) -> bool:
    """Whether the upright boxes around two segments meet: tells apart segments on one and the same line."""
    (a, b), (c, d) = first, second
    return (
        max(a.x, b.x) >= min(c.x, d.x)
        and max(c.x, d.x) >= min(a.x, b.x)
        and max(a.y, b.y) >= min(c.y, d.y)
        and max(c.y, d.y) >= min(a.y, b.y)
    )


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two sides that are not neighbours meet, or a side has no length."""
    sides = edges(polygon)
    if any(start == end for start, end in sides):
        return True
    last = len(sides) - 1
    return any(
        segments_meet(sides[i], sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if not (i == 0 and j == last)
    )


def area(polygon: Sequence[Point]) -> float:
    """Signed area: positive where the corners run clockwise on screen."""
    return sum(start.x * end.y - end.x * start.y for start, end in edges(polygon)) / 2


def centroid(polygon: Sequence[Point]) -> Point:
    """The polygon's centre of area; for a concave one it may lie outside.

    Raises:
        ValueError: the polygon has no area.
    """
    total = area(polygon)
    if abs(total) <= EDGE_TOLERANCE**2:
        raise ValueError("a polygon without area has no centre")
    x = y = 0.0
    for start, end in edges(polygon):
        part = start.x * end.y - end.x * start.y
        x += (start.x + end.x) * part
        y += (start.y + end.y) * part
    return Point(x / (6 * total), y / (6 * total))


def direction_into(polygon: Sequence[Point], line: Line) -> int:
    """On which side of a gate's line its zone lies: 1 where `signed_distance` is positive, -1 where negative.

    Looks a thousandth of the picture to each side of the line's middle; where both or neither are in the
    zone, the side of the zone's centre decides.

    Raises:
        ValueError: the zone lies on both sides alike.
    """
    start, end = line
    middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    length = hypot(end.x - start.x, end.y - start.y)
    if length == 0:
        raise ValueError("a line needs two different points")
    step_x, step_y = -(end.y - start.y) / length / 1000, (end.x - start.x) / length / 1000
    ahead = is_inside(polygon, Point(middle.x + step_x, middle.y + step_y))
    behind = is_inside(polygon, Point(middle.x - step_x, middle.y - step_y))
    if ahead != behind:
        return 1 if ahead else -1
    offset = signed_distance(line, centroid(polygon))
    if abs(offset) <= EDGE_TOLERANCE:
        raise ValueError("the zone lies on both sides of the line alike")
    return 1 if offset > 0 else -1


def reach_across(line: Line, box: Box) -> float:
    """How far a box extends perpendicular to the line: the scale by which distances from the line are judged."""
    start, end = line
    length = hypot(end.x - start.x, end.y - start.y)
    width, height = box.right - box.left, box.bottom - box.top
    return (abs(end.y - start.y) * width + abs(end.x - start.x) * height) / length


def overlap_of_smaller(one: Box, other: Box) -> float:
    """Area that two boxes share, as a ratio of the smaller one's area, 0 to 1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return min(1.0, width * height / smaller)
