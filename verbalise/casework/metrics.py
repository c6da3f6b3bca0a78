"""What casework counts, each named for the question it answers."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

CASES = Counter("constat_casework_cases_total", "How many claims became cases?", ["camera", "offence", "complete"])
REJECTED = Counter("constat_casework_rejected_total", "How many claims could not be used?", ["reason"])
RETRIES = Counter("constat_casework_retries_total", "How often could a claim's effects not be stored yet?")
PLATES = Counter("constat_casework_plates_total", "What became of the plates of claimed vehicles?", ["status"])
SECONDS = Histogram("constat_casework_seconds", "How long does a claim take, waiting for pictures included?")
SUPPRESSED = Counter("constat_casework_suppressed_total", "How many claims did a permit by plate cover?", ["camera"])
