"""A detection process that the tests can kill: `python -m tests.integration.detect.run_detect BROKER GROUP CAMERA`.

It has the real tracker and decoder, and the scripted detector made slow enough to be killed at work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from detect.detectors.scripted import ScriptedDetector
from detect.model import Detection
from detect.ports import Picture
from detect.settings import TrackerSettings
from detect.tracking import ByteTrackTracker
from detect.worker import DetectWorker, run_until_signalled
from ingest.kafka import KafkaConsumer, KafkaLogReader, KafkaProducer
from ingest.settings import BusSettings
from tests.unit.detect.clips import see_squares, settings

PICTURE_S = 0.03


def slowly(pixels: Picture) -> Sequence[Detection]:
    """As slow as a model."""
    time.sleep(PICTURE_S)
    return see_squares(pixels)


def main(bootstrap: str, group: str, camera: str) -> int:
    """Run until a signal ends it."""
    bus = BusSettings(bootstrap=bootstrap)
    worker = DetectWorker(
        KafkaConsumer(bus, group),
        KafkaProducer(bus),
        lambda: KafkaLogReader(bus),
        ScriptedDetector(slowly, "squares-1"),
        lambda: ByteTrackTracker(TrackerSettings()),
        settings(checkpoint_s=0.5),
        lambda known, _at: known == camera,
    )
    return run_until_signalled(worker)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
