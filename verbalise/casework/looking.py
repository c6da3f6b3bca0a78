"""What the pictures of a claim show, looked at before anything of them is stored.

Without the city's permission for machine help no model is loaded and no picture is given to one: the agent looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from detect.model import PlateReading, PlateStatus
from detect.plates.model import Picture, VehicleCrop
from ingest.errors import Reject
from verbalise.casework import stills
from verbalise.casework.choosing import Choice, choose
from verbalise.casework.finding import around
from verbalise.casework.footage import Footage
from verbalise.casework.locate import Anchor
from verbalise.casework.ports import PlateHelp, VehicleFinder
from verbalise.model import Claim, Sighting, TrackPoint
from verbalise.site.model import Site

_log = structlog.get_logger("casework")

NO_HELP = "lecture automatique non autorisée sur ce site"
NO_VEHICLE = "aucune image du véhicule"


@dataclass(frozen=True, slots=True)
class Help:
    """Machine help that is permitted now; each loads its models when first called."""

    plates: Callable[[], PlateHelp]
    finder: Callable[[], VehicleFinder]


@dataclass(frozen=True, slots=True)
class Found:
    """A claim with the place of its facts and the packets around them.

    Attributes:
        anchor: None where nothing was filmed or nothing is left; the footage is then empty.
        site: As it was at the instant of the facts.
    """

    claim: Claim
    anchor: Anchor | None
    footage: Footage
    site: Site


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        points: Where the vehicle is seen best, in the order of the frames.
        pictures: The picture of the facts and those of `points`, by seq, as far as they could be decoded.
        sighting: The vehicle as help found it, for a claim without a path.
        remarks: What help could not do, in French.
    """

    found: Found
    points: tuple[TrackPoint, ...]
    pictures: Mapping[int, Picture]
    sighting: Sighting | None
    plate: PlateReading
    remarks: tuple[str, ...]

    @property
    def scene(self) -> int | None:
        """Number of the packet that shows the facts, None if its picture could not be had."""
        anchor = self.found.anchor
        return anchor.event.seq if anchor is not None and anchor.event.seq in self.pictures else None


def look(found: Found, help_: Help | None, plate_frames: int) -> Look:
    """Decode what is needed and, where help is permitted, find the vehicle and read its plate.

    Args:
        help_: None where it is not permitted.
        plate_frames: Pictures of the vehicle that are read, at most.
    """
    choice = _chosen(found, help_)
    path = found.claim.path or (choice.sighting.path if choice.sighting is not None else ())
    points = stills.best_points(path, {located.packet.seq for located in found.footage.packets}, plate_frames)
    pictures = _pictures(found, points)
    return Look(
        found=found,
        points=tuple(points),
        pictures=pictures,
        sighting=choice.sighting,
        plate=_read_plate(points, pictures, help_),
        remarks=(choice.remark,) if choice.remark is not None else (),
    )


def _chosen(found: Found, help_: Help | None) -> Choice:
    """The vehicle of a claim that names none; claims with a path have theirs."""
    claim, anchor = found.claim, found.anchor
    if help_ is None or claim.path or anchor is None:
        return Choice(None, None)
    packets = around(found.footage.packets, claim.at)
    try:
        frames = help_.finder().follow(packets, anchor.event.partition)
    except Reject as error:
        _log.warning("casework.not_followed", camera=claim.camera, error=str(error))
        return Choice(None, None)
    return choose(frames, claim, found.site)


def _pictures(found: Found, points: Sequence[TrackPoint]) -> dict[int, Picture]:
    if found.anchor is None:
        return {}
    event = found.anchor.event
    wanted = {event.seq, *(point.video.seq for point in points)}
    try:
        return stills.pictures_of(found.footage.packets, event.partition, wanted)
    except Reject as error:
        _log.warning("casework.not_decodable", camera=found.claim.camera, error=str(error))
        return {}


def _read_plate(points: Sequence[TrackPoint], pictures: Mapping[int, Picture], help_: Help | None) -> PlateReading:
    if help_ is None:
        return PlateReading(PlateStatus.NOT_ATTEMPTED, None, NO_HELP, (), "")
    crops = [
        VehicleCrop(point.video.seq, pictures[point.video.seq], point.box)
        for point in points
        if point.video.seq in pictures
    ]
    if not crops:
        return PlateReading(PlateStatus.UNREADABLE, None, NO_VEHICLE, (), "")
    return help_.plates().read(crops)
