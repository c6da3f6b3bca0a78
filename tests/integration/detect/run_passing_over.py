"""Detection over the bundled street on a bus in memory; prints which model runtimes the process has then mapped.

Usage: `python -m tests.integration.detect.run_passing_over yes|no`, whether the pictures may be analysed.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from deploy.wiring import RUNS
from detect.detectors.lazy import LazyDetector
from detect.detectors.scripted import ScriptedDetector
from detect.ports import Tracker
from detect.settings import DetectorSettings, DetectSettings
from detect.worker import GROUP, DetectWorker
from ingest.memory_bus import MemoryBus
from ingest.model import CameraId, ClockSource, ClockState, StreamId
from ingest.outlet import VideoOutlet
from ingest.sources.file import FileSource

STREET = Path("deploy/demo/footage/ped.mp4")
RUNTIMES = ("torch", "openvino", "ultralytics")
SETTINGS = DetectSettings(detector=DetectorSettings(weights_dir=Path("nowhere")))
T0 = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def main(may_analyse: bool) -> int:
    """Run to the end of the video, then look at the process from the system's side."""
    assert "detect" in RUNS, "everything that a worker's process imports"
    bus = MemoryBus()
    _film(bus)
    worker = DetectWorker(
        bus.consumer(GROUP),
        bus.producer(),
        bus.log_reader,
        LazyDetector(lambda: ScriptedDetector.always([])),
        _tracker,
        SETTINGS,
        lambda _camera, _at: True,
        lambda _camera, _at: may_analyse,
    )
    code = worker.run(until_idle_s=0.0)
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    print(*(name for name in RUNTIMES if name in maps or name in sys.modules))
    return code


def _film(bus: MemoryBus) -> None:
    outlet = VideoOutlet(CameraId("B1"), bus.producer(), None, 2**30)
    with closing(FileSource(STREET, lambda _: None)) as source:
        for unit in islice(source.units(), 30):
            at = T0 + timedelta(microseconds=unit.micros())
            outlet.put_packet(StreamId("B1~s1"), unit, at, ClockState(ClockSource.FILE))


def _tracker() -> Tracker:
    from detect.tracking import ByteTrackTracker

    return ByteTrackTracker(SETTINGS.tracker)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] == "yes"))
