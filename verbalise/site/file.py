"""Reads the site description: one YAML file, strict, with errors that name the entry, the key and the value.

The shape of the file is `SiteFile`; `site_schema` publishes it as JSON Schema. What the register keeps of it is the
canonical document: the same facts as JSON, instants in UTC, defaults left out, plates and badges hashed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ingest.errors import Halt
from verbalise.plain_yaml import read_plain_yaml
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher
from verbalise.site.reading.agreements import convention_of, help_of, parties_of
from verbalise.site.reading.by_laws import by_laws_of, hashed, permits_of
from verbalise.site.reading.faults import Place
from verbalise.site.reading.people import agents_of
from verbalise.site.reading.places import CameraReading, devices_of
from verbalise.site.reading.shapes import boundary_of
from verbalise.site.shape import SiteFile

_NOT_SHOWN = frozenset({"source", "plate", "badge"})
"""Values that errors do not repeat: an address may hold a secret, a permit a plate."""


@dataclass(frozen=True, slots=True)
class Description:
    """A site as it was described.

    Attributes:
        document: The canonical document; its SHA-256 is the site's version.
    """

    site: Site
    document: str


def site_schema() -> dict[str, Any]:
    """The JSON Schema of the site file."""
    return SiteFile.model_json_schema(by_alias=True)


def load_site(path: Path, *, file_root: Path | None = None, hasher: TokenHasher | None = None) -> Site:
    """The site that a file describes; see `load_description`."""
    return load_description(path, file_root=file_root, hasher=hasher).site


def load_description(path: Path, *, file_root: Path | None = None, hasher: TokenHasher | None = None) -> Description:
    """The site that a file describes, and its canonical document.

    Args:
        path: The YAML file.
        file_root: Folder from which relative `file:` sources start; the site file's own by default.
        hasher: Hashes plates and badge numbers written in clear; None where there is no key.

    Raises:
        Halt: the file is missing, does not parse or contradicts itself; the text names file, entry, key and value.
    """
    return _described(read_plain_yaml(path), Place(path), file_root or path.parent, hasher)


def read_document(document: str, file_root: Path, name: str) -> Site:
    """The site of a canonical document.

    Args:
        name: What errors call the document.

    Raises:
        Halt: this version of Constat cannot read it.
    """
    try:
        content = json.loads(document)
    except ValueError as error:
        raise Halt(f"{name}: not JSON: {error}") from error
    return _described(content, Place(name), file_root, None).site


def _described(content: Any, top: Place, file_root: Path, hasher: TokenHasher | None) -> Description:
    try:
        described = SiteFile.model_validate(content)
    except ValidationError as error:
        raise _first_fault(top, content, error) from error
    described = described.model_copy(update={"permits": hashed(top, described.permits, hasher)})
    document = _canonical(described)
    return Description(_site(top, described, file_root, sha256(document.encode()).hexdigest()), document)


def _canonical(described: SiteFile) -> str:
    """The same text for the same facts, whatever the file's layout, comments, time zones and order of keys."""
    content = described.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _site(top: Place, described: SiteFile, file_root: Path, version: str) -> Site:
    clock = ZoneInfo(described.timezone)
    boundary = boundary_of(top.at("commune").at("boundary"), described.commune.boundary)
    parties = parties_of(top, described.parties)
    devices = devices_of(top, described.devices)
    cameras = CameraReading(top, file_root, devices, boundary, parties).cameras(described.cameras)
    zones = {zone.id for camera in cameras.values() for zone in camera.zones}
    return Site(
        version=version,
        commune=described.commune.name,
        insee=described.commune.insee,
        timezone=clock,
        cameras=cameras,
        devices=devices,
        by_laws=by_laws_of(top, described.by_laws, zones),
        boundary=boundary,
        help=help_of(described.help),
        parties=parties,
        convention=convention_of(top, described.convention, parties, clock),
        permits=permits_of(top, described.permits, zones),
        finds_on_replay=described.finds_on_replay,
        agents=agents_of(top, described.agents, parties),
    )


def _first_fault(top: Place, content: Any, error: ValidationError) -> Halt:
    """The first complaint, with ids in place of list positions."""
    fault = error.errors()[0]
    place, node = top, content
    for step in fault["loc"]:
        if isinstance(step, str) and not isinstance(node, dict):
            continue  # not a key of the file: the name of one of several shapes
        node = _child(node, step)
        place = place.step(step, node.get("id") or node.get("reference") if isinstance(node, dict) else None)
    is_shown = not isinstance(node, dict | list) and node is not None and fault["loc"][-1] not in _NOT_SHOWN
    return place.fault(fault["msg"] + (f" (it says {node!r})" if is_shown else ""))


def _child(node: Any, step: int | str) -> Any:
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return None
