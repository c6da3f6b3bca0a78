"""What is drawn over the picture: zone, gate, the vehicle's way. Relative coordinates, origin top left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from detect.model import Point
from verbalise.model import Claim
from verbalise.site import Site, SiteCamera

DEFAULT_FRAME_S = 1 / 25
DEFAULT_SIZE_PX = (1600, 900)
Line = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Shapes over one clip, in an SVG view box of 1 by 1.

    Attributes:
        zone, way: `x,y x,y …` as SVG points; `way` joins the vehicle's ground points.
        boxes: Seconds of the clip, then left, top, right, bottom, in order of time.
        fact_box: Left, top, width, height at the instant of the facts, None where nothing was followed.
    """

    width_px: int
    height_px: int
    zone: str
    gates: tuple[Line, ...]
    way: str
    boxes: tuple[tuple[float, float, float, float, float], ...]
    fact_box: Line | None


def overlay_of(claim: Claim, site: Site, clip_starts_at: datetime | None) -> Overlay:
    """The shapes for a claim; a camera that the site no longer describes has no zone to draw."""
    camera = site.cameras.get(claim.camera)
    width_px, height_px = (camera.width_px, camera.height_px) if camera else DEFAULT_SIZE_PX
    start = clip_starts_at or claim.at
    boxes = tuple(
        (
            round((point.video.captured_at - start).total_seconds(), 3),
            point.box.left,
            point.box.top,
            point.box.right,
            point.box.bottom,
        )
        for point in claim.path
    )
    return Overlay(
        width_px=width_px,
        height_px=height_px,
        zone=_zone(camera, claim),
        gates=_gates(camera, claim),
        way=_points(point.box.ground_point for point in claim.path),
        boxes=boxes,
        fact_box=_fact_box(claim),
    )


def frame_s(claim: Claim) -> float:
    """Seconds between two pictures, from the packets that the vehicle was seen on; 1/25 if too few."""
    periods = [
        (later.video.captured_at - earlier.video.captured_at).total_seconds() / (later.video.seq - earlier.video.seq)
        for earlier, later in pairwise(claim.path)
        if later.video.seq > earlier.video.seq
    ]
    positive = [period for period in periods if period > 0]
    return median(positive) if positive else DEFAULT_FRAME_S


def _zone(camera: SiteCamera | None, claim: Claim) -> str:
    zones = [zone for zone in camera.zones if zone.id == claim.zone] if camera else []
    return _points(zones[0].polygon) if zones else ""


def _gates(camera: SiteCamera | None, claim: Claim) -> tuple[Line, ...]:
    gates = [gate for gate in camera.gates if gate.zone == claim.zone] if camera else []
    return tuple((gate.line[0].x, gate.line[0].y, gate.line[1].x, gate.line[1].y) for gate in gates)


def _fact_box(claim: Claim) -> Line | None:
    if not claim.path:
        return None
    box = min(claim.path, key=lambda point: abs((point.video.captured_at - claim.at).total_seconds())).box
    return box.left, box.top, box.right - box.left, box.bottom - box.top


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{point.x:.4f},{point.y:.4f}" for point in points)
