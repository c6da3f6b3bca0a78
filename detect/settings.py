"""What can be set about detection. Which cameras may be analysed is not a setting: it is passed in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Backend(StrEnum):
    """What runs the detector; the first two on CPU, the others on an NVIDIA GPU."""

    OPENVINO = "openvino"
    ONNX = "onnx"
    TORCH = "torch"
    TENSORRT = "tensorrt"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DetectorSettings(_Section):
    """How road users are found.

    Attributes:
        backend: What runs the model: `openvino` or `onnx` on CPU, `torch` or `tensorrt` on an NVIDIA GPU.
        weights_dir: Holds `road-users_openvino_model/`, `road-users.onnx`, `.pt` or `.engine`.
        imgsz: Longer side, in pixels, of what the model sees; a model with a fixed input allows only its own.
        threads: CPU threads of the model.
        min_score: Weaker detections are dropped; low, so that the tracker can follow through weak frames.
        nms_iou_ratio: Two boxes that overlap more are one road user, whatever their kinds.
        max_found: At most so many road users a picture.
    """

    backend: Backend = Backend.OPENVINO
    weights_dir: Path
    imgsz: int = Field(640, ge=160, le=1920, multiple_of=32)
    threads: int = Field(2, ge=1, le=64)
    min_score: float = Field(0.1, gt=0, lt=1)
    nms_iou_ratio: float = Field(0.7, gt=0, lt=1)
    max_found: int = Field(100, ge=1, le=300)


class TrackerSettings(_Section):
    """How detections become tracks (ByteTrack).

    Attributes:
        high_score: From here detections are matched first.
        low_score: Between this and `high_score` they can only continue a track.
        start_score: From here an unmatched detection starts a track.
        keep_lost_frames: For so many analysed frames an unseen track may be found again.
        match_cost: Highest cost of a match in the first round, 1 minus overlap times score.
        forget_after_s: After so long without pictures no track is continued.
    """

    high_score: float = Field(0.25, gt=0, lt=1)
    low_score: float = Field(0.1, gt=0, lt=1)
    start_score: float = Field(0.4, gt=0, lt=1)
    keep_lost_frames: int = Field(30, ge=1, le=1_000)
    match_cost: float = Field(0.8, gt=0, le=1)
    forget_after_s: float = Field(3.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low_score < self.high_score <= self.start_score:
            raise ValueError("tracker: low_score < high_score <= start_score must hold")
        return self


class ShedSettings(_Section):
    """What to leave out when the worker cannot keep up.

    Attributes:
        above_lag_s: Frames are left out while records are older than this when they are handled.
        analyse_every: Then one frame in so many is analysed, per camera.
    """

    above_lag_s: float = Field(gt=0)
    analyse_every: int = Field(ge=2, le=50)


class DetectSettings(_Section):
    """The detection worker's section.

    Attributes:
        decode_threads: CPU threads of each camera's decoder.
        checkpoint_s: Least capture time between two published tracker states of one camera.
        silent_camera_s: A camera without records for so long, while others of its partition speak,
            is put to rest: its frames in the decoder are finished and its offset is let go.
        flush_timeout_s: Patience with the broker before a warning and another try.
        shed: None never leaves out a frame; anything else gives up exact repetition after a crash.
    """

    detector: DetectorSettings
    tracker: TrackerSettings = TrackerSettings()
    decode_threads: int = Field(1, ge=1, le=16)
    checkpoint_s: float = Field(1.0, gt=0)
    silent_camera_s: float = Field(30.0, gt=0)
    flush_timeout_s: float = Field(10.0, gt=0)
    shed: ShedSettings | None = None

    @model_validator(mode="after")
    def _weak_detections_reach_the_tracker(self) -> Self:
        if self.detector.min_score > self.tracker.low_score:
            raise ValueError("detector.min_score must not exceed tracker.low_score: the tracker would miss weak frames")
        return self
