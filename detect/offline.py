"""Keeps vision libraries from calling home, installing packages or writing into the home directory.

They read these variables once, when they are first imported, so they are set as soon as `detect` is.
A value that the operator has set stands.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep_vision_libraries_offline() -> None:
    """No analytics, no network check, no pip, and ultralytics' settings in the temporary folder."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    folder = Path(tempfile.gettempdir()) / f"constat-ultralytics-{os.getuid()}"
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
