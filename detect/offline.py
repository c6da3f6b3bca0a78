"""Keeps ultralytics from calling home, installing packages or writing into the home directory.

Ultralytics reads these variables once, when it is first imported, so they are set as soon as `detect` is.
A value that the operator has set stands.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep_ultralytics_offline() -> None:
    """Set ultralytics' environment: no network check (hence no analytics), no pip, settings in the temporary folder."""
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    folder = Path(tempfile.gettempdir()) / f"constat-ultralytics-{os.getuid()}"
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
