"""The site: which cameras watch which zones, behind which devices, under which by-law.

Lines and polygons are in the picture's relative coordinates (0 to 1, origin top left).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from detect.model import Point, RoadUser
from ingest.model import Camera, CameraId, DeviceId
from verbalise.agreements import Authorisation, Convention, HelpPermission, Hours, Network, Party, PartyId
from verbalise.model import OffenceId, ZoneId
from verbalise.permits import Permit


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
class Position:
    """Where something stands: WGS 84 degrees."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Suspension:
    """A time in which a by-law does not apply: a market, a procession, works on the way round."""

    valid_from: datetime
    valid_until: datetime
    text: str

    def in_force(self, at: datetime) -> bool:
        """Whether the by-law is suspended at the instant."""
        return self.valid_from <= at < self.valid_until


@dataclass(frozen=True, slots=True)
class ByLaw:
    """A municipal by-law (arrêté) on one zone.

    Attributes:
        closures: Hours in which motor vehicles are kept out.
        admitted: Classes that are never kept out.
        except_days: Local days on which no closure holds, such as holidays that the by-law exempts.
        only_days: Local days to which the by-law is limited; None means every day.
        suspensions: Times in which it does not apply at all.
    """

    reference: str
    zone: ZoneId
    title: str
    valid_from: datetime
    valid_until: datetime | None
    closures: tuple[Hours, ...]
    admitted: frozenset[RoadUser]
    except_days: frozenset[date] = frozenset()
    only_days: frozenset[date] | None = None
    suspensions: tuple[Suspension, ...] = ()

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
        owner: The party that owns it.
        area: The zone of the city whose patrols get its alerts.
        masks: Polygons that privacy keeps out of every picture shown.
        view_reference: Name of the reference view that its zones were drawn on.
    """

    camera: Camera
    name: str
    owner: PartyId
    network: Network
    area: str
    width_px: int
    height_px: int
    zones: tuple[Zone, ...]
    gates: tuple[Gate, ...]
    analysis: tuple[AnalysisBasis, ...]
    authorisations: tuple[Authorisation, ...] = ()
    position: Position | None = None
    masks: tuple[tuple[Point, ...], ...] = ()
    view_reference: str | None = None

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
        boundary: Corners of the commune; a camera outside it is refused.
        help: When a machine may help with a claimed clip; never, if empty.
        finds_on_replay: Whether agents may find from a replayed clip, or only from what they see live.
    """

    version: str
    commune: str
    insee: str
    timezone: ZoneInfo
    cameras: Mapping[CameraId, SiteCamera]
    devices: Mapping[DeviceId, Device]
    by_laws: tuple[ByLaw, ...]
    boundary: tuple[Position, ...] = ()
    help: tuple[HelpPermission, ...] = ()
    parties: Mapping[PartyId, Party] = field(default_factory=dict)
    convention: Convention | None = None
    permits: tuple[Permit, ...] = ()
    finds_on_replay: bool = True

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
