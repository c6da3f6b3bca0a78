"""Detection as a process on the real broker: killed, stopped, started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from detect.model import ObservedBreak
from detect.wire import OBSERVED, Observed
from ingest.bus import TopicPartition
from ingest.kafka import KafkaAdmin, KafkaProducer
from ingest.model import Packet
from ingest.settings import BusSettings
from ingest.wire import break_message, packet_message
from tests.integration.ingest.brokers import bus_settings, stored
from tests.unit.detect.clips import REORDERED, Record, bus_with, clip, run_to_end, with_end

ROOT = Path(__file__).parents[3]
FRAMES = 160
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def bus(kafka_bootstrap: str) -> BusSettings:
    return bus_settings(kafka_bootstrap)


@pytest.fixture
def name() -> str:
    return f"D{uuid.uuid4().hex[:10]}"


@pytest.fixture
def start(bus: BusSettings, name: str) -> Iterator[Start]:
    processes: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.integration.detect.run_detect", bus.bootstrap, f"detect-{name}", name]
        processes.append(subprocess.Popen(command, cwd=ROOT))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within a few minutes."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.2) for _ in range(600))


def send(bus: BusSettings, records: list[Record]) -> None:
    producer = KafkaProducer(bus)
    for record in records:
        producer.send(packet_message(record) if isinstance(record, Packet) else break_message(record))
    producer.flush(60)


def observed(bus: BusSettings, camera: str) -> list[Observed]:
    return [OBSERVED.decode(envelope.value) for envelope in stored(bus, "tracks", camera)]


def unplaced(record: Observed) -> Observed:
    return replace(record, video=replace(record.video, partition=0, offset=0, keyframe_offset=0))


def test_killed_stopped_and_started_again_it_tells_the_same_story(bus: BusSettings, name: str, start: Start) -> None:
    records = with_end(clip(FRAMES, camera=name, stream=f"{name}~s1", x264=REORDERED))
    expected = [unplaced(record) for record in run_to_end(bus_with(records), is_known=lambda _camera, _at: True)]
    send(bus, records)
    places = {int(e.headers["seq"]): (e.partition, e.offset) for e in stored(bus, "video", name)}

    for portion in (20, 70):
        process = start()
        assert eventually(lambda portion=portion: len(observed(bus, name)) >= portion)  # type: ignore[misc]
        process.kill()
        process.wait()
    before_stop = len(observed(bus, name))
    process = start()
    assert eventually(lambda: len(observed(bus, name)) > before_stop)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0

    start()
    assert eventually(lambda: isinstance(observed(bus, name)[-1], ObservedBreak))
    told = observed(bus, name)
    assert len(told) > len(expected), "it was never killed at work"
    once = {record.video.seq: record for record in told}
    assert all(once[record.video.seq] == record for record in told)
    assert sorted(map(repr, map(unplaced, once.values()))) == sorted(map(repr, expected))
    assert {seq: (r.video.partition, r.video.offset) for seq, r in once.items()} == places

    place = TopicPartition("video", places[0][0])
    assert eventually(lambda: KafkaAdmin(bus).group_lag(f"detect-{name}", ["video"])[place] == 0)
