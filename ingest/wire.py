"""How records travel: packets as raw bytes with headers, events as small versioned JSON.

Events carry CloudEvents attributes as `ce_` headers (CloudEvents 1.0, Kafka binary mode).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from ingest import topics
from ingest.bus import Envelope, Message
from ingest.errors import Reject
from ingest.health import CameraHealth
from ingest.model import (
    BreakReason,
    CameraId,
    ClockSource,
    ClockState,
    DeviceEvent,
    Packet,
    StreamBreak,
    StreamId,
)

T = TypeVar("T")


class JsonCodec(Generic[T]):
    """One record type as versioned JSON: `{"v": version, "data": {…}}`.

    Decoding refuses unknown versions and malformed data with `Reject`, naming the type and the field.
    """

    def __init__(self, record: type[T] | Any, name: str, version: int = 1) -> None:
        self.name = name
        self.version = version
        self._adapter: TypeAdapter[T] = TypeAdapter(record)

    @property
    def type_name(self) -> str:
        """The CloudEvents type, for example `fr.constat.device-event.v1`."""
        return f"fr.constat.{self.name}.v{self.version}"

    def encode(self, record: T) -> bytes:
        """The record as UTF-8 JSON."""
        return b'{"v":%d,"data":%s}' % (self.version, self._adapter.dump_json(record))

    def decode(self, payload: bytes) -> T:
        """The record back from its JSON.

        Raises:
            Reject: not JSON, another version, or a field that does not fit.
        """
        try:
            body = json.loads(payload)
        except ValueError as error:
            raise Reject(f"{self.name}: not JSON ({error})") from error
        if not isinstance(body, dict) or body.get("v") != self.version:
            found = body.get("v") if isinstance(body, dict) else None
            raise Reject(f"{self.name}: version {found!r}, this worker reads version {self.version}")
        try:
            return self._adapter.validate_python(body.get("data"), strict=False)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Reject(f"{self.name}: {where}: {first['msg']}") from error

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of `data`, for the published AsyncAPI document."""
        return self._adapter.json_schema()

    def message(self, topic: str, key: str, record: T, *, event_id: str, source: str, at: datetime) -> Message:
        """The record as a message with CloudEvents headers.

        Args:
            event_id: Content-derived id: the same event always has the same one.
            source: What speaks, for example `camera/B1`.
            at: The instant of the facts.
        """
        headers = {
            "ce_specversion": b"1.0",
            "ce_id": event_id.encode(),
            "ce_source": source.encode(),
            "ce_type": self.type_name.encode(),
            "ce_time": at.isoformat().encode(),
            "content-type": b"application/json",
        }
        return Message(topic, key, self.encode(record), headers)


DEVICE_EVENT: JsonCodec[DeviceEvent] = JsonCodec(DeviceEvent, "device-event")
CAMERA_HEALTH: JsonCodec[CameraHealth] = JsonCodec(CameraHealth, "camera-health")

_KIND = "kind"


def health_message(health: CameraHealth) -> Message:
    """A camera's health as a `health` message, keyed by camera."""
    return CAMERA_HEALTH.message(
        topics.HEALTH,
        health.camera,
        health,
        event_id=f"{health.camera}/{health.at.isoformat()}",
        source=f"camera/{health.camera}",
        at=health.at,
    )


def packet_message(packet: Packet) -> Message:
    """A packet as a `video` message: the access unit is the value, all else is headers."""
    headers = {
        _KIND: b"packet",
        "stream": packet.stream.encode(),
        "seq": b"%d" % packet.seq,
        "pts": b"%d" % packet.pts,
        "dts": b"%d" % packet.dts,
        "time-base": str(packet.time_base).encode(),
        "keyframe": b"1" if packet.is_keyframe else b"0",
        "codec": packet.codec.encode(),
        "size": b"%dx%d" % (packet.width_px, packet.height_px),
        "captured-at": packet.captured_at.isoformat().encode(),
        "clock": packet.clock.source.encode(),
        "clock-offset-ms": repr(packet.clock.offset_ms).encode(),
    }
    if packet.extradata is not None:
        headers["extradata"] = packet.extradata
    return Message(topics.VIDEO, packet.camera, packet.data, headers)


def break_message(stop: StreamBreak) -> Message:
    """The end of a stream as a `video` message with an empty value."""
    headers = {
        _KIND: b"break",
        "stream": stop.stream.encode(),
        "seq": b"%d" % stop.seq,
        "captured-at": stop.at.isoformat().encode(),
        "reason": stop.reason.encode(),
    }
    return Message(topics.VIDEO, stop.camera, b"", headers)


def read_video(envelope: Envelope) -> Packet | StreamBreak:
    """What lies in a `video` record.

    Raises:
        Reject: a header is missing or does not parse; the text names it and the place.
    """
    fields = _Headers(envelope)
    if fields.text(_KIND) == "break":
        return StreamBreak(
            camera=CameraId(envelope.key),
            stream=StreamId(fields.text("stream")),
            seq=fields.number("seq"),
            at=fields.instant("captured-at"),
            reason=fields.parsed("reason", BreakReason),
        )
    width_px, height_px = fields.size("size")
    return Packet(
        camera=CameraId(envelope.key),
        stream=StreamId(fields.text("stream")),
        seq=fields.number("seq"),
        pts=fields.number("pts"),
        dts=fields.number("dts"),
        time_base=fields.parsed("time-base", Fraction),
        is_keyframe=fields.text("keyframe") == "1",
        codec=fields.text("codec"),
        width_px=width_px,
        height_px=height_px,
        captured_at=fields.instant("captured-at"),
        clock=ClockState(fields.parsed("clock", ClockSource), fields.parsed("clock-offset-ms", float)),
        data=envelope.value,
        extradata=envelope.headers.get("extradata"),
    )


@dataclass(frozen=True, slots=True)
class _Headers:
    """Headers of one envelope, read with messages that name the header and the place."""

    envelope: Envelope

    def text(self, name: str) -> str:
        headers: Mapping[str, bytes] = self.envelope.headers
        if name not in headers:
            raise Reject(f"{self.envelope.place}: header {name!r} is missing")
        return headers[name].decode("utf-8", errors="replace")

    def parsed(self, name: str, parse: Any) -> Any:
        text = self.text(name)
        try:
            return parse(text)
        except (ValueError, ZeroDivisionError) as error:
            raise Reject(f"{self.envelope.place}: header {name!r} has {text!r}: {error}") from error

    def number(self, name: str) -> int:
        return int(self.parsed(name, int))

    def instant(self, name: str) -> datetime:
        moment: datetime = self.parsed(name, datetime.fromisoformat)
        if moment.tzinfo is None:
            raise Reject(f"{self.envelope.place}: header {name!r} has no time zone")
        return moment

    def size(self, name: str) -> tuple[int, int]:
        width, _, height = self.text(name).partition("x")
        try:
            return int(width), int(height)
        except ValueError as error:
            raise Reject(f"{self.envelope.place}: header {name!r} is not WIDTHxHEIGHT") from error
