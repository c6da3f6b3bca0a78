"""Reads the site description: one YAML file, strict, with errors that name the camera, the key and the value.

The shape of the file is `SiteFile`; `site_schema` publishes it as JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import time
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError

from detect.model import Point
from ingest.errors import Halt
from ingest.model import Camera, CameraId, DeviceId
from verbalise.agreements import Hours, Network, PartyId
from verbalise.geometry import area, crosses_itself, direction_into
from verbalise.law.catalogue import offences
from verbalise.model import OffenceId, ZoneId
from verbalise.site import AnalysisBasis, ByLaw, Device, Gate, Site, SiteCamera, Zone
from verbalise.site_shape import (
    DAYS,
    BasisEntry,
    ByLawEntry,
    CameraEntry,
    ClosureEntry,
    GateEntry,
    SiteFile,
    ZoneEntry,
)

SECRET_PARAMETERS = frozenset({"user", "username", "usr", "pwd", "pass", "password", "passwd", "token", "auth"})
"""Names under which cameras take credentials in the query of an address."""
SMALLEST_AREA = 1e-6
"""A zone under a millionth of the picture is a slip of the pen: about one pixel of a 1080p picture."""


def site_schema() -> dict[str, Any]:
    """The JSON Schema of the site file."""
    return SiteFile.model_json_schema(by_alias=True)


def load_site(path: Path, *, file_root: Path | None = None) -> Site:
    """The site that a file describes.

    Args:
        path: The YAML file.
        file_root: Folder from which relative `file:` sources start; the site file's own by default.

    Raises:
        Halt: the file is missing, does not parse or contradicts itself; the text names file, entry, key and value.
    """
    document = _read_yaml(path)
    try:
        described = SiteFile.model_validate(document)
    except ValidationError as error:
        raise Halt(_first_fault(path, document, error)) from error
    return _Reader(path, file_root or path.parent).site(described, _digest(document))


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Halt(f"{path}: the site file cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Halt(f"{path}: not YAML: {error}") from error


def _digest(document: Any) -> str:
    """SHA-256 of what the file says, whatever its comments, its layout and the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_instant_text)
    return sha256(canonical.encode()).hexdigest()


def _instant_text(value: Any) -> str:
    return str(value.isoformat())


def _first_fault(path: Path, document: Any, error: ValidationError) -> str:
    """The first complaint, with ids in place of list positions."""
    fault = error.errors()[0]
    where, node = [], document
    for step in fault["loc"]:
        node = _child(node, step)
        name = node.get("id") or node.get("reference") if isinstance(node, dict) else None
        where.append(f"[{name or step}]" if isinstance(step, int) else f".{step}")
    place = "".join(where).lstrip(".") or "(top)"
    # An address may hold a secret, whatever else is wrong with it.
    shown = not isinstance(node, dict | list) and node is not None and fault["loc"][-1] != "source"
    value = f" (it says {node!r})" if shown else ""
    return f"{path}: {place}: {fault['msg']}{value}"


def _child(node: Any, step: int | str) -> Any:
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return None


