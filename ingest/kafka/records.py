"""Between librdkafka's messages and the bus's envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import Message as KafkaMessage
from confluent_kafka import TopicPartition as KafkaPlace

from ingest.bus import Envelope, TopicPartition

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def envelope_of(message: KafkaMessage) -> Envelope:
    """A message that carries no error, as an envelope."""
    _, written_ms = message.timestamp()
    return Envelope(
        topic=message.topic() or "",
        partition=_number(message.partition()),
        offset=_number(message.offset()),
        key=(message.key() or b"").decode("utf-8", errors="replace"),
        value=message.value() or b"",
        headers=_headers(message.headers()),
        written_at=_EPOCH + timedelta(milliseconds=written_ms),
    )


def places_of(partitions: Iterable[KafkaPlace]) -> list[TopicPartition]:
    """Partitions in the bus's words."""
    return [TopicPartition(place.topic, place.partition) for place in partitions]


def _headers(headers: Any) -> dict[str, bytes]:
    # librdkafka gives pairs; its stubs also allow a dict, which only a sender may pass.
    return {name: _bytes(value) for name, value in headers or ()}


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _number(value: int | None) -> int:
    return -1 if value is None else value
