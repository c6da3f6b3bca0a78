"""Settings that cannot work are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from detect.settings import DetectSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"tracker": {"low_score": 0.3, "high_score": 0.25}},
        {"tracker": {"high_score": 0.5, "start_score": 0.4}},
        {"detector": {"weights_dir": "w", "imgsz": 417}},
        {"detector": {"weights_dir": "w", "backend": "tflite"}},
        {"detector": {"weights_dir": "w", "min_score": 0.2}},
        {"shed": {"above_lag_s": 5, "analyse_every": 1}},
        {"checkpoint_s": 0},
        {"unknown": 1},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DetectSettings.model_validate({"detector": {"weights_dir": "w"}, **wrong})


def test_weights_are_the_only_thing_that_must_be_said() -> None:
    settings = DetectSettings.model_validate({"detector": {"weights_dir": "w"}})
    assert settings.shed is None
    assert settings.detector.min_score <= settings.tracker.low_score
