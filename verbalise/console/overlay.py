"""What is drawn over the picture: zone, gate, the vehicle's way. Relative coordinates, origin top left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from detect.model import Point
from verbalise.console.viewings import clip_of
from verbalise.marks import ON_LINE
from verbalise.model import Case, Claim, TrackPoint
from verbalise.site.model import Site, SiteCamera

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


def overlay_of(case: Case, site: Site) -> Overlay:
    """The shapes for a case; a camera that the site no longer describes has no zone to draw."""
    claim, path = case.claim, case.path
    camera = site.cameras.get(claim.camera)
    width_px, height_px = (camera.width_px, camera.height_px) if camera else DEFAULT_SIZE_PX
    start = case.evidence.clip_starts_at or claim.at
    boxes = tuple(
        (
            round((point.video.captured_at - start).total_seconds(), 3),
            point.box.left,
            point.box.top,
            point.box.right,
            point.box.bottom,
        )
        for point in path
    )
    return Overlay(
        width_px=width_px,
        height_px=height_px,
        zone=_zone(camera, claim),
        gates=_gates(camera, claim, site),
        way=_points(point.box.ground_point for point in path),
        boxes=boxes,
        fact_box=_fact_box(path, claim.at),
    )


def frame_s(case: Case) -> float:
    """Seconds between two pictures: by the packets the vehicle was seen on, else by the clip's; 1/25 if too few."""
    periods = [
        (later.video.captured_at - earlier.video.captured_at).total_seconds() / (later.video.seq - earlier.video.seq)
        for earlier, later in pairwise(case.path)
        if later.video.seq > earlier.video.seq
    ]
    positive = [period for period in periods if period > 0]
    return median(positive) if positive else _clip_frame_s(case) or DEFAULT_FRAME_S


def _clip_frame_s(case: Case) -> float:
    """The same by the clip's span and its packets; 0 where there is no clip of two."""
    clip, start, end = clip_of(case), case.evidence.clip_starts_at, case.evidence.clip_ends_at
    if clip is None or start is None or end is None or clip.to_seq == clip.from_seq:
        return 0.0
    return (end - start).total_seconds() / (clip.to_seq - clip.from_seq)


def _zone(camera: SiteCamera | None, claim: Claim) -> str:
    zones = [zone for zone in camera.zones if zone.id == claim.zone] if camera else []
    return _points(zones[0].polygon) if zones else ""


def _gates(camera: SiteCamera | None, claim: Claim, site: Site) -> tuple[Line, ...]:
    """The gates of the claim's zone, the lines of the device that claimed, and those where such a fact happens."""
    if camera is None:
        return ()
    device = site.served_by(claim.device) if claim.device else None
    gates = [gate.line for gate in camera.gates if gate.zone == claim.zone or gate.device == device]
    road = [
        line
        for line in camera.lines
        if claim.offence in ON_LINE[line.kind] or (device is not None and line.signal == device)
    ]
    segments = [*gates, *(segment for line in road for segment in pairwise(line.points))]
    return tuple((start.x, start.y, end.x, end.y) for start, end in segments)


def _fact_box(path: Sequence[TrackPoint], facts: datetime) -> Line | None:
    if not path:
        return None
    box = min(path, key=lambda point: abs((point.video.captured_at - facts).total_seconds())).box
    return box.left, box.top, box.right - box.left, box.bottom - box.top


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{point.x:.4f},{point.y:.4f}" for point in points)
