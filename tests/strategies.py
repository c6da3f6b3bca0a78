"""Hypothesis strategies shared by the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from detect.model import Box, Point, RoadUser
from ingest.model import DeviceEvent, DeviceEventKind
from tests.builders import Drive, drives, enters, reports

ratios = st.floats(0.0, 1.0, allow_nan=False)
points = st.builds(Point, ratios, ratios)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A box with area, anywhere in the picture."""
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return Box(left, top, left + draw(st.floats(0.01, 0.1)), top + draw(st.floats(0.01, 0.1)))


@st.composite
def triangles(draw: st.DrawFn) -> list[Point]:
    """Three corners that enclose something."""
    corners = draw(st.lists(points, min_size=3, max_size=3))
    a, b, c = corners
    twice_area = abs((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x))
    if twice_area < 0.01:
        return [Point(0.1, 0.1), Point(0.9, 0.2), Point(0.4, 0.8)]
    return corners


@st.composite
def traffic(draw: st.DrawFn) -> list[Drive]:
    """A few vehicles over the gate within ten seconds: entering, wandering, of any kind."""
    made: list[Drive] = []
    for number in range(draw(st.integers(1, 4))):
        kinds = draw(st.lists(st.sampled_from(RoadUser), min_size=1, max_size=3))
        at = draw(st.integers(0, 90)) / 10
        if draw(st.booleans()):
            made.append(enters(str(number), at, *kinds, seen_from=draw(st.integers(1, 20)) / 10))
        else:
            ys = draw(st.lists(st.floats(0.3, 0.9), min_size=3, max_size=5))
            made.append(drives(str(number), *((at + 2 * step, y) for step, y in enumerate(ys)), kind=kinds[0]))
    return made


_BOLLARD_KINDS = (
    DeviceEventKind.BADGE_ACCEPTED,
    DeviceEventKind.OPERATOR_OPENED,
    DeviceEventKind.BADGE_REFUSED,
    DeviceEventKind.LOWERING,
    DeviceEventKind.LOWERED,
    DeviceEventKind.RAISING,
    DeviceEventKind.RAISED,
    DeviceEventKind.FAULT,
    DeviceEventKind.FAULT_CLEARED,
)


@st.composite
def bollard_lives(draw: st.DrawFn) -> list[DeviceEvent]:
    """What a bollard may report: mostly an opening with a badge, then anything."""
    chosen = draw(st.lists(st.tuples(st.sampled_from(_BOLLARD_KINDS), st.integers(-30, 120)), max_size=8))
    usual = [(DeviceEventKind.BADGE_ACCEPTED, -12), (DeviceEventKind.LOWERING, -10), (DeviceEventKind.LOWERED, -4)]
    return [reports(kind, tenths / 10) for kind, tenths in {*usual, *chosen}]
