"""PP-OCR's recogniser, as carried by rapidocr-onnxruntime: the recogniser alone, on a plate crop."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import rapidocr_onnxruntime
import yaml
from rapidocr_onnxruntime.ch_ppocr_rec import TextRecognizer

from detect.plates.model import Picture, RawRead


class PpOcrReader:
    """The `PlateReader` port on PP-OCRv4 (ONNX Runtime, CPU)."""

    def __init__(self, threads: int) -> None:
        """Load the model that the package carries, with an explicit thread count: the default pool escapes pinning."""
        package = Path(rapidocr_onnxruntime.__file__).parent
        config: dict[str, Any] = yaml.safe_load((package / "config.yaml").read_text(encoding="utf-8"))
        settings = config["Rec"] | {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
        settings["model_path"] = str(package / settings["model_path"])
        self._recogniser: Any = TextRecognizer(settings)
        self._digest = hashlib.sha256(Path(settings["model_path"]).read_bytes()).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """Weights' digest."""
        return f"ppocr-v4 {self._digest}"

    def read(self, plate: Picture) -> RawRead:
        """The line of text on the crop."""
        ((text, score, *_),) = self._recogniser([plate])[0]
        return RawRead(str(text), float(score))
