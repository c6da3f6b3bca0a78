"""Kafka as the tests of ingest use it."""

from __future__ import annotations

from ingest.bus import Envelope, TopicPartition
from ingest.kafka import KafkaAdmin, KafkaLogReader
from ingest.model import Packet, StreamBreak
from ingest.settings import BusSettings
from ingest.topics import topic_specs
from ingest.wire import read_video

PARTITIONS = 4
PATIENCE_S = 30.0


def bus_settings(bootstrap: str) -> BusSettings:
    """Settings for the broker of this test run, with Constat's topics in place."""
    settings = BusSettings(bootstrap=bootstrap)
    KafkaAdmin(settings).create_topics(topic_specs(), PARTITIONS, replication=1)
    return settings


def stored(settings: BusSettings, topic: str, key: str) -> list[Envelope]:
    """Every record of a key, from the first one kept to the end."""
    reader = KafkaLogReader(settings)
    found = []
    try:
        for partition in range(reader.partitions(topic)):
            place = TopicPartition(topic, partition)
            offset, end = reader.bounds(place)
            while offset < end:
                envelope = reader.read_from(place, offset, PATIENCE_S)
                assert envelope is not None
                offset = envelope.offset + 1
                if envelope.key == key:
                    found.append(envelope)
    finally:
        reader.close()
    return found


def stored_video(settings: BusSettings, camera: str) -> list[Packet | StreamBreak]:
    """Every record of a camera."""
    return [read_video(envelope) for envelope in stored(settings, "video", camera)]