class _Reader:
    """Turns a well-shaped file into a site, checking what entries say about one another."""

    def __init__(self, path: Path, file_root: Path) -> None:
        self._path = path
        self._file_root = file_root

    def site(self, described: SiteFile, version: str) -> Site:
        self._refuse_twins("devices", (device.id for device in described.devices))
        self._refuse_twins("cameras", (camera.id for camera in described.cameras))
        self._refuse_twins("zones", (zone.id for camera in described.cameras for zone in camera.zones))
        self._refuse_twins("gates", (gate.id for camera in described.cameras for gate in camera.gates))
        devices = {
            DeviceId(entry.id): Device(DeviceId(entry.id), entry.kind, entry.name) for entry in described.devices
        }
        cameras = {CameraId(entry.id): self._camera(entry, devices) for entry in described.cameras}
        zones = {zone.id for camera in cameras.values() for zone in camera.zones}
        return Site(
            version=version,
            commune=described.commune.name,
            insee=described.commune.insee,
            timezone=ZoneInfo(described.timezone),
            cameras=cameras,
            devices=devices,
            by_laws=self._by_laws(described.by_laws, zones),
        )

    def _fail(self, where: str, text: str) -> Halt:
        return Halt(f"{self._path}: {where}: {text}")

    def _refuse_twins(self, where: str, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self._fail(where, f"{name!r} appears twice; every id is used once")
            seen.add(name)

    def _camera(self, entry: CameraEntry, devices: Mapping[DeviceId, Device]) -> SiteCamera:
        where = f"cameras[{entry.id}]"
        zones = {zone.id: self._zone(where, zone) for zone in entry.zones}
        camera = Camera(
            CameraId(entry.id), self._source(where, entry.source), entry.credentials, entry.starts_at, entry.loop
        )
        return SiteCamera(
            camera=camera,
            name=entry.name,
            owner=PartyId(entry.owner),
            network=Network(entry.network),
            area=entry.area,
            width_px=entry.picture.width_px,
            height_px=entry.picture.height_px,
            zones=tuple(zones.values()),
            gates=tuple(self._gate(where, gate, zones, devices) for gate in entry.gates),
            analysis=tuple(self._basis(where, basis) for basis in entry.analysis),
        )

    def _source(self, where: str, source: str) -> str:
        if source.startswith("file:"):
            return f"file:{(self._file_root / source.removeprefix('file:')).resolve()}"
        try:
            parts = urlsplit(source)
        except ValueError as error:
            raise self._fail(f"{where}.source", f"not an address: {error}") from error
        if "@" in parts.netloc or SECRET_PARAMETERS & {name.lower() for name, _ in parse_qsl(parts.query)}:
            # The value is not repeated: it holds a secret.
            raise self._fail(
                f"{where}.source",
                "holds credentials; take them out of the address and name the secret with `credentials:`",
            )
        return source

    def _zone(self, where: str, entry: ZoneEntry) -> Zone:
        polygon = tuple(Point(x, y) for x, y in entry.polygon)
        key = f"{where}.zones[{entry.id}].polygon"
        if crosses_itself(polygon):
            raise self._fail(key, f"its sides cross or touch: {_points(polygon)}; list the corners in order, each once")
        if abs(area(polygon)) < SMALLEST_AREA:
            raise self._fail(key, f"it encloses nothing: {_points(polygon)}")
        return Zone(ZoneId(entry.id), entry.place, polygon)

    def _gate(
        self, where: str, entry: GateEntry, zones: Mapping[str, Zone], devices: Mapping[DeviceId, Device]
    ) -> Gate:
        key = f"{where}.gates[{entry.id}]"
        if entry.zone not in zones:
            raise self._fail(f"{key}.zone", f"{entry.zone!r} is no zone of this camera ({_listed(zones)})")
        if DeviceId(entry.device) not in devices:
            raise self._fail(f"{key}.device", f"{entry.device!r} is not under `devices` ({_listed(devices)})")
        line = (Point(*entry.line[0]), Point(*entry.line[1]))
        try:
            direction_into(zones[entry.zone].polygon, line)
        except ValueError as error:
            raise self._fail(f"{key}.line", f"{error}; draw it along the zone's border") from error
        return Gate(entry.id, ZoneId(entry.zone), DeviceId(entry.device), line)

    def _basis(self, where: str, entry: BasisEntry) -> AnalysisBasis:
        if OffenceId(entry.offence) not in offences():
            raise self._fail(
                f"{where}.analysis", f"offence {entry.offence!r} is not in the catalogue ({_listed(offences())})"
            )
        return AnalysisBasis(OffenceId(entry.offence), entry.text, entry.valid_from, entry.valid_until)

    def _by_laws(self, entries: Iterable[ByLawEntry], zones: set[ZoneId]) -> tuple[ByLaw, ...]:
        laws = tuple(self._by_law(entry, zones) for entry in entries)
        for one, other in combinations(laws, 2):
            if one.zone == other.zone and _overlap(one, other):
                raise self._fail(
                    f"by_laws[{other.reference}]",
                    f"in force on {other.zone!r} at the same time as {one.reference!r}; "
                    "end the earlier one with `until`, so that one by-law answers for every instant",
                )
        return laws

    def _by_law(self, entry: ByLawEntry, zones: set[ZoneId]) -> ByLaw:
        if entry.zone not in zones:
            raise self._fail(
                f"by_laws[{entry.reference}].zone", f"{entry.zone!r} is no zone of any camera ({_listed(zones)})"
            )
        return ByLaw(
            reference=entry.reference,
            zone=ZoneId(entry.zone),
            title=entry.title,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            closures=tuple(closure for hours in entry.closures for closure in _closures(hours)),
            admitted=frozenset(entry.admitted),
        )


def _overlap(one: ByLaw, other: ByLaw) -> bool:
    first, second = sorted((one, other), key=lambda law: law.valid_from)
    return first.valid_until is None or second.valid_from < first.valid_until


def _closures(entry: ClosureEntry) -> list[Hours]:
    """Hours of one entry; those that pass midnight become two, the second on the following days."""
    days = frozenset(DAYS.index(day) for day in entry.days)
    start, end = _clock(entry.start), _clock(entry.end)
    if start < end:
        return [Hours(days, start, end)]
    evening = Hours(days, start, time.max)
    following = frozenset((day + 1) % 7 for day in days)
    return [evening] if end == time.min else [evening, Hours(following, time.min, end)]


def _clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def _points(polygon: Iterable[Point]) -> str:
    return ", ".join(f"[{point.x}, {point.y}]" for point in polygon)


def _listed(names: Iterable[str]) -> str:
    return "known: " + (", ".join(sorted(names)) or "none")
