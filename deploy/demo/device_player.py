"""Posts the device events that lie beside each file camera's clip, at their instants, over HTTP.

Promise: an event's id comes from its content, so that a restart, which posts the past again, changes nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import structlog

from ingest.errors import Halt
from ingest.model import Camera
from ingest.sources.file import length_us, path_of

_log = structlog.get_logger("demo.devices")

_RETRY_S = 1.0
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Report:
    """One device report as a gateway posts it."""

    at: datetime
    device: str
    kind: str
    permit: str | None

    def body(self) -> dict[str, str | None]:
        """The report as the device entry takes it."""
        return {"device": self.device, "kind": self.kind, "at": self.at.isoformat(), "permit": self.permit}


def reports_beside(camera: Camera, starts_at: datetime) -> list[Report]:
    """The reports of one pass of a file camera's clip, by time; empty where no `*.devices.json` lies beside it.

    Raises:
        Halt: the file beside the clip cannot be read; the text names it.
    """
    path = path_of(camera.source).with_suffix(".devices.json")
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        reports = [
            Report(starts_at + timedelta(seconds=entry["t"]), entry["device"], entry["event"], entry.get("permit"))
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise Halt(f"{path}: not a list of device events with t, device and event ({error!r})") from error
    return sorted(reports, key=lambda report: report.at)


def schedule(cameras: Iterable[Camera], starts_at: datetime, loop: bool) -> Iterator[Report]:
    """Every report of the given file cameras, by time; without end when looping."""
    played = [camera for camera in cameras if camera.source.startswith("file:")]
    passes = {camera.id: timedelta(microseconds=length_us(path_of(camera.source))) for camera in played}
    for turn in count() if loop else range(1):
        reports = [
            report for camera in played for report in reports_beside(camera, starts_at + turn * passes[camera.id])
        ]
        if not reports:
            return
        yield from sorted(reports, key=lambda report: report.at)


def play(
    reports: Iterable[Report],
    post: Callable[[Report], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Post every report once its instant has come."""
    for report in reports:
        sleep(max(0.0, (report.at - now()).total_seconds()))
        post(report)


def gateway(url: str, token: str) -> Callable[[Report], None]:
    """Posts to the device entry, again and again while it is away.

    Raises (from the returned function):
        Halt: the entry refuses the report; the text carries its answer.
    """
    client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_S)

    def post(report: Report) -> None:
        while True:
            try:
                answer = client.post("/v1/device-events", json=report.body())
            except httpx.TransportError as error:
                _log.warning("device entry away, trying again", reason=str(error))
                time.sleep(_RETRY_S)
                continue
            if answer.status_code < httpx.codes.BAD_REQUEST:
                return
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise Halt(f"device entry refuses {report.kind} of {report.device}: {answer.text}")
            time.sleep(_RETRY_S)

    return post
