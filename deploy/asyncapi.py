"""The topics and their payloads as an AsyncAPI 3.0 document, generated from the types that travel."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from detect.wire import OBSERVED
from ingest import topics
from ingest.wire import CAMERA_HEALTH, DEVICE_EVENT, JsonCodec
from verbalise.wire import ALERT, CASE_EVENT, CLAIM, SUPPRESSION

PAYLOADS: dict[str, JsonCodec[Any]] = {
    topics.DEVICES: DEVICE_EVENT,
    topics.TRACKS: OBSERVED,
    topics.CLAIMS: CLAIM,
    topics.CASES: CASE_EVENT,
    topics.ALERTS: ALERT,
    topics.HEALTH: CAMERA_HEALTH,
    topics.SUPPRESSED: SUPPRESSION,
}
_CLOUD_EVENT = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type")
_VIDEO_HEADERS = {
    "kind": "`packet`, or `break` for the end of a stream (then the value is empty)",
    "stream": "one uninterrupted connection to the camera",
    "seq": "counts the camera's records from 0",
    "pts": "presentation time in time-base units",
    "dts": "decoding time in time-base units",
    "time-base": "seconds per unit, as a fraction",
    "keyframe": "`1` where decoding can start",
    "codec": "FFmpeg's name of the codec",
    "size": "WIDTHxHEIGHT of the coded picture, in pixels",
    "captured-at": "instant of the picture, ISO 8601 with zone",
    "clock": "where the instant comes from: camera, arrival or file",
    "clock-offset-ms": "host clock minus camera clock",
    "extradata": "the codec's parameter sets, on keyframes",
    "reason": "of a break: why the stream ended",
}


def asyncapi_document() -> dict[str, Any]:
    """The document; `constat schema asyncapi` prints it and a test keeps docs/asyncapi.json equal to it."""
    keys = {spec.name: spec.key for spec in topics.topic_specs()}
    channels: dict[str, Any] = {topics.VIDEO: _channel(topics.VIDEO, keys[topics.VIDEO], _video_message())}
    channels |= {topic: _channel(topic, keys[topic], _event_message(codec)) for topic, codec in PAYLOADS.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Constat", "version": version("constat"), "license": {"name": "AGPL-3.0-or-later"}},
        "defaultContentType": "application/json",
        "channels": channels,
    }


def _channel(topic: str, key: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"address": topic, "description": f"keyed by {key}", "messages": {topic: message}}


def _event_message(codec: JsonCodec[Any]) -> dict[str, Any]:
    data = codec.json_schema()
    definitions = data.pop("$defs", {})
    return {
        "name": codec.type_name,
        "headers": {
            "type": "object",
            "required": list(_CLOUD_EVENT),
            "properties": _strings(dict.fromkeys(_CLOUD_EVENT)),
        },
        "payload": {
            "type": "object",
            "required": ["v", "data"],
            "properties": {"v": {"const": codec.version}, "data": data},
            "$defs": definitions,
        },
    }


def _video_message() -> dict[str, Any]:
    return {
        "name": "fr.constat.packet",
        "contentType": "application/octet-stream",
        "description": "One access unit, byte for byte as the camera sent it.",
        "headers": {"type": "object", "properties": _strings(dict(_VIDEO_HEADERS))},
    }


def _strings(described: dict[str, str] | dict[str, None]) -> dict[str, Any]:
    return {name: {"type": "string"} | ({"description": text} if text else {}) for name, text in described.items()}
