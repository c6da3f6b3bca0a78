"""A lazy detector: made once, at the first picture, and what is wrong with it shows there."""

from __future__ import annotations

import numpy as np
import pytest

from detect.detectors.lazy import LazyDetector
from detect.detectors.scripted import ScriptedDetector
from detect.model import Box, Detection, RoadUser
from ingest.errors import Halt

PICTURE = np.zeros((4, 4, 3), np.uint8)
CAR = Detection(RoadUser.CAR, 0.9, Box(0, 0, 1, 1))


def test_nothing_is_made_before_the_first_picture_and_then_once() -> None:
    made: list[int] = []

    def load() -> ScriptedDetector:
        made.append(1)
        return ScriptedDetector(lambda _: [CAR], "detector-1")

    detector = LazyDetector(load)
    assert made == []
    assert detector.detect(PICTURE) == (CAR,)
    assert detector.detect(PICTURE) == (CAR,)
    assert detector.fingerprint == "detector-1"
    assert made == [1]


def test_what_loading_says_comes_out_of_the_first_picture() -> None:
    def load() -> ScriptedDetector:
        raise Halt("the weights are not there")

    with pytest.raises(Halt, match="weights"):
        LazyDetector(load).detect(PICTURE)
