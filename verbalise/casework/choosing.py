"""Which of the road users followed in a clip is the claimed vehicle. Pure; where it is not plain, none is.

For a device's claim it is the motor vehicle whose ground point crosses the device's gate or stop line nearest to the
instant of the facts. For an agent's mark it is the motor vehicle that the agent pointed at. A person decides in any
case; this only saves the search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import hypot

from detect.model import MOTOR_VEHICLES, Box, ObservedFrame, Point, RoadUser, TrackId
from ingest.model import DeviceId
from verbalise.geometry import Line, distance_to_segment, reach_across, segments_meet, signed_distance
from verbalise.model import Claim, Sighting, TrackPoint
from verbalise.rules.crossing import LEAST_MARGIN, MARGIN_RATIO
from verbalise.site.model import Site, SiteCamera

NEAR = timedelta(seconds=2)
"""A crossing farther from the facts is another one: device and camera clocks differ by less."""
CLEAR = timedelta(seconds=1)
"""Two vehicles whose crossings are less apart in their distance from the facts could each be meant."""
AT_ONCE = timedelta(seconds=1)
"""A mark points at what is on the picture marked, or on one beside it."""
MOVED_RATIO = 0.5
"""A vehicle moves if its ground point goes farther than half its own height."""

NO_LINE = "Aide : cette caméra n’a pas de ligne où reconnaître le véhicule."
NO_CROSSING = "Aide : aucun véhicule n’a été vu franchir la ligne à l’instant des faits."
SEVERAL = "Aide : plusieurs véhicules sont possibles à l’instant des faits ; aucun n’a été retenu."
NOT_POINTED = "Aide : aucun véhicule n’a été vu à l’endroit désigné."
NOT_PLAIN = "Aide : aucun véhicule ne se distingue près de la ligne à l’instant du signalement."


@dataclass(frozen=True, slots=True)
class Choice:
    """The vehicle, or why none is chosen, as an agent reads it."""

    sighting: Sighting | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class Followed:
    """One motor vehicle through the clip, at least one point."""

    track: TrackId
    kind: RoadUser
    points: tuple[TrackPoint, ...]


def choose(frames: Sequence[ObservedFrame], claim: Claim, site: Site) -> Choice:
    """The claimed vehicle among those followed on these frames.

    Args:
        site: As it was at the instant of the facts; it holds the claim's camera.
    """
    vehicles, camera = motor_vehicles(frames), site.cameras[claim.camera]
    if claim.device is not None:
        choice = _crossing(vehicles, lines_of(camera, site.served_by(claim.device)), claim.at)
    elif claim.mark is not None and claim.mark.spot is not None:
        choice = _pointed_at(vehicles, claim.mark.spot, claim.at)
    else:
        choice = _only_one_moving(vehicles, lines_of(camera), claim.at)
    if isinstance(choice, str):
        return Choice(None, choice)
    return Choice(Sighting(choice.points, choice.kind, frames[0].detector), None)


def motor_vehicles(frames: Iterable[ObservedFrame]) -> list[Followed]:
    """Every track that was seen as a motor vehicle more often than as anything else."""
    points: dict[TrackId, list[TrackPoint]] = defaultdict(list)
    kinds: dict[TrackId, list[RoadUser]] = defaultdict(list)
    for frame in frames:
        for seen in frame.observations:
            points[seen.track].append(TrackPoint(frame.video, seen.box, seen.score))
            kinds[seen.track].append(seen.kind)
    found = [Followed(track, max(kinds[track], key=kinds[track].count), tuple(way)) for track, way in points.items()]
    return [vehicle for vehicle in found if vehicle.kind in MOTOR_VEHICLES]


def lines_of(camera: SiteCamera, device: DeviceId | None = None) -> list[Line]:
    """A camera's gates and road lines, of one bollard or signal or of all."""
    gates = [gate.line for gate in camera.gates if device in (None, gate.device)]
    road = [line for line in camera.lines if device in (None, line.signal)]
    return [*gates, *(segment for line in road for segment in pairwise(line.points))]


def crossings(vehicle: Followed, lines: Iterable[Line]) -> list[datetime]:
    """When the vehicle's ground point passed from clearly one side of a line to clearly the other, through it.

    As in the rules, nearer than a margin nothing is sure, so a box that flickers at a line does not cross it.
    """
    return [at for line in lines for at in _crossings_of_one(vehicle, line)]


def _crossings_of_one(vehicle: Followed, line: Line) -> Iterable[datetime]:
    sure = [point for point in vehicle.points if abs(_depth(line, point)) > _margin(line, point.box)]
    for before, after in pairwise(sure):
        from_depth, to_depth = _depth(line, before), _depth(line, after)
        way = (before.box.ground_point, after.box.ground_point)
        if from_depth * to_depth < 0 and segments_meet(way, line):
            share = abs(from_depth) / (abs(from_depth) + abs(to_depth))
            yield before.video.captured_at + share * (after.video.captured_at - before.video.captured_at)


def _depth(line: Line, point: TrackPoint) -> float:
    return signed_distance(line, point.box.ground_point)


def _margin(line: Line, box: Box) -> float:
    return LEAST_MARGIN + MARGIN_RATIO * reach_across(line, box)


def _crossing(vehicles: Sequence[Followed], lines: Sequence[Line], facts: datetime) -> Followed | str:
    """Who crossed nearest to the facts, if nobody else could be meant."""
    if not lines:
        return NO_LINE
    gaps = {
        vehicle.track: min(abs(at - facts) for at in instants)
        for vehicle in vehicles
        if (instants := crossings(vehicle, lines))
    }
    ranked = sorted((vehicle for vehicle in vehicles if vehicle.track in gaps), key=lambda one: gaps[one.track])
    if not ranked or gaps[ranked[0].track] > NEAR:
        return NO_CROSSING
    if len(ranked) > 1 and gaps[ranked[1].track] - gaps[ranked[0].track] < CLEAR:
        return SEVERAL
    return ranked[0]


def _pointed_at(vehicles: Sequence[Followed], spot: Point, at: datetime) -> Followed | str:
    """Whose box holds the spot on the picture nearest to the mark; the smallest box of several."""
    held = [
        (abs(point.video.captured_at - at), _area(point.box), vehicle)
        for vehicle in vehicles
        for point in vehicle.points
        if _holds(point.box, spot) and abs(point.video.captured_at - at) <= AT_ONCE
    ]
    return min(held, key=lambda each: each[:2])[2] if held else NOT_POINTED


def _only_one_moving(vehicles: Sequence[Followed], lines: Sequence[Line], at: datetime) -> Followed | str:
    """The one vehicle that moves near a line around the mark; none where there are more."""
    moving = [vehicle for vehicle in vehicles if _moves_near(vehicle, lines, at)]
    if len(moving) > 1:
        return SEVERAL
    return moving[0] if moving else NOT_PLAIN


def _moves_near(vehicle: Followed, lines: Sequence[Line], at: datetime) -> bool:
    around = [point for point in vehicle.points if abs(point.video.captured_at - at) <= NEAR]
    if not around:
        return False
    first, last = around[0].box, around[-1].box
    start, end = first.ground_point, last.ground_point
    has_moved = hypot(end.x - start.x, end.y - start.y) > MOVED_RATIO * (first.bottom - first.top)
    return has_moved and any(_is_near(point.box, line) for point in around for line in lines)


def _is_near(box: Box, line: Line) -> bool:
    return distance_to_segment(line, box.ground_point) <= box.bottom - box.top


def _holds(box: Box, spot: Point) -> bool:
    return box.left <= spot.x <= box.right and box.top <= spot.y <= box.bottom


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)
