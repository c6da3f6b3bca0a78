"""What the stream app keeps and takes in, without Kafka."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detect.wire import OBSERVED
from ingest.errors import Reject
from ingest.model import CameraId, DeviceEventKind, DeviceId
from ingest.wire import DEVICE_EVENT
from tests.builders import (
    BOLLARD,
    CAMERA,
    badge,
    enters,
    frame,
    frames,
    opening,
    passes,
    reports,
    site,
    street_of_devices,
)
from tests.playing import play
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.memory import CameraMemory
from verbalise.site.history import SiteBook
from verbalise.stream.state import (
    DEVICES,
    MEMORY,
    Decoded,
    read_camera_report,
    read_observed,
    read_report,
    too_late_for,
    too_late_for_reports,
)

PLACE = SiteBook.of(site())
KEY = CAMERA.encode()


def test_a_memory_survives_bytes_and_is_small() -> None:
    played = play(frames(enters("van", 2.0), enters("car", 5.0), until=6.0), [badge(-1.2), *opening(-1.0, 8.8)])
    packed = MEMORY.encode(played.memory)
    assert MEMORY.decode(packed) == played.memory
    assert DEVICES.decode(DEVICES.encode(played.devices)) == played.devices
    assert len(packed) < 10_000


@pytest.mark.parametrize("packed", [b"", b"{}", MEMORY.encode(CameraMemory())[:-4]])
def test_bytes_that_are_no_memory(packed: bytes) -> None:
    with pytest.raises(Reject, match="camera-memory"):
        MEMORY.decode(packed)


def test_a_table_is_read_anew_when_it_holds_other_bytes() -> None:
    table: dict[bytes, bytes] = {}
    decoded = Decoded(table, MEMORY, CameraMemory())
    assert decoded.read(KEY).is_idle
    mine = play(frames(enters("van", 2.0), until=1.0)).memory
    table[KEY] = decoded.packed(KEY, mine)
    assert decoded.read(KEY) is mine
    table[KEY] = MEMORY.encode(CameraMemory())
    assert decoded.read(KEY).is_idle
    del table[KEY]
    assert decoded.read(KEY).is_idle


def test_reads_records_of_the_site() -> None:
    _, camera, observed = read_observed(OBSERVED.encode(frame(1.0)), PLACE)
    assert (camera.camera.id, observed) == (CAMERA, frame(1.0))
    assert read_report(DEVICE_EVENT.encode(badge(1.0)), PLACE)[1] == badge(1.0)
    assert read_camera_report(KEY, DEVICE_EVENT.encode(badge(1.0)), PLACE)[2] == badge(1.0)


def test_refuses_what_the_site_does_not_have() -> None:
    stranger = replace(frame(1.0), camera=CameraId("Z9"))
    with pytest.raises(Reject, match="'Z9' is not in the site file"):
        read_observed(OBSERVED.encode(stranger), PLACE)
    with pytest.raises(Reject, match="'bollard-9' is not in the site as it was"):
        read_report(DEVICE_EVENT.encode(replace(badge(1.0), device=DeviceId("bollard-9"))), PLACE)
    with pytest.raises(Reject, match="'Z9' is not in the site file"):
        read_camera_report(b"Z9", DEVICE_EVENT.encode(badge(1.0)), PLACE)


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]"])
def test_refuses_what_is_no_record(value: bytes | None) -> None:
    with pytest.raises(Reject):
        read_observed(value, PLACE)
    with pytest.raises(Reject):
        read_camera_report(None, value, PLACE)


@pytest.mark.parametrize(
    ("at_s", "device", "late"),
    [
        (1.9, BOLLARD, True),
        (3.0, BOLLARD, True),
        (3.5, BOLLARD, False),
        (-400.0, BOLLARD, False),
        (1.9, DeviceId("bollard-2"), False),
    ],
)
def test_a_report_is_late_for_entries_it_might_have_mattered_to(at_s: float, device: DeviceId, late: bool) -> None:
    memory = play(frames(enters("van", 2.0), until=4.0)).memory
    report = reports(DeviceEventKind.BADGE_ACCEPTED, at_s, device=device)
    assert bool(too_late_for(report, memory, site(), site().cameras[CAMERA])) is late


def test_no_report_is_late_for_an_entry_that_still_waits() -> None:
    memory = play(frames(enters("van", 2.0), until=3.0)).memory
    assert memory.waiting() != ()
    assert too_late_for(badge(1.9), memory, site(), site().cameras[CAMERA]) == ()


@pytest.mark.parametrize(("at_s", "late"), [(4.0, True), (6.0, True), (6.5, False), (-400.0, False)])
def test_a_report_is_late_for_passages_that_devices_had_judged(at_s: float, late: bool) -> None:
    place, passed = street_of_devices(), passes(5.0)
    known = DeviceHistory((passed,), judged=(passed.id,))
    assert bool(too_late_for_reports(badge(at_s), known, place)) is late
    assert too_late_for_reports(badge(at_s), replace(known, judged=()), place) == ()
