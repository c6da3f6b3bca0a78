"""Runs the demo as a user would, as a process of its own, and kills what is to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.embedded.status import read_status
from detect.weights.prepare import default_folder, is_prepared

DEMO = Path("deploy/demo")
CLIP = DEMO / "footage" / "ped.mp4"
FACTS_S = 6.6
"""When the blue car's wheels pass the bollard line, seconds into the clip (frame 66 of 10 a second)."""
_PATIENCE_S = 400.0
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """A demo that has ended."""

    code: int
    result: Mapping[str, Any]
    data: Path
    output: str

    @property
    def offsets_s(self) -> list[float]:
        """Instants of the facts, in seconds from the first picture."""
        return [self.offset_s(case) for case in self.result["cases"]]

    def offset_s(self, case: Mapping[str, Any]) -> float:
        """The instant of one case's facts, in seconds from the first picture."""
        return (datetime.fromisoformat(case["at"]) - _first_picture(self.data)).total_seconds()


def changed_site(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The demo site with something of it changed, as a file of its own."""
    described = yaml.safe_load((DEMO / "site.yaml").read_text(encoding="utf-8"))
    for camera in described["cameras"]:
        camera["source"] = f"file:{(DEMO / camera['source'].removeprefix('file:')).absolute()}"
    change(described)
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")
    return path


def pedestrian_site(folder: Path) -> Path:
    """The demo site with the pedestrian street alone."""
    return changed_site(folder, _keep_only_the_pedestrian_street)


def _keep_only_the_pedestrian_street(described: dict[str, Any]) -> None:
    described["cameras"] = [camera for camera in described["cameras"] if camera["id"] == "B1"]


def run_once(folder: Path, meanwhile: Callable[[Path], None] = lambda _: None, site: Path | None = None) -> Run:
    """`constat demo --once`, on the pedestrian street unless told otherwise.

    Args:
        meanwhile: Called with the data folder as soon as the process runs.
    """
    if not is_prepared(default_folder()):
        pytest.skip(f"no weights in {default_folder()}: run `make weights`")
    data, result = folder / "data", folder / "result.json"
    command = [sys.executable, "-m", "deploy", "demo", "--once", "--json", str(result), "--data", str(data)]
    output = folder / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--site", str(site or pedestrian_site(folder)), "--port", "0"],
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            meanwhile(data)
            code = process.wait(_PATIENCE_S)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(60)
    said = output.read_text(encoding="utf-8")
    assert result.is_file(), said
    return Run(code, json.loads(result.read_text(encoding="utf-8")), data, said)


def wait_for(what: str, seen: Callable[[], Any]) -> Any:
    """What `seen` gives once it gives something."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline_s:
        found = seen()
        if found:
            return found
        time.sleep(_LOOK_S)
    raise AssertionError(f"never seen: {what}")


def wait_for_pictures(data: Path, seconds: float) -> None:
    """Until the camera has played so many seconds of its clip."""

    def is_far_enough() -> bool:
        try:
            camera = json.loads((data / "cameras.json").read_text(encoding="utf-8"))["cameras"][0]
            seen_at = camera["last_packet_at"]
            return bool(seen_at) and (_age_s(data, seen_at) >= seconds)
        except (OSError, ValueError, KeyError, IndexError):
            return False

    wait_for(f"{seconds} s of pictures", is_far_enough)


def kill(data: Path, worker: str) -> None:
    """SIGKILL a worker as it runs now."""

    def pid() -> int | None:
        try:
            return read_status(data / "status.json").worker(worker).pid
        except (OSError, ValueError, KeyError):
            return None

    os.kill(wait_for(f"{worker} running", pid), signal.SIGKILL)


def _age_s(data: Path, seen_at: str) -> float:
    return (datetime.fromisoformat(seen_at) - _first_picture(data)).total_seconds()


def _first_picture(data: Path) -> datetime:
    return datetime.fromisoformat((data / "starts-at").read_text(encoding="utf-8"))
