"""Constat's path from packets to observations, beside a bare ultralytics tracking loop over the same file.

    python -m tests.benchmarks.track_throughput VIDEO [--repeat N] [--json FILE]

Both use the same weights, input size and thread count, in the same run. Constat's side is the real one: ingest into
Apache Kafka, the detection worker out of it. The file is played `repeat` times, so that memory can be watched.
Prints and writes frames per second of both and their ratio, ingest's CPU, bytes per second of video, and the resident
memory of this process over the run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import psutil

from deploy.embedded.kafka import EmbeddedKafka
from detect.detectors.ultralytics import UltralyticsDetector
from detect.settings import DetectorSettings, DetectSettings
from detect.tracking import ByteTrackTracker
from detect.weights.prepare import default_folder
from detect.worker import GROUP, DetectWorker
from ingest import topics
from ingest.kafka import KafkaAdmin, KafkaConsumer, KafkaLogReader, KafkaProducer
from ingest.model import Camera, CameraId
from ingest.settings import BusSettings, IngestSettings
from ingest.worker import IngestWorker

THREADS = 2
CAMERA = CameraId("bench")
_MIB = 1024 * 1024
_IDLE_S = 5.0


@dataclass
class Memory:
    """Resident memory of this process, sampled every half second, in MiB."""

    samples: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The sample at a share of the run, 0 to 1."""
        return round(self.samples[min(int(share * len(self.samples)), len(self.samples) - 1)], 1)


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """Samples until the block ends."""
    memory, ended, process = Memory(), threading.Event(), psutil.Process()

    def sample() -> None:
        while not ended.wait(0.5):
            memory.samples.append(process.memory_info().rss / _MIB)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()


def spent(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds of this process for some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(video: Path, repeat: int) -> dict[str, Any]:
    """Every figure of one file."""
    frames, seconds, size = _described(video)
    detector = DetectorSettings(weights_dir=default_folder(), threads=THREADS)
    with TemporaryDirectory(prefix="constat-bench-") as folder, EmbeddedKafka(Path(folder)) as kafka:
        bus = BusSettings(bootstrap=kafka.bootstrap)
        KafkaAdmin(bus).create_topics(topics.topic_specs(), 1, 1)
        _, ingest_cpu_s = _ingest(bus, video, repeat)
        with watched_memory() as memory:
            detect_wall_s, _ = spent(lambda: _detect(bus, detector))
        records = sum(KafkaAdmin(bus).end_offsets([topics.TRACKS]).values()) - repeat
    bare_wall_s, _ = spent(lambda: _bare(video, detector, repeat))
    constat_fps, bare_fps = records / (detect_wall_s - _IDLE_S), frames * repeat / bare_wall_s
    return {
        "video": video.name,
        "frames": frames * repeat,
        "analysed": records,
        "constat_fps": round(constat_fps, 1),
        "bare_fps": round(bare_fps, 1),
        "ratio": round(constat_fps / bare_fps, 2),
        "ingest_cpu_ms_per_frame": round(1000 * ingest_cpu_s / (frames * repeat), 2),
        "ingest_cpu_of_one_core_at_real_time": round(ingest_cpu_s / (seconds * repeat), 4),
        "video_bytes_per_s": round(size / seconds),
        "rss_mib": {"start": memory.at(0.1), "middle": memory.at(0.5), "end": memory.at(1.0)},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _described(video: Path) -> tuple[int, float, int]:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        sizes = [packet.size for packet in container.demux(stream) if packet.size]
        return len(sizes), len(sizes) / float(stream.average_rate or 25), sum(sizes)


def _ingest(bus: BusSettings, video: Path, repeat: int) -> tuple[float, float]:
    """The file played long ago, and so as fast as it can be read, once per camera name."""
    long_ago = datetime.now(UTC) - timedelta(days=1)
    wall = cpu = 0.0
    for turn in range(repeat):
        starts_at = long_ago + timedelta(hours=turn)
        camera = Camera(CAMERA, f"file:{video.absolute()}", starts_at=starts_at)
        worker = IngestWorker(
            lambda camera=camera: [camera],  # type: ignore[misc]
            IngestSettings(),
            KafkaProducer(bus),
            lambda: KafkaLogReader(bus),
            lambda _: None,
        )
        took = spent(lambda worker=worker: worker.run(until_ended=True))  # type: ignore[misc]
        wall, cpu = wall + took[0], cpu + took[1]
    return wall, cpu


def _detect(bus: BusSettings, detector: DetectorSettings) -> None:
    settings = DetectSettings(detector=detector)
    DetectWorker(
        KafkaConsumer(bus, GROUP),
        KafkaProducer(bus),
        lambda: KafkaLogReader(bus),
        UltralyticsDetector(detector),
        lambda: ByteTrackTracker(settings.tracker),
        settings,
        lambda _camera, _at: True,
    ).run(until_idle_s=_IDLE_S)


def _bare(video: Path, detector: DetectorSettings, repeat: int) -> None:
    """What a user would write with ultralytics alone."""
    from ultralytics.models import YOLO

    model = YOLO(str(detector.weights_dir / "road-users_openvino_model"), task="detect")
    for _ in range(repeat):
        results = model.track(
            str(video),
            stream=True,
            tracker="bytetrack.yaml",
            conf=detector.min_score,
            imgsz=detector.imgsz,
            agnostic_nms=True,
            verbose=False,
        )
        for _result in results:
            pass


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path, nargs="+")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = [measure(video, options.repeat) for video in options.video]
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
