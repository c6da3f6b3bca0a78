"""The site: which cameras watch which zones, behind which devices, under which by-law.

Lines and polygons are in the picture's relative coordinates (0 to 1, origin top left).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from detect.model import Point, RoadUser
from ingest.model import Camera, CameraId, DeviceId
from verbalise.model import OffenceId, ZoneId


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon on one camera, at least three points; a point on its edge counts as inside."""

    id: ZoneId
    place: str
    polygon: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """The line that a vehicle crosses to enter a zone past a bollard.

    Attributes:
        line: Two points; a vehicle enters when its ground point goes from the outer side to the zone's side.
        device: The bollard that opens it.
    """

    id: str
    zone: ZoneId
    device: DeviceId
    line: tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class AnalysisBasis:
    """The text that allows detection workers to flag one offence on one camera, and when it is in force."""

    offence: OffenceId
    text: str
    valid_from: datetime
    valid_until: datetime

    def in_force(self, at: datetime) -> bool:
        """Whether the basis covers the instant."""
        return self.valid_from <= at < self.valid_until


@dataclass(frozen=True, slots=True)
class Closure:
    """Hours of the week in which motor vehicles are kept out, local time, `start` before `end`.

    Attributes:
        days: 0 is Monday.
        end: Exclusive; midnight at the end of the day is `time.max`.
    """

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ByLaw:
    """A municipal by-law (arrêté) on one zone."""

    reference: str
    zone: ZoneId
    title: str
    valid_from: datetime
    valid_until: datetime | None
    closures: tuple[Closure, ...]
    admitted: frozenset[RoadUser]

    def in_force(self, at: datetime) -> bool:
        """Whether the by-law covers the instant, whatever the hour."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class Device:
    """A bollard, signal or reader on the street."""

    id: DeviceId
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class SiteCamera:
    """A camera with what it watches.

    Attributes:
        network: `bollard`, `traffic` or `city`.
        area: The zone of the city whose patrols get its alerts.
    """

    camera: Camera
    name: str
    owner: str
    network: str
    area: str
    width_px: int
    height_px: int
    zones: tuple[Zone, ...]
    gates: tuple[Gate, ...]
    analysis: tuple[AnalysisBasis, ...]

    def may_analyse(self, at: datetime) -> bool:
        """Whether any offence has a basis in force here: without one, no model looks at the pictures."""
        return any(basis.in_force(at) for basis in self.analysis)

    def zone(self, zone_id: ZoneId) -> Zone:
        """The zone of that id; KeyError if this camera does not watch it."""
        return {zone.id: zone for zone in self.zones}[zone_id]


@dataclass(frozen=True, slots=True)
class Site:
    """Everything about the place that rules and pages need.

    Attributes:
        version: Digest of the description, carried by every claim.
    """

    version: str
    commune: str
    insee: str
    timezone: ZoneInfo
    cameras: Mapping[CameraId, SiteCamera]
    devices: Mapping[DeviceId, Device]
    by_laws: tuple[ByLaw, ...]

    def by_law_on(self, zone: ZoneId, at: datetime) -> ByLaw | None:
        """The by-law in force on a zone at an instant, None if there is none."""
        return next((law for law in self.by_laws if law.zone == zone and law.in_force(at)), None)

    def cameras_of(self, device: DeviceId) -> tuple[CameraId, ...]:
        """Cameras with a gate on this device, in the order of the site."""
        return tuple(
            camera_id
            for camera_id, camera in self.cameras.items()
            if any(gate.device == device for gate in camera.gates)
        )
