"""What the stream app keeps per camera, as bytes, and what it takes from records. No Kafka here."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar

from detect.wire import OBSERVED
from ingest.errors import Reject
from ingest.model import CameraId, DeviceEvent
from ingest.wire import DEVICE_EVENT, JsonCodec
from verbalise.rules.bollard import CLOCK_TOLERANCE, OPENING_LIMIT, DeviceHistory
from verbalise.rules.memory import CameraMemory, Entry
from verbalise.rules.model import Observed
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site, SiteCamera

T = TypeVar("T")


class PackedCodec(Generic[T]):
    """A record as compressed, versioned JSON: paths are repetitive and shrink to a tenth."""

    def __init__(self, json: JsonCodec[T]) -> None:
        self._json = json

    def encode(self, record: T) -> bytes:
        """The record as bytes."""
        return zlib.compress(self._json.encode(record), 1)

    def decode(self, payload: bytes) -> T:
        """The record back.

        Raises:
            Reject: the bytes are not such a record, or of another version.
        """
        try:
            return self._json.decode(zlib.decompress(payload))
        except zlib.error as error:
            raise Reject(f"{self._json.name}: not compressed ({error})") from error


MEMORY: PackedCodec[CameraMemory] = PackedCodec(JsonCodec(CameraMemory, "camera-memory"))
DEVICES: PackedCodec[DeviceHistory] = PackedCodec(JsonCodec(DeviceHistory, "device-history"))


class Decoded(Generic[T]):
    """The records of a table, decoded once for as long as the table holds the same bytes.

    Identity of the bytes is the test: a table that was recovered, or lost to another worker, holds others.
    """

    def __init__(self, table: Mapping[bytes, bytes], codec: PackedCodec[T], blank: T) -> None:
        self._table = table
        self._codec = codec
        self._blank = blank
        self._known: dict[bytes, tuple[bytes, T]] = {}

    def read(self, key: bytes) -> T:
        """The record under a key, or a blank one.

        Raises:
            Reject: the table holds something that this version does not read.
        """
        packed = self._table.get(key)
        if packed is None:
            return self._blank
        known = self._known.get(key)
        if known is None or known[0] is not packed:
            known = self._known[key] = (packed, self._codec.decode(packed))
        return known[1]

    def packed(self, key: bytes, record: T) -> bytes:
        """The bytes to write to the table for a record, remembered as decoded."""
        packed = self._codec.encode(record)
        self._known[key] = (packed, record)
        return packed


def read_observed(value: bytes | None, sites: SiteHistory) -> tuple[Site, SiteCamera, Observed]:
    """A `tracks` record, with the site and the camera as they were at its instant.

    Raises:
        Reject: malformed, of another version, or of a camera that the site does not have.
    """
    observed = OBSERVED.decode(value or b"")
    site = sites.as_of(observed.video.captured_at)
    return site, _camera(observed.camera, site), observed


def read_report(value: bytes | None, sites: SiteHistory) -> tuple[Site, DeviceEvent]:
    """A `devices` record, with the site as it was at its instant.

    Raises:
        Reject: malformed, of another version, or of a device that the site does not have.
    """
    report = DEVICE_EVENT.decode(value or b"")
    site = sites.as_of(report.at)
    if report.device not in site.devices:
        raise Reject(f"device {report.device!r} is not in the site as it was at {report.at.isoformat()}")
    return site, report


def read_camera_report(
    key: bytes | None, value: bytes | None, sites: SiteHistory
) -> tuple[Site, SiteCamera, DeviceEvent]:
    """A report forwarded to one camera. Raises Reject as the two above."""
    site, report = read_report(value, sites)
    return site, _camera(CameraId((key or b"").decode("utf-8", errors="replace")), site), report


def _camera(camera: CameraId, site: Site) -> SiteCamera:
    if camera not in site.cameras:
        raise Reject(f"camera {camera!r} is not in the site file")
    return site.cameras[camera]


def too_late_for(report: DeviceEvent, memory: CameraMemory, site: Site, camera: SiteCamera) -> tuple[Entry, ...]:
    """Entries that were judged without a report which might have mattered to them."""
    main = site.served_by(report.device)
    gates = {gate.id for gate in camera.gates if gate.device == main}
    return tuple(
        entry
        for entry in memory.entries
        if entry.outcome is not None and entry.threshold in gates and _matters(report, entry.at)
    )


def too_late_for_reports(report: DeviceEvent, history: DeviceHistory, site: Site) -> tuple[DeviceEvent, ...]:
    """Reports that were judged by themselves without another which might have mattered to them."""
    beside = history.of(*site.beside(site.served_by(report.device)))
    return tuple(event for event in beside if event.id in history.judged and _matters(report, event.at))


def _matters(report: DeviceEvent, at: datetime) -> bool:
    return at - OPENING_LIMIT <= report.at <= at + CLOCK_TOLERANCE
