"""The topics, their keys and how long each is kept: one table, created up front by `constat topics`."""

from __future__ import annotations

from dataclasses import dataclass

VIDEO = "video"
DEVICES = "devices"
TRACKS = "tracks"
TRACKER_STATE = "tracker-state"
CLAIMS = "claims"
CASES = "cases"
ALERTS = "alerts"
HEALTH = "health"
SUPPRESSED = "suppressed"

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""A 4K intra picture at high quality stays under this; the broker must allow as much."""


def rejected(topic: str) -> str:
    """The topic that takes what could not be processed from `topic`."""
    return f"{topic}.rejected"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic holds and for how long.

    Attributes:
        key: What the key names; all messages of one key keep their order.
        retention_ms: Age at which records go; None where the topic is compacted.
        retention_bytes: Size per partition at which the oldest go first; None for no bound.
        by_camera: Keyed by camera and co-partitioned with `video`.
    """

    name: str
    key: str
    retention_ms: int | None
    retention_bytes: int | None = None
    by_camera: bool = False


def topic_specs(video_retention_ms: int = 30 * MINUTE_MS, video_retention_bytes: int | None = None) -> list[TopicSpec]:
    """Every topic, in the order of the flow, `*.rejected` last."""
    flow = [
        TopicSpec(VIDEO, "camera", video_retention_ms, video_retention_bytes, by_camera=True),
        TopicSpec(DEVICES, "device", DAY_MS),
        TopicSpec(TRACKS, "camera", DAY_MS, by_camera=True),
        TopicSpec(TRACKER_STATE, "camera", None, by_camera=True),
        TopicSpec(CLAIMS, "camera", 7 * DAY_MS, by_camera=True),
        TopicSpec(CASES, "case", None),
        TopicSpec(ALERTS, "zone of the city", DAY_MS),
        TopicSpec(HEALTH, "camera", DAY_MS),
        TopicSpec(SUPPRESSED, "camera", 7 * DAY_MS),
    ]
    refusable = (VIDEO, DEVICES, TRACKS, CLAIMS)
    return flow + [TopicSpec(rejected(topic), "as in the source", 7 * DAY_MS) for topic in refusable]
