"""What the stream app counts, named for the questions that the counters answer."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

verdicts = Counter(
    "constat_verbalise_verdicts_total",
    "Entries judged, by what became of them and the step that decided",
    ["camera", "rule", "outcome", "code"],
)
claims = Counter("constat_verbalise_claims_total", "Claims sent", ["camera", "rule"])
suppressed = Counter(
    "constat_verbalise_suppressed_total",
    "Passages that would have been claims, had no right covered them",
    ["camera", "rule"],
)
not_authorised = Counter(
    "constat_verbalise_not_authorised_total", "Frames left unjudged for want of a legal basis", ["camera"]
)
seen_again = Counter(
    "constat_verbalise_seen_again_total", "Records skipped because they were taken in before", ["camera"]
)
late_reports = Counter(
    "constat_verbalise_late_reports_total",
    "Device reports that came after an entry they might have mattered to was judged",
    ["camera", "kind"],
)
rejected = Counter(
    "constat_verbalise_rejected_total", "Records put aside because they could not be processed", ["topic"]
)
memory_bytes = Gauge("constat_verbalise_memory_bytes", "Size of what is remembered of a camera, as stored", ["camera"])
picture_lag_s = Gauge("constat_verbalise_picture_lag_seconds", "Age of the last picture taken in", ["camera"])
reports_waiting = Gauge(
    "constat_verbalise_reports_waiting", "Passages and blows that devices reported and that are not judged yet"
)
