"""Road users by an ultralytics YOLO model on OpenVINO, ONNX Runtime, torch or TensorRT.

Run here: OpenVINO and ONNX Runtime on CPU. The torch and TensorRT paths are written for an NVIDIA GPU
and have not been run. The weights carry their own class names; those that are road users are kept.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from ultralytics import __version__ as ultralytics_version
from ultralytics.models.yolo.detect import DetectionPredictor

from detect.model import Box, Detection, RoadUser
from detect.ports import Picture
from detect.settings import Backend, DetectorSettings
from ingest.errors import Halt

_WEIGHTS = {
    Backend.OPENVINO: "road-users_openvino_model",
    Backend.ONNX: "road-users.onnx",
    Backend.TORCH: "road-users.pt",
    Backend.TENSORRT: "road-users.engine",
}
_ON_GPU = frozenset({Backend.TORCH, Backend.TENSORRT})
_BOX_DIGITS = 5
"""A hundredth of a pixel on a 1080p picture; more digits would only make records longer."""


class UltralyticsDetector:
    """The `Detector` port on ultralytics' predictor.

    Suppression is blind to kinds, since a van comes out as car, truck and bus at once; the best score
    names it.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        """Load the model.

        Raises:
            Halt: the weights are missing, or `imgsz` is not what a fixed model takes.
        """
        self._weights = _existing(settings.weights_dir / _WEIGHTS[settings.backend])
        torch.set_num_threads(settings.threads)
        self._predictor = _predictor(settings, self._weights)
        backend = self._predictor.model.backend
        _check_size(settings, self._weights, backend)
        precision = _bind_threads(settings, self._weights, backend)
        self._kinds = {
            index: RoadUser(name) for index, name in backend.names.items() if name in RoadUser._value2member_map_
        }
        self._predictor.args.classes = sorted(self._kinds)
        self._fingerprint = _fingerprint(settings, self._weights, precision)

    @property
    def fingerprint(self) -> str:
        """Weights' digest, runtime, precision, input size and thresholds."""
        return self._fingerprint

    def detect(self, picture: Picture) -> tuple[Detection, ...]:
        """Road users above the score floor, best first."""
        height_px, width_px = picture.shape[:2]
        (result,) = self._predictor(source=picture)
        found = []
        for left, top, right, bottom, score, index in result.boxes.data.tolist():
            box = _box(left / width_px, top / height_px, right / width_px, bottom / height_px)
            if box is not None:
                found.append(Detection(self._kinds[int(index)], round(score, 4), box))
        return tuple(found)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise Halt(f"no detector weights at {path}: run `python -m detect.weights`, or set detect.detector.weights_dir")
    return path


def _predictor(settings: DetectorSettings, weights: Path) -> Any:
    overrides = {
        "task": "detect",
        "mode": "predict",
        "model": str(weights),
        "device": "cuda:0" if settings.backend in _ON_GPU else "cpu",
        "imgsz": settings.imgsz,
        "conf": settings.min_score,
        "iou": settings.nms_iou_ratio,
        "agnostic_nms": True,
        "max_det": settings.max_found,
        "verbose": False,
        "save": False,
    }
    predictor = DetectionPredictor(overrides=overrides)
    predictor.setup_model(str(weights), verbose=False)
    return predictor


def _check_size(settings: DetectorSettings, weights: Path, backend: Any) -> None:
    fixed = getattr(backend, "imgsz", None)
    if fixed is None or backend.metadata.get("dynamic") or max(fixed) == settings.imgsz:
        return
    raise Halt(f"{weights} takes pictures of {max(fixed)} px only: set detect.detector.imgsz to {max(fixed)}")


def _bind_threads(settings: DetectorSettings, weights: Path, backend: Any) -> str:
    """Load the model once more with an explicit thread count, which ultralytics gives no way to set.

    Returns:
        The numeric precision in use: it changes scores, so it belongs to the fingerprint.
    """
    if settings.backend is Backend.OPENVINO:
        core = backend.ov.Core()
        model = core.read_model(next(weights.glob("*.xml")))
        config = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": settings.threads}
        backend.ov_compiled_model = core.compile_model(model, "CPU", config)
        return str(backend.ov_compiled_model.get_property("INFERENCE_PRECISION_HINT").get_type_name())
    if settings.backend is Backend.ONNX:
        session = type(backend.session)
        options = type(backend.session.get_session_options())()
        options.intra_op_num_threads = settings.threads
        options.inter_op_num_threads = 1
        backend.session = session(str(weights), options, providers=["CPUExecutionProvider"])
    return "f16" if backend.fp16 else "f32"


def _box(left: float, top: float, right: float, bottom: float) -> Box | None:
    """The box inside the picture, or None when nothing is left of it."""
    left, top, right, bottom = (round(min(max(edge, 0.0), 1.0), _BOX_DIGITS) for edge in (left, top, right, bottom))
    return Box(left, top, right, bottom) if left < right and top < bottom else None


def _fingerprint(settings: DetectorSettings, weights: Path, precision: str) -> str:
    options = {
        "runtime": f"ultralytics-{ultralytics_version}/{settings.backend}/{precision}",
        "imgsz": settings.imgsz,
        "min_score": settings.min_score,
        "nms_iou_ratio": settings.nms_iou_ratio,
        "max_found": settings.max_found,
    }
    return f"road-users {_digest(weights)[:16]} {json.dumps(options, sort_keys=True)}"


def _digest(weights: Path) -> str:
    """SHA-256 over the files of a model, by name and content."""
    files = sorted(weights.iterdir()) if weights.is_dir() else [weights]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
