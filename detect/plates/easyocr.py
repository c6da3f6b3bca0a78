"""EasyOCR's English recogniser on a plate crop; slower and weaker than PP-OCR here, kept for comparison."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import easyocr
import torch

from detect.plates.model import Picture, RawRead
from detect.weights.sources import EASYOCR
from ingest.errors import Halt

_ALLOWED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
_MODEL = "english_g2.pth"


class EasyOcrReader:
    """The `PlateReader` port on EasyOCR (torch, CPU)."""

    def __init__(self, models: Path, threads: int) -> None:
        """Load the recogniser from a local folder; nothing is downloaded.

        Raises:
            Halt: the folder has no model, or not the pinned one: EasyOCR unpickles it without restriction.
        """
        if not (models / _MODEL).is_file():
            raise Halt(f"no EasyOCR model at {models / _MODEL}: run `make weights`")
        digest = hashlib.sha256((models / _MODEL).read_bytes()).hexdigest()
        if digest not in {source.sha256 for source in EASYOCR}:
            raise Halt(f"{models / _MODEL} is not the pinned file ({digest}): run `make weights`")
        torch.set_num_threads(threads)
        self._reader: Any = easyocr.Reader(
            ["en"],
            gpu=False,
            model_storage_directory=str(models),
            user_network_directory=str(models),  # by default it makes a folder in the home directory
            download_enabled=False,
            detector=False,
            verbose=False,
        )
        self._digest = digest[:16]

    @property
    def fingerprint(self) -> str:
        """Weights' digest and alphabet."""
        return f"easyocr {self._digest} allowed={_ALLOWED}"

    def read(self, plate: Picture) -> RawRead:
        """The crop taken as one line of text."""
        height, width = plate.shape[:2]
        whole = [[0, width, 0, height]]
        grey = plate.mean(axis=2).astype("uint8")
        lines = self._reader.recognize(grey, horizontal_list=whole, free_list=[], allowlist=_ALLOWED)
        if not lines:
            return RawRead("", 0.0)
        _, text, score = lines[0]
        return RawRead(str(text), float(score))
