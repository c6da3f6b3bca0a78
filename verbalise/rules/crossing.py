"""Who came into a zone: follows every track across its thresholds and records entries.

A threshold is a gate's line, or the border of a zone without gate. Nearer to it than a margin nothing is
sure, so a box that flickers at the line enters once or not at all. The margin is a part of the box's own
reach across the line, so it means the same far from the camera and near it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from detect.model import MOTOR_VEHICLES, Box, Observation, ObservedFrame, Point
from verbalise.geometry import direction_into, is_inside, reach_across, segments_meet, signed_depth, signed_distance
from verbalise.model import ZoneId
from verbalise.rules.memory import Beyond, CameraMemory, Entry, Side, TrackMemory, with_entry, with_track
from verbalise.site.model import Gate, SiteCamera, Zone

SURE_OBSERVATIONS = 2
"""One box can be wrong; two in a row on the same side, with nothing clear on the other between, are taken."""
MARGIN_RATIO = 0.05
"""Detected lower edges wander by a few hundredths of the box; at walking pace this is half a second."""
LEAST_MARGIN = 0.002
"""Two pixels of a 1080p picture: the floor for boxes far away."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something that is crossed to come into a zone.

    Attributes:
        depth: How far a ground point is beyond it, relative units; negative on the outer side.
        margin: How far a box must be from it to be sure of the side.
        admits: Whether a way from an outer to an inner point leads through it.
    """

    id: str
    zone: ZoneId
    polygon: tuple[Point, ...]
    depth: Callable[[Point], float]
    margin: Callable[[Box], float]
    admits: Callable[[Point, Point], bool]


def thresholds(camera: SiteCamera) -> list[Threshold]:
    """The gates of a camera, and its zones that have none."""
    gated = {gate.zone for gate in camera.gates}
    by_gate = [_gate_threshold(gate, camera.zone(gate.zone)) for gate in camera.gates]
    return by_gate + [_border_threshold(zone) for zone in camera.zones if zone.id not in gated]


def _gate_threshold(gate: Gate, zone: Zone) -> Threshold:
    into = direction_into(zone.polygon, gate.line)
    return Threshold(
        gate.id,
        zone.id,
        zone.polygon,
        depth=lambda point: into * signed_distance(gate.line, point),
        margin=lambda box: LEAST_MARGIN + MARGIN_RATIO * reach_across(gate.line, box),
        admits=lambda outer, inner: segments_meet((outer, inner), gate.line),
    )


def _border_threshold(zone: Zone) -> Threshold:
    return Threshold(
        zone.id,
        zone.id,
        zone.polygon,
        depth=lambda point: signed_depth(zone.polygon, point),
        margin=lambda box: LEAST_MARGIN + MARGIN_RATIO * (box.bottom - box.top),
        admits=lambda outer, inner: True,
    )


def follow(memory: CameraMemory, frame: ObservedFrame, camera: SiteCamera) -> CameraMemory:
    """The memory with the entries that a frame makes sure.

    Args:
        memory: What is known, this frame's observations included (`memory.observe`).
    """
    for threshold in thresholds(camera):
        for seen in frame.observations:
            memory = _follow_one(memory, frame, seen, threshold)
    return memory


def _follow_one(memory: CameraMemory, frame: ObservedFrame, seen: Observation, threshold: Threshold) -> CameraMemory:
    track = memory.track(seen.track)
    if track is None:
        return memory
    before = track.side(threshold.id)
    after = _moved(before, frame, seen, threshold)
    if after.inside is True and before.inside is not True:
        entry = _entry(track, before, after, frame, seen.box.ground_point, threshold)
        if entry is not None:
            memory = with_entry(memory, entry)
            after = replace(after, entered=after.entered + 1)
    return with_track(memory, track.with_side(after))


def _moved(side: Side, frame: ObservedFrame, seen: Observation, threshold: Threshold) -> Side:
    """Where the track stands after one more observation."""
    point = seen.box.ground_point
    depth, margin = threshold.depth(point), threshold.margin(seen.box)
    beyond = None if depth <= 0 else side.beyond or Beyond(frame.video, seen.box)
    side = replace(side, beyond=beyond)
    if depth < -margin:
        outer_seen = side.outer_seen + 1
        inside = False if outer_seen >= SURE_OBSERVATIONS else side.inside
        return replace(side, outer_seen=outer_seen, inner_seen=0, last_outer=point, inside=inside)
    if depth > margin and is_inside(threshold.polygon, point):
        inner_seen = side.inner_seen + 1
        sure = inner_seen >= SURE_OBSERVATIONS
        return replace(
            side, inner_seen=inner_seen, outer_seen=0 if sure else side.outer_seen, inside=True if sure else side.inside
        )
    return side


def _entry(
    track: TrackMemory, before: Side, after: Side, frame: ObservedFrame, inner: Point, threshold: Threshold
) -> Entry | None:
    """The entry that a sure change of side means; None for a way round the gate, and for walkers and cyclists."""
    if after.beyond is None or not any(kind in MOTOR_VEHICLES for kind, _ in track.kinds):
        return None
    outer = before.last_outer if before.inside is False else None
    if outer is not None and not threshold.admits(outer, inner):
        return None
    return Entry(
        track=track.id,
        threshold=threshold.id,
        zone=threshold.zone,
        at=after.beyond.video.captured_at,
        event=after.beyond.video,
        box=after.beyond.box,
        detector=frame.detector,
        seen_coming=outer is not None,
        nth=before.entered + 1,
        kind=track.kind,
    )
