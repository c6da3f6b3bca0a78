"""The scripted detector is a detector like any other."""

from __future__ import annotations

import numpy as np

from detect.detectors.scripted import ScriptedDetector
from detect.model import Box, Detection, RoadUser

PICTURE = np.zeros((4, 4, 3), dtype=np.uint8)
WEAK = Detection(RoadUser.CAR, 0.2, Box(0, 0, 0.1, 0.1))
STRONG = Detection(RoadUser.BUS, 0.9, Box(0.5, 0.5, 0.6, 0.6))


def test_the_best_comes_first() -> None:
    assert ScriptedDetector.always([WEAK, STRONG]).detect(PICTURE) == (STRONG, WEAK)


def test_the_script_sees_the_picture() -> None:
    seen = ScriptedDetector(lambda picture: [STRONG] if picture.any() else [])
    assert seen.detect(PICTURE) == ()
    assert seen.detect(PICTURE + 1) == (STRONG,)


def test_the_fingerprint_is_as_given() -> None:
    assert ScriptedDetector.always([]).fingerprint == "scripted"
    assert ScriptedDetector(lambda picture: [], "squares-1").fingerprint == "squares-1"
