"""Plates by an ultralytics YOLO model on OpenVINO (CPU), as exported by `detect.weights`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from ultralytics.models.yolo.detect import DetectionPredictor

from detect.model import Box
from detect.plates.model import FoundPlate, Picture
from ingest.errors import Halt

_MODEL = "plates_openvino_model"
_INPUT_PX = 640
"""Vehicles are enlarged to this: at 320 px the finder misses a third of what it sees at 640."""
_MIN_SCORE = 0.25


class UltralyticsPlateFinder:
    """The `PlateFinder` port on ultralytics' predictor."""

    def __init__(self, weights_dir: Path, threads: int) -> None:
        """Load the model.

        Raises:
            Halt: there is none in the folder.
        """
        weights = weights_dir / _MODEL
        if not weights.is_dir():
            raise Halt(f"no plate finder at {weights}: run `make weights`, or set casework.weights_dir")
        torch.set_num_threads(threads)
        overrides = {"task": "detect", "mode": "predict", "model": str(weights), "device": "cpu", "imgsz": _INPUT_PX}
        overrides |= {"conf": _MIN_SCORE, "verbose": False, "save": False}
        self._predictor = _predictor(overrides, weights)
        self._precision = _bind_threads(self._predictor.model.backend, weights, threads)
        self._digest = hashlib.sha256((weights / "plates.bin").read_bytes()).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """Weights' digest, numeric precision (it depends on the processor), input size and threshold."""
        return f"plates {self._digest} {self._precision} imgsz={_INPUT_PX} min_score={_MIN_SCORE}"

    def find(self, picture: Picture) -> tuple[FoundPlate, ...]:
        """Every plate above the score floor, best first."""
        height, width = picture.shape[:2]
        (result,) = self._predictor(source=picture)
        rows = sorted(result.boxes.data.tolist(), key=lambda row: -row[4])
        # They would hold the picture until the next call.
        self._predictor.results = self._predictor.batch = self._predictor.dataset = None
        found = (
            (
                min(max(left / width, 0), 1),
                min(max(top / height, 0), 1),
                min(right / width, 1),
                min(bottom / height, 1),
                score,
            )
            for left, top, right, bottom, score, _ in rows
        )
        return tuple(
            FoundPlate(Box(left, top, right, bottom), score)
            for left, top, right, bottom, score in found
            if left < right and top < bottom
        )


def _predictor(overrides: dict[str, Any], weights: Path) -> Any:
    predictor = DetectionPredictor(overrides=overrides)
    predictor.setup_model(str(weights), verbose=False)
    return predictor


def _bind_threads(backend: Any, weights: Path, threads: int) -> str:
    """Load the model once more with an explicit thread count, which ultralytics gives no way to set.

    Returns:
        The numeric precision in use.
    """
    model = backend.ov.Core().read_model(weights / "plates.xml")
    # What ultralytics has set stays: on ARM it asks for single precision.
    config = backend.compile_model.keywords["config"] | {"INFERENCE_NUM_THREADS": threads}
    backend.ov_compiled_model = backend.compile_model(model, config=config)
    return str(backend.ov_compiled_model.get_property("INFERENCE_PRECISION_HINT").get_type_name())
