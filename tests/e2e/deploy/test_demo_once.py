"""From footage to a sealed case, as `constat demo --once` does it for a user."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import av
import jsonschema
import pytest

from storage.evidence.folder import FolderEvidence
from tests.e2e.deploy.running import CLIP, FACTS_S, Run, run_once
from verbalise.casework.manifest import first_fault

SCHEMA = Path("docs/demo-result.schema.json")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_once(tmp_path_factory.mktemp("once"))


@pytest.fixture(scope="module")
def evidence(run: Run) -> FolderEvidence:
    return FolderEvidence(run.data / "evidence")


def test_it_ends_well_and_says_so_as_the_schema_has_it(run: Run) -> None:
    assert run.code == 0, run.output
    jsonschema.validate(run.result, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {worker["name"] for worker in run.result["workers"]} >= {"ingest", "detect", "verbalise", "casework"}


def test_the_tailgating_car_is_the_one_case_and_the_authorised_van_none(run: Run) -> None:
    (case,) = run.result["cases"]
    assert (case["camera"], case["offence"], case["trigger"]) == ("B1", "pedestrian-area-driving", "analysis")
    assert run.offsets_s == pytest.approx([FACTS_S], abs=0.35)
    assert (case["plate"]["status"], case["plate"]["text"]) in {("read", "XB-123-CD"), ("unreadable", None)}


def test_the_clip_holds_the_source_files_own_packets(run: Run, evidence: FolderEvidence) -> None:
    manifest = json.loads(evidence.read(run.result["cases"][0]["evidence"]))
    (clip,) = [item for item in manifest["items"] if item["kind"] == "clip"]
    shown = _packets(io.BytesIO(evidence.read(clip["key"])))
    span = _packets(str(CLIP))[clip["from_seq"] : clip["to_seq"] + 1]
    assert shown == span
    assert len(shown) == manifest["packets"]["count"] > 50
    assert manifest["packets"]["sha256"] == hashlib.sha256(b"".join(span)).hexdigest()


def test_the_dossier_holds_and_a_changed_byte_does_not(run: Run, evidence: FolderEvidence, tmp_path: Path) -> None:
    key = run.result["cases"][0]["evidence"]
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
        assert "XB-123-CD" not in text, log
        assert "VG-482-KL" not in text, log


def _packets(source: str | io.BytesIO) -> list[bytes]:
    container: Any = av.open(source)
    with container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]
