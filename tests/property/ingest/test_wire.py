"""What is written to `video` and `devices` is read back the same, and nothing else is taken for it."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bus import Envelope, Message
from ingest.errors import Reject
from ingest.model import (
    BreakReason,
    CameraId,
    ClockSource,
    ClockState,
    DeviceEvent,
    DeviceEventKind,
    DeviceId,
    Packet,
    StreamBreak,
    StreamId,
)
from ingest.wire import DEVICE_EVENT, break_message, packet_message, read_video

NAMES = st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable())
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (made aware)
TICKS = st.integers(-(2**62), 2**62)
BYTES = st.binary(max_size=200)

PACKETS = st.builds(
    Packet,
    camera=NAMES.map(CameraId),
    stream=NAMES.map(StreamId),
    seq=st.integers(0, 2**62),
    pts=TICKS,
    dts=TICKS,
    time_base=st.fractions(Fraction(1, 10**9), 1),
    is_keyframe=st.booleans(),
    codec=st.sampled_from(["h264", "hevc", "mjpeg"]),
    width_px=st.integers(1, 16_384),
    height_px=st.integers(1, 16_384),
    captured_at=INSTANTS,
    clock=st.builds(ClockState, st.sampled_from(ClockSource), st.floats(-1e12, 1e12)),
    data=BYTES,
    extradata=st.none() | BYTES,
)
BREAKS = st.builds(
    StreamBreak,
    camera=NAMES.map(CameraId),
    stream=NAMES.map(StreamId),
    seq=st.integers(0, 2**62),
    at=INSTANTS,
    reason=st.sampled_from(BreakReason),
)
EVENTS = st.builds(
    DeviceEvent,
    id=NAMES,
    device=NAMES.map(DeviceId),
    kind=st.sampled_from(DeviceEventKind),
    at=INSTANTS,
    received_at=INSTANTS,
    permit=st.none() | NAMES,
)


def received(message: Message) -> Envelope:
    return Envelope(message.topic, 0, 7, message.key, message.value, message.headers, datetime(2026, 3, 1, tzinfo=UTC))


@given(PACKETS)
def test_a_packet_comes_back_the_same(packet: Packet) -> None:
    message = packet_message(packet)
    assert message.value == packet.data
    assert read_video(received(message)) == packet


@given(BREAKS)
def test_a_break_comes_back_the_same(ended: StreamBreak) -> None:
    assert read_video(received(break_message(ended))) == ended


@given(EVENTS)
def test_a_device_event_comes_back_the_same(event: DeviceEvent) -> None:
    assert DEVICE_EVENT.decode(DEVICE_EVENT.encode(event)) == event


@given(PACKETS, st.data())
def test_a_packet_without_a_header_is_rejected_by_name(packet: Packet, data: st.DataObject) -> None:
    message = packet_message(packet)
    name = data.draw(st.sampled_from(sorted(set(message.headers) - {"extradata"})))
    headers = {key: value for key, value in message.headers.items() if key != name}
    with pytest.raises(Reject, match=f"video\\[0\\]@7.*'{name}'"):
        read_video(received(Message(message.topic, message.key, message.value, headers)))


@given(PACKETS, st.data())
def test_a_spoilt_header_is_rejected_or_read_but_never_crashes(packet: Packet, data: st.DataObject) -> None:
    message = packet_message(packet)
    name = data.draw(st.sampled_from(sorted(message.headers)))
    headers = {**message.headers, name: data.draw(BYTES)}
    try:
        read = read_video(received(Message(message.topic, message.key, message.value, headers)))
    except Reject:
        return
    assert read.camera == packet.camera


@given(st.binary(max_size=300))
def test_bytes_that_are_no_device_event_are_rejected(payload: bytes) -> None:
    with pytest.raises(Reject, match="device-event"):
        DEVICE_EVENT.decode(payload)
