"""What the demo does when texts are taken away: the basis of analysis, the help, the prefect's order.

Each is a change of the site file alone: no setting and no other code decides what may be looked at. With all of them
in force: `test_demo_once`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.status import read_status
from storage.evidence.folder import FolderEvidence
from tests.e2e.deploy.running import changed_site, run_once, wait_for

pytestmark = pytest.mark.timeout(600)
MODEL_LIBRARIES = ("openvino", "onnxruntime", "libtorch", "ultralytics")
"""What a process maps into its memory once it loads a model, whichever backend it is set to."""
BOTH = {("B1", "pedestrian-area-driving", "device"), ("T1", "red-light", "agent")}


def no_basis(described: dict[str, Any]) -> None:
    for camera in described["cameras"]:
        camera.pop("analysis", None)


def no_basis_and_no_help(described: dict[str, Any]) -> None:
    no_basis(described)
    described.pop("help")


def expired_orders(described: dict[str, Any]) -> None:
    for camera in described["cameras"]:
        for order in camera["authorisations"]:
            order["until"] = "2026-02-01T00:00:00+01:00"


def told(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((case["camera"], case["offence"], case["trigger"]) for case in result["cases"])


def test_without_a_basis_devices_and_agents_still_make_their_cases(tmp_path: Path) -> None:
    run = run_once(tmp_path, site=changed_site(tmp_path, no_basis))
    assert run.code == 0, run.output
    assert told(run.result) == sorted(BOTH)


def test_without_help_no_process_ever_loads_a_model(tmp_path: Path) -> None:
    libraries: dict[str, set[str]] = {}

    def look_inside(data: Path) -> None:
        wait_for("the dossiers of both cases", lambda: len(list((data / "evidence").rglob("manifest.json"))) == 2)
        for worker in read_status(data / "status.json").workers:
            if worker.pid is not None:
                maps = Path(f"/proc/{worker.pid}/maps").read_text(encoding="utf-8")
                libraries[worker.name] = {name for name in MODEL_LIBRARIES if name in maps}

    run = run_once(tmp_path, look_inside, site=changed_site(tmp_path, no_basis_and_no_help))
    assert run.code == 0, run.output
    assert told(run.result) == sorted(BOTH)
    assert {case["plate"]["status"] for case in run.result["cases"]} == {"not-attempted"}
    assert {"detect", "casework"} <= libraries.keys()
    assert not any(libraries.values()), libraries


def test_with_the_orders_expired_nothing_comes_in_and_the_log_says_why(tmp_path: Path) -> None:
    run = run_once(tmp_path, site=changed_site(tmp_path, expired_orders))
    assert run.code == 0, run.output
    assert run.result["cases"] == []
    assert FolderEvidence(run.data / "evidence").keys("cases/") == []
    entries = [json.loads(line) for line in (run.data / "logs" / "ingest.log").read_text("utf-8").splitlines()]
    shut = {entry["camera"]: entry["reason"] for entry in entries if entry["event"] == "camera.shut"}
    assert shut.keys() == {"B1", "T1"}
    assert all("fin le 01/02/2026" in reason for reason in shut.values())
