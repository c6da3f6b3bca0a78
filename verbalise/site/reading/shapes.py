"""Points and polygons of entries, and positions on the earth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from detect.model import Point
from verbalise.geometry import area, crosses_itself
from verbalise.site.model import Position
from verbalise.site.reading.faults import Place

SMALLEST_AREA = 1e-6
"""A zone under a millionth of the picture is a slip of the pen: about one pixel of a 1080p picture."""


def points_of(spots: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Points of the picture."""
    return tuple(Point(x, y) for x, y in spots)


def polygon_of(place: Place, spots: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """A polygon of the picture. Raises Halt where its sides cross or it encloses nothing."""
    polygon = points_of(spots)
    if crosses_itself(polygon):
        raise place.fault(f"its sides cross or touch: {_written(polygon)}; list the corners in order, each once")
    if abs(area(polygon)) < SMALLEST_AREA:
        raise place.fault(f"it encloses nothing: {_written(polygon)}")
    return polygon


def position_of(where: Sequence[float] | None) -> Position | None:
    """A position as the file writes it: latitude, longitude."""
    return None if where is None else Position(*where)


def on_map(position: Position) -> Point:
    """A position as a point of the plane: right is east, down is north. Good for the extent of a commune."""
    return Point(position.longitude_deg, position.latitude_deg)


def boundary_of(place: Place, corners: Iterable[Sequence[float]] | None) -> tuple[Position, ...]:
    """The commune's boundary, empty where none is given. Raises Halt where its sides cross."""
    boundary = tuple(Position(*corner) for corner in corners or ())
    if boundary and crosses_itself([on_map(corner) for corner in boundary]):
        raise place.fault("its sides cross or touch; list the corners in order, each once")
    return boundary


def _written(polygon: Iterable[Point]) -> str:
    return ", ".join(f"[{point.x}, {point.y}]" for point in polygon)
