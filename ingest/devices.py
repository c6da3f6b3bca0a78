"""The HTTP door for street devices: gateways post state changes, the bus keeps them.

A 202 means stored: the gateway may forget. Anything else means nothing of the request counts, and sending
it again is safe, because an event's id comes from its content.

A report whose device clock is off by more than `clock_tolerance_s` is stored as it came, both instants untouched, and
counted: rules compare `at` with `received_at` and decide nothing by such a report.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from ingest.bus import Producer, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from ingest.settings import DeviceEntrySettings
from ingest.topics import DEVICES
from ingest.wire import DEVICE_EVENT

_log = structlog.get_logger("ingest.devices")

ACCEPTED = Counter("constat_ingest_device_events_total", "Device events stored", ["gateway", "kind"])
REFUSED = Counter("constat_ingest_device_requests_refused_total", "Requests refused", ["reason"])
CLOCK_OFF = Counter("constat_ingest_device_clock_off_total", "Events of a device whose clock is off", ["device"])

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class DeviceReport(BaseModel):
    """One state change as a gateway posts it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Text
    kind: DeviceEventKind
    at: AwareDatetime
    permit: Text | None = None
    operator: Text | None = None
    why: Text | None = None


class Refusal(Exception):
    """The answer to a request that is not taken."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason


_REPORTS: TypeAdapter[list[DeviceReport]] = TypeAdapter(list[DeviceReport])


def event_id(device: str, kind: DeviceEventKind, at: datetime) -> str:
    """The id that the same report always has, however often it is sent."""
    content = json.dumps([device, kind.value, at.astimezone(UTC).isoformat()])
    return hashlib.sha256(content.encode()).hexdigest()


def device_app(
    settings: DeviceEntrySettings,
    producer: Producer,
    devices: Callable[[], Collection[DeviceId]],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The application: `POST /v1/device-events` (one report or a list) and `GET /healthz`.

    Args:
        devices: The devices of the site now; others are refused by name.
        now: The host's clock.
    """
    app = FastAPI(title="Constat device entry", docs_url=None, redoc_url=None, openapi_url=None)
    tokens = {name: secret.get_secret_value() for name, secret in settings.tokens.items()}

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        REFUSED.labels(refusal.reason).inc()
        headers = {"Retry-After": str(settings.retry_after_s)} if refusal.status == 503 else {}
        if refusal.status == 401:
            headers = {"WWW-Authenticate": "Bearer"}
        return JSONResponse({"error": refusal.reason, "detail": str(refusal)}, refusal.status, headers)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/device-events", status_code=202)
    async def accept(request: Request) -> dict[str, list[str]]:
        gateway = _gateway(request.headers.get("authorization", ""), tokens)
        reports = _reports(await _body(request, settings.max_body_bytes), settings.max_events)
        _check_known(reports, await run_in_threadpool(_known, devices))
        events = [_event(report, now()) for report in reports]
        await run_in_threadpool(_store, producer, events, settings.store_timeout_s)
        for event in events:
            _note(event, gateway, settings.clock_tolerance_s)
        return {"ids": [event.id for event in events]}

    return app


def _gateway(authorization: str, tokens: Mapping[str, str]) -> str:
    """The gateway that a bearer token belongs to, compared in constant time."""
    scheme, _, given = authorization.partition(" ")
    names = [name for name, token in tokens.items() if hmac.compare_digest(token.encode(), given.strip().encode())]
    if scheme.lower() != "bearer" or not names or not given.strip():
        raise Refusal(401, "unauthorised", "send this gateway's token as 'Authorization: Bearer …'")
    return names[0]


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise Refusal(413, "too-large", f"a request may have {limit} bytes: send fewer events at a time")
    return bytes(body)


def _reports(body: bytes, most: int) -> list[DeviceReport]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, "not-json", f"the body is not JSON: {error}") from error
    items = content if isinstance(content, list) else [content]
    if not 1 <= len(items) <= most:
        raise Refusal(422, "number-of-events", f"{len(items)} events: send 1 to {most}")
    try:
        return _REPORTS.validate_json(json.dumps(items))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refusal(422, "malformed", f"event {where}: {first['msg']}") from error


def _known(devices: Callable[[], Collection[DeviceId]]) -> Collection[DeviceId]:
    try:
        return devices()
    except (RetryLater, Halt) as error:
        _log.error("devices.site_unknown", error=str(error))
        raise Refusal(503, "site-away", "the site cannot be read now: send the events again") from error


def _check_known(reports: Sequence[DeviceReport], known: Collection[str]) -> None:
    unknown = sorted({report.device for report in reports} - set(known))
    if unknown:
        raise Refusal(422, "unknown-device", f"not in the site: {', '.join(unknown)}; nothing was taken")


def _event(report: DeviceReport, received_at: datetime) -> DeviceEvent:
    return DeviceEvent(
        id=event_id(report.device, report.kind, report.at),
        device=DeviceId(report.device),
        kind=report.kind,
        at=report.at.astimezone(UTC),
        received_at=received_at,
        permit=report.permit,
        operator=report.operator,
        why=report.why,
    )


def _store(producer: Producer, events: Sequence[DeviceEvent], timeout_s: float) -> None:
    """Send all events and wait until each is stored. Runs beside the event loop."""
    stored, give_up_at = threading.Semaphore(0), time.monotonic() + timeout_s

    def written(_: TopicPartition, __: int) -> None:
        stored.release()

    try:
        for event in events:
            source = f"device/{event.device}"
            message = DEVICE_EVENT.message(DEVICES, event.device, event, event_id=event.id, source=source, at=event.at)
            producer.send(message, written)
    except (RetryLater, Halt, Reject) as error:
        _log.error("devices.not_stored", topic=DEVICES, error=str(error))
        raise Refusal(503, "bus-away", "the events are not stored: send them again") from error
    if not all(stored.acquire(timeout=max(0.0, give_up_at - time.monotonic())) for _ in events):
        raise Refusal(503, "bus-away", f"not stored after {timeout_s:g} s: send the events again")


def _note(event: DeviceEvent, gateway: str, tolerance_s: float) -> None:
    ACCEPTED.labels(gateway, event.kind.value).inc()
    off_s = (event.received_at - event.at).total_seconds()
    if abs(off_s) > tolerance_s:
        CLOCK_OFF.labels(event.device).inc()
        _log.warning("devices.clock_off", device=event.device, gateway=gateway, off_s=round(off_s, 1))
