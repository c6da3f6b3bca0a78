"""What the detection worker counts, each named for the question it answers."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_STAGE_MS_BUCKETS = (0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1_280)

FRAMES = Counter("constat_detect_frames_total", "How many frames were analysed?", ["camera"])
SHED = Counter("constat_detect_shed_frames_total", "How many frames were left out because of lag?", ["camera"])
NOT_ANALYSED = Counter(
    "constat_detect_not_analysed_total", "How many records were passed over for want of a legal basis?", ["camera"]
)
LOST_PACKETS = Counter(
    "constat_detect_lost_packets_total",
    "How many packets gave no picture, and why?",
    ["camera", "reason"],
)
STAGE_MS = Histogram(
    "constat_detect_stage_ms", "How long does a stage take for one frame, in ms?", ["stage"], buckets=_STAGE_MS_BUCKETS
)
LAG_MS = Gauge("constat_detect_lag_ms", "How old is the record being handled, in ms since it was written?", ["camera"])
CHECKPOINTS = Counter("constat_detect_checkpoints_total", "How often was a tracker's state published?", ["camera"])
REJECTED = Counter("constat_detect_rejected_total", "How many video records could not be used?", ["reason"])
RETRIES = Counter("constat_detect_retries_total", "How often did the worker have to wait for the bus?")
