"""Devices and cameras of the site, with what they see and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from detect.model import Point
from ingest.model import Camera, CameraId, DeviceId
from verbalise.geometry import direction_into, is_inside
from verbalise.law.catalogue import offences
from verbalise.model import OffenceId, Trigger, ZoneId
from verbalise.site.agreements import Aim, Authorisation, Network, PartyId
from verbalise.site.entries.agreements import AuthorisationEntry, BasisEntry
from verbalise.site.entries.places import CameraEntry, DeviceEntry, GateEntry, LineEntry
from verbalise.site.model import AnalysisBasis, Device, Gate, Line, LineKind, Position, SiteCamera, Zone
from verbalise.site.reading.faults import Place, listed
from verbalise.site.reading.shapes import on_map, points_of, polygon_of, position_of

SECRET_PARAMETERS = frozenset({"user", "username", "usr", "pwd", "pass", "password", "passwd", "token", "auth"})
"""Names under which cameras take credentials in the query of an address."""


def devices_of(top: Place, entries: Collection[DeviceEntry]) -> dict[DeviceId, Device]:
    """The devices by id. Raises Halt where one serves what is no bollard or signal."""
    top.refuse_twins("devices", (entry.id for entry in entries))
    kinds = {entry.id: entry.kind for entry in entries}
    for entry in entries:
        if entry.serves is None:
            continue
        place = top.at("devices", entry.id).at("serves")
        if entry.serves not in kinds:
            raise place.fault(f"{entry.serves!r} is not under `devices` ({listed(kinds)})")
        if kinds[entry.serves] not in {"bollard", "signal"}:
            raise place.fault(f"{entry.serves!r} is a {kinds[entry.serves]}; name the bollard or signal itself")
    return {
        DeviceId(entry.id): Device(
            id=DeviceId(entry.id),
            kind=entry.kind,
            name=entry.name,
            serves=None if entry.serves is None else DeviceId(entry.serves),
            position=position_of(entry.position),
        )
        for entry in entries
    }


class CameraReading:
    """Reads the cameras of one file.

    Args:
        file_root: Folder from which relative `file:` sources start.
        boundary: Corners of the commune; empty where the file draws none.
        parties: Those that the file declares; empty where it declares none, and any owner is taken.
    """

    def __init__(
        self,
        top: Place,
        file_root: Path,
        devices: Mapping[DeviceId, Device],
        boundary: tuple[Position, ...],
        parties: Collection[PartyId],
    ) -> None:
        self._top = top
        self._file_root = file_root
        self._devices = devices
        self._boundary = boundary
        self._parties = parties

    def cameras(self, entries: Collection[CameraEntry]) -> dict[CameraId, SiteCamera]:
        """The cameras by id. Raises Halt, naming the camera, the key and the value."""
        self._top.refuse_twins("cameras", (entry.id for entry in entries))
        self._top.refuse_twins("zones", (zone.id for entry in entries for zone in entry.zones))
        self._top.refuse_twins("gates", (gate.id for entry in entries for gate in entry.gates))
        self._top.refuse_twins("lines", (line.id for entry in entries for line in entry.lines))
        return {CameraId(entry.id): self._camera(entry) for entry in entries}

    def _camera(self, entry: CameraEntry) -> SiteCamera:
        place = self._top.at("cameras", entry.id)
        if self._parties and entry.owner not in self._parties:
            raise place.at("owner").fault(f"{entry.owner!r} is not under `parties` ({listed(self._parties)})")
        zones = {
            zone.id: Zone(
                ZoneId(zone.id), zone.place, polygon_of(place.at("zones", zone.id).at("polygon"), zone.polygon)
            )
            for zone in entry.zones
        }
        source = self._source(place.at("source"), entry.source)
        return SiteCamera(
            camera=Camera(CameraId(entry.id), source, entry.credentials, entry.starts_at, entry.loop),
            name=entry.name,
            owner=PartyId(entry.owner),
            network=Network(entry.network),
            area=entry.area,
            width_px=entry.picture.width_px,
            height_px=entry.picture.height_px,
            zones=tuple(zones.values()),
            gates=tuple(self._gate(place.at("gates", gate.id), gate, zones) for gate in entry.gates),
            analysis=tuple(_basis(place.at("analysis"), basis) for basis in entry.analysis),
            authorisations=tuple(_authorisation(order) for order in entry.authorisations),
            position=self._position(place.at("position"), position_of(entry.position)),
            masks=tuple(polygon_of(place.at("masks", str(index)), mask) for index, mask in enumerate(entry.masks)),
            view_reference=entry.view_reference,
            lines=tuple(self._line(place.at("lines", line.id), line) for line in entry.lines),
        )

    def _source(self, place: Place, source: str) -> str:
        if source.startswith("file:"):
            return f"file:{(self._file_root / source.removeprefix('file:')).resolve()}"
        try:
            parts = urlsplit(source)
        except ValueError as error:
            raise place.fault(f"not an address: {error}") from error
        if "@" in parts.netloc or SECRET_PARAMETERS & {name.lower() for name, _ in parse_qsl(parts.query)}:
            # The value is not repeated: it holds a secret.
            raise place.fault("holds credentials; take them out of the address and name the secret with `credentials:`")
        return source

    def _position(self, place: Place, position: Position | None) -> Position | None:
        """Video-verbalisation is for the commune's own ground: what may lie elsewhere is refused."""
        if not self._boundary:
            return position
        if position is None:
            raise place.fault("missing; with a `boundary` of the commune every camera says where it stands")
        if not is_inside([on_map(corner) for corner in self._boundary], on_map(position)):
            where = f"[{position.latitude_deg}, {position.longitude_deg}]"
            raise place.fault(f"{where} is outside the commune's boundary; its agents find no offence there")
        return position

    def _gate(self, place: Place, entry: GateEntry, zones: Mapping[str, Zone]) -> Gate:
        if entry.zone not in zones:
            raise place.at("zone").fault(f"{entry.zone!r} is no zone of this camera ({listed(zones)})")
        device = self._device(place.at("device"), entry.device, "bollard")
        start, end = points_of(entry.line)
        try:
            direction_into(zones[entry.zone].polygon, (start, end))
        except ValueError as error:
            raise place.at("line").fault(f"{error}; draw it along the zone's border") from error
        return Gate(entry.id, ZoneId(entry.zone), device, (start, end))

    def _line(self, place: Place, entry: LineEntry) -> Line:
        points = points_of(entry.points)
        if _has_a_step_of_no_length(points):
            raise place.at("points").fault("two points in a row are the same")
        signal = None if entry.signal is None else self._device(place.at("signal"), entry.signal, "signal")
        return Line(entry.id, LineKind(entry.kind), entry.place, points, signal)

    def _device(self, place: Place, name: str, kind: str) -> DeviceId:
        device = self._devices.get(DeviceId(name))
        if device is None:
            raise place.fault(f"{name!r} is not under `devices` ({listed(self._devices)})")
        if device.kind != kind:
            raise place.fault(f"{name!r} is a {device.kind}, not a {kind}")
        return device.id


def _has_a_step_of_no_length(points: Iterable[Point]) -> bool:
    return any(one == other for one, other in pairwise(points))


def _basis(place: Place, entry: BasisEntry) -> AnalysisBasis:
    offence = offences().get(OffenceId(entry.offence))
    if offence is None:
        raise place.fault(f"offence {entry.offence!r} is not in the catalogue ({listed(offences())})")
    if Trigger.ANALYSIS not in offence.triggers:
        analysable = [known.id for known in offences().values() if Trigger.ANALYSIS in known.triggers]
        raise place.fault(f"offence {entry.offence!r} is never looked for by analysis ({listed(analysable)})")
    return AnalysisBasis(offence.id, entry.text, entry.valid_from, entry.valid_until)


def _authorisation(entry: AuthorisationEntry) -> Authorisation:
    return Authorisation(
        reference=entry.reference,
        aims=frozenset(Aim(aim) for aim in entry.aims),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        retention_days=entry.retention_days,
    )
