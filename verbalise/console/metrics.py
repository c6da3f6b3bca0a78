"""What the console counts, and the page that shows it to Prometheus."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

unpublished = Counter(
    "constat_console_unpublished_total",
    "Acts and alerts that are in the register but could not be announced on the bus",
    ["topic"],
)
decisions = Counter("constat_console_decisions_total", "Acts recorded on cases", ["act"])
refusals = Counter("constat_console_refusals_total", "Acts and views refused", ["why"])
sign_ins = Counter("constat_console_sign_ins_total", "Sign-ins", ["outcome"])
evidence_bytes = Counter("constat_console_evidence_bytes_total", "Evidence sent to browsers, in bytes")
listeners = Gauge("constat_console_patrol_listeners", "Patrol pages that are connected")
live_viewers = Gauge("constat_console_live_viewers", "Viewers who are sent moving pictures")
marks = Counter("constat_console_marks_total", "Marks on the live view that the bus has taken", ["sight"])
PAGE_TYPE = CONTENT_TYPE_LATEST


def page() -> bytes:
    """Every metric of the process in Prometheus' text format."""
    return generate_latest()
