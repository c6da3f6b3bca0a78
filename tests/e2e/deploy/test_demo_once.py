"""From footage to a sealed case, as `constat demo --once` does it for a user."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import jsonschema
import pytest

from storage.evidence.folder import FolderEvidence
from tests.e2e.deploy.running import CLIP, FACTS_S, Run, changed_site, run_once
from verbalise.casework.manifest import first_fault

SCHEMA = Path("docs/demo-result.schema.json")
RED_S = 3.9
"""When the demo's agent marks the red car beyond the stop line, seconds into its clip."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("once")
    return run_once(folder, site=changed_site(folder, lambda _: None))


@pytest.fixture(scope="module")
def tailgating(run: Run) -> Mapping[str, Any]:
    (case,) = [case for case in run.result["cases"] if case["camera"] == "B1"]
    return dict(case)


@pytest.fixture(scope="module")
def evidence(run: Run) -> FolderEvidence:
    return FolderEvidence(run.data / "evidence")


def test_it_ends_well_and_says_so_as_the_schema_has_it(run: Run) -> None:
    assert run.code == 0, run.output
    jsonschema.validate(run.result, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {worker["name"] for worker in run.result["workers"]} >= {"ingest", "detect", "verbalise", "casework"}


def test_the_tailgating_car_is_the_one_case_and_the_authorised_van_none(
    run: Run, tailgating: Mapping[str, Any]
) -> None:
    assert (tailgating["offence"], tailgating["trigger"]) == ("pedestrian-area-driving", "analysis")
    assert run.offset_s(tailgating) == pytest.approx(FACTS_S, abs=0.35)
    plate = tailgating["plate"]
    assert (plate["status"], plate["text"]) in {("read", "XB-123-CD"), ("unreadable", None)}


def test_the_car_that_passes_at_red_is_a_case_because_an_agent_marked_it(run: Run) -> None:
    (case,) = [case for case in run.result["cases"] if case["camera"] == "T1"]
    assert (case["offence"], case["trigger"]) == ("red-light", "agent")
    assert run.offset_s(case) == pytest.approx(RED_S, abs=0.35)
    assert case["plate"]["text"] in {"YH-907-TR", None}


def test_the_clip_holds_the_source_files_own_packets(tailgating: Mapping[str, Any], evidence: FolderEvidence) -> None:
    manifest = json.loads(evidence.read(tailgating["evidence"]))
    (clip,) = [item for item in manifest["items"] if item["kind"] == "clip"]
    shown = _packets(io.BytesIO(evidence.read(clip["key"])))
    span = _packets(str(CLIP))[clip["from_seq"] : clip["to_seq"] + 1]
    assert shown == span
    assert len(shown) == manifest["packets"]["count"] > 50
    assert manifest["packets"]["sha256"] == hashlib.sha256(b"".join(span)).hexdigest()


def test_the_dossier_holds_and_a_changed_byte_does_not(
    tailgating: Mapping[str, Any], evidence: FolderEvidence, tmp_path: Path
) -> None:
    key = tailgating["evidence"]
    assert first_fault(evidence, key) is None
    copy = FolderEvidence(tmp_path)
    manifest = json.loads(evidence.read(key))
    for item in manifest["items"]:
        data = bytearray(evidence.read(item["key"]))
        if item["kind"] == "scene":
            data[-1] ^= 1
        copy.put(item["key"], bytes(data), item["content_type"])
    copy.put(key, evidence.read(key), "application/json")
    fault = first_fault(copy, key)
    assert fault is not None
    assert "scene.jpg" in fault


def test_no_log_names_a_plate(run: Run) -> None:
    for log in (run.data / "logs").iterdir():
        text = log.read_text(encoding="utf-8")
        for plate in ("XB-123-CD", "VG-482-KL", "YH-907-TR"):
            assert plate not in text, log


def _packets(source: str | io.BytesIO) -> list[bytes]:
    container: Any = av.open(source)
    with container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]
