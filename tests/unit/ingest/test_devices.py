"""The device entry: who may post, what is taken, and that 202 means stored."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from ingest.devices import device_app, event_id
from ingest.errors import RetryLater
from ingest.memory_bus import MemoryBus
from ingest.model import DeviceEvent, DeviceEventKind, DeviceId
from ingest.settings import DeviceEntrySettings
from ingest.wire import DEVICE_EVENT
from tests.unit.ingest.clips import T0

SETTINGS = DeviceEntrySettings(
    tokens={"north": SecretStr("north-token"), "south": SecretStr("south-token")},
    max_body_bytes=2_000,
    max_events=3,
    store_timeout_s=0.2,
    retry_after_s=7,
)
AUTH = {"Authorization": "Bearer north-token"}


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["devices"])


@pytest.fixture
def known() -> list[DeviceId]:
    """The devices of the site; a test may change them."""
    return [DeviceId("bollard-1"), DeviceId("signal-1")]


@pytest.fixture
async def client(bus: MemoryBus, known: list[DeviceId]) -> AsyncIterator[httpx.AsyncClient]:
    app = device_app(SETTINGS, bus.producer(buffer_messages=1), lambda: known, lambda: T0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://entry") as client:
        yield client


def report(device: str = "bollard-1", kind: str = "raised", at: datetime = T0, **more: object) -> dict[str, Any]:
    return {"device": device, "kind": kind, "at": at.isoformat(), **more}


def stored(bus: MemoryBus) -> list[DeviceEvent]:
    return [DEVICE_EVENT.decode(envelope.value) for envelope in bus.records("devices")]


async def post(client: httpx.AsyncClient, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return await client.post("/v1/device-events", json=body, headers=AUTH if headers is None else headers)


async def test_one_report_is_stored_under_its_device(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    answer = await post(client, report(permit="P-12"))
    assert answer.status_code == 202
    [event] = stored(bus)
    assert answer.json() == {"ids": [event.id]}
    assert event == DeviceEvent(
        event_id("bollard-1", DeviceEventKind.RAISED, T0),
        DeviceId("bollard-1"),
        DeviceEventKind.RAISED,
        T0,
        T0,
        "P-12",
    )
    [envelope] = bus.records("devices")
    assert envelope.key == "bollard-1"
    assert envelope.headers["ce_id"] == event.id.encode()


async def test_a_list_is_stored_in_order(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    times = [T0 + timedelta(seconds=n) for n in range(3)]
    assert (await post(client, [report(at=at) for at in times])).status_code == 202
    assert [event.at for event in stored(bus)] == times


def test_the_same_report_has_the_same_id_in_any_zone() -> None:
    paris = T0.astimezone(datetime.fromisoformat("2026-03-01T13:00:00+01:00").tzinfo)
    ids = {event_id("bollard-1", DeviceEventKind.RAISED, at) for at in (T0, paris)}
    assert len(ids) == 1
    others = {
        event_id("bollard-2", DeviceEventKind.RAISED, T0),
        event_id("bollard-1", DeviceEventKind.LOWERED, T0),
        event_id("bollard-1", DeviceEventKind.RAISED, T0 + timedelta(microseconds=1)),
    }
    assert len(ids | others) == 4


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic north-token", "north-token", "Bearer north-tokem"],
)
async def test_without_a_gateway_s_token_nothing_is_taken(
    client: httpx.AsyncClient, bus: MemoryBus, authorization: str | None
) -> None:
    answer = await post(client, report(), {} if authorization is None else {"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert stored(bus) == []


async def test_each_gateway_has_its_own_token(client: httpx.AsyncClient) -> None:
    for token in ("north-token", "south-token"):
        assert (await post(client, report(), {"Authorization": f"Bearer {token}"})).status_code == 202


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([report(), report("bollard-9")], "bollard-9"),
        ([report(), report(kind="exploded")], "event 1.kind"),
        ([report(), {"device": "bollard-1", "kind": "raised", "at": "2026-03-01T12:00:00"}], "event 1.at"),
        ([report(), report(colour="red")], "event 1.colour"),
        ([report(), {"device": "bollard-1"}], "event 1."),
        ([report(device="")], "event 0.device"),
        ([report()] * 4, "send 1 to 3"),
        ([], "send 1 to 3"),
        ("hello", "event 0"),
    ],
)
async def test_one_wrong_report_refuses_the_whole_request(
    client: httpx.AsyncClient, bus: MemoryBus, body: object, says: str
) -> None:
    answer = await post(client, body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert stored(bus) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 1_900])
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/v1/device-events", content=body, headers=AUTH)
    assert answer.status_code == 422


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    body = json.dumps(report(permit="x")).encode() + b" " * 3_000
    assert (await client.post("/v1/device-events", content=body, headers=AUTH)).status_code == 413
    assert stored(bus) == []


async def test_while_the_broker_is_away_the_gateway_is_told_to_come_back(
    client: httpx.AsyncClient, bus: MemoryBus
) -> None:
    bus.is_away = True
    for _ in range(2):
        answer = await post(client, report())
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "7"
    bus.is_away = False
    assert (await post(client, report())).status_code == 202
    assert len({event.id for event in stored(bus)}) == 1


async def test_a_device_whose_clock_is_off_is_taken_and_counted(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    labels = {"device": "signal-1"}
    before = REGISTRY.get_sample_value("constat_ingest_device_clock_off_total", labels) or 0
    late, slightly = T0 - timedelta(minutes=6), T0 + timedelta(minutes=4)
    assert (await post(client, [report("signal-1", "red", at) for at in (late, slightly)])).status_code == 202
    assert [event.at for event in stored(bus)] == [late, slightly]
    assert REGISTRY.get_sample_value("constat_ingest_device_clock_off_total", labels) == before + 1


async def test_health_needs_no_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_device_of_a_new_version_of_the_site_counts_without_a_restart(
    client: httpx.AsyncClient, bus: MemoryBus, known: list[DeviceId]
) -> None:
    assert (await post(client, report("reader-1"))).status_code == 422
    known.append(DeviceId("reader-1"))
    assert (await post(client, report("reader-1"))).status_code == 202
    known.remove(DeviceId("reader-1"))
    assert (await post(client, report("reader-1"))).status_code == 422
    assert len(stored(bus)) == 1


async def test_a_site_that_cannot_be_read_asks_the_gateway_to_come_back(bus: MemoryBus) -> None:
    def away() -> list[DeviceId]:
        raise RetryLater("the register is away")

    app = device_app(SETTINGS, bus.producer(), away, lambda: T0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://entry") as client:
        answer = await post(client, report())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert stored(bus) == []


async def test_a_report_of_a_clock_that_is_off_keeps_both_instants(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    at = T0 - timedelta(minutes=20)
    assert (await post(client, report(at=at))).status_code == 202
    [event] = stored(bus)
    assert (event.at, event.received_at) == (at, T0)
