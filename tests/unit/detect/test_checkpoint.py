"""Tracker states on their topic: exact through JSON, and the furthest one wins."""

from __future__ import annotations

import math
from dataclasses import replace

from detect.checkpoint import CHECKPOINT, TrackerCheckpoint, checkpoint_message, read_checkpoints
from ingest.memory_bus import MemoryBus
from tests.unit.detect.clips import CAMERA, STREAM, T0, bus_with, clip

STATE = TrackerCheckpoint(CAMERA, STREAM, 0, 3, T0, True, 17, {"mean": [math.pi, 1e-300, -0.1 + 0.3], "n": None})


def publish(bus: MemoryBus, *records: TrackerCheckpoint) -> None:
    producer = bus.producer()
    for record in records:
        producer.send(checkpoint_message(record))


def test_a_state_is_the_same_after_its_journey() -> None:
    assert CHECKPOINT.decode(checkpoint_message(STATE).value) == STATE


def test_the_furthest_state_wins_over_the_last_written() -> None:
    bus = bus_with(clip(10))
    publish(bus, STATE, replace(STATE, offset=8), replace(STATE, offset=5))
    assert read_checkpoints(bus.log_reader(), 0) == {CAMERA: replace(STATE, offset=8)}


def test_of_two_states_at_one_place_the_later_wins() -> None:
    bus = bus_with(clip(10))
    publish(bus, STATE, replace(STATE, last_pts=99))
    assert read_checkpoints(bus.log_reader(), 0)[CAMERA].last_pts == 99


def test_a_state_beyond_the_end_of_the_video_is_left_out() -> None:
    bus = bus_with(clip(4))
    publish(bus, STATE, replace(STATE, offset=5))
    assert read_checkpoints(bus.log_reader(), 0) == {CAMERA: STATE}


def test_no_state_is_an_answer() -> None:
    assert read_checkpoints(bus_with(clip(4)).log_reader(), 0) == {}
