"""The site: which cameras watch which zones, behind which devices, under which by-law.

Lines and polygons are in the picture's relative coordinates (0 to 1, origin top left).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from detect.model import Point, RoadUser
from ingest.model import Camera, CameraId, DeviceId
from verbalise.dated import Dated
from verbalise.model import CITY, Agent, OffenceId, ZoneId
from verbalise.site.agreements import Authorisation, Convention, HelpPermission, Hours, Network, Party, PartyId
from verbalise.site.permits import Permit


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


class LineKind(StrEnum):
    """What a line on the road means."""

    STOP = "stop"
    """Where vehicles wait at a signal or a stop sign."""
    CONTINUOUS = "continuous"
    CROSSING = "crossing"
    """The near edge of a pedestrian crossing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the road as one camera sees it.

    Attributes:
        points: At least two, in order along the line.
        signal: The signal whose phase holds at a stop line; None where there is none.
        place: French name of the place, as agents say it.
    """

    id: str
    kind: LineKind
    place: str
    points: tuple[Point, ...]
    signal: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class AnalysisBasis(Dated):
    """The text that allows detection workers to flag one offence on one camera, and when it is in force."""

    offence: OffenceId
    text: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Where something stands: WGS 84 degrees."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Suspension(Dated):
    """A time in which a by-law does not apply: a market, a procession, works on the way round."""

    valid_from: datetime
    valid_until: datetime
    text: str


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
    """A bollard, signal, loop or reader on the street.

    Attributes:
        kind: `bollard`, `signal`, `reader` or `loop`.
        serves: The bollard or signal that a reader or loop belongs to; None for those themselves.
    """

    id: DeviceId
    kind: str
    name: str
    serves: DeviceId | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class SiteCamera:
    """A camera with what it watches.

    Attributes:
        owner: The party that owns it.
        area: The zone of the city whose patrols get its alerts.
        masks: Polygons that privacy keeps out of every picture shown.
        view_reference: Name of the reference view that its zones were drawn on.
        lines: Lines on the road.
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
    lines: tuple[Line, ...] = ()

    @property
    def retention_days(self) -> int:
        """How long pictures of this camera may be kept: the strictest of its orders, 30 days at most."""
        return min([30, *(order.retention_days for order in self.authorisations)])

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
        agents: People named by the city or by a party, with their capacity and dates; passwords are not here.
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
    agents: tuple[Agent, ...] = ()

    def by_law_on(self, zone: ZoneId, at: datetime) -> ByLaw | None:
        """The by-law in force on a zone at an instant, None if there is none."""
        return next((law for law in self.by_laws if law.zone == zone and law.in_force(at)), None)

    def served_by(self, device: DeviceId) -> DeviceId:
        """The bollard or signal that a device belongs to: itself, unless it is a reader or loop of another."""
        known = self.devices.get(device)
        return known.serves if known is not None and known.serves is not None else device

    def beside(self, device: DeviceId) -> tuple[DeviceId, ...]:
        """A bollard or signal with every reader and loop that serves it, itself first."""
        return (device, *(other.id for other in self.devices.values() if other.serves == device))

    def cameras_of(self, device: DeviceId) -> tuple[CameraId, ...]:
        """Cameras with a gate or a line at the place of this device, in the order of the site."""
        main = self.served_by(device)
        return tuple(
            camera_id
            for camera_id, camera in self.cameras.items()
            if any(gate.device == main for gate in camera.gates) or any(line.signal == main for line in camera.lines)
        )

    def same_place(self, camera_id: CameraId) -> tuple[CameraId, ...]:
        """A camera, first, and those that watch a zone, a bollard or a signal with it: one passage is seen by all."""
        seen = _watched(self.cameras.get(camera_id))
        others = (other for other in self.cameras if other != camera_id and seen & _watched(self.cameras[other]))
        return (camera_id, *others)

    def is_own(self, camera: SiteCamera) -> bool:
        """Whether the camera belongs to the city itself."""
        return camera.owner == CITY


def _watched(camera: SiteCamera | None) -> frozenset[str]:
    """Names of the zones, bollards and signals that a camera watches."""
    if camera is None:
        return frozenset()
    zones, gates = {f"zone/{zone.id}" for zone in camera.zones}, {f"device/{gate.device}" for gate in camera.gates}
    return frozenset(zones | gates | {f"device/{line.signal}" for line in camera.lines if line.signal is not None})
