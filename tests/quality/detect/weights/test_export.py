"""What a checkpoint may bring along: numbers, and no code."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import pytest
import torch
import yaml

from detect.model import RoadUser
from detect.weights.export import export_plates
from detect.weights.prepare import MANIFEST
from detect.weights.sources import ROAD_USERS
from tests.quality.detect.plates.models import prepared_weights


class WritesAFile:
    """Whoever unpickles it without restriction runs its code."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self._path,)


def test_a_checkpoint_with_code_is_refused_and_the_code_not_run(tmp_path: Path) -> None:
    checkpoint, trace, made = tmp_path / "best.pt", tmp_path / "trace", tmp_path / "made"
    made.mkdir()
    torch.save({"model": WritesAFile(trace)}, checkpoint)
    with pytest.raises(pickle.UnpicklingError):
        export_plates(checkpoint, made)
    assert not trace.exists()
    assert list(made.iterdir()) == []


def test_such_a_checkpoint_would_have_run_its_code(tmp_path: Path) -> None:
    """Or else the test above proves nothing."""
    checkpoint, trace = tmp_path / "best.pt", tmp_path / "trace"
    torch.save({"model": WritesAFile(trace)}, checkpoint)
    torch.load(checkpoint, weights_only=False)
    assert trace.exists()


def test_every_prepared_file_is_the_one_of_the_manifest() -> None:
    folder = prepared_weights()
    described = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    found = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != MANIFEST
    }
    assert found == {name: entry["sha256"] for name, entry in described.items()}
    assert found["road-users.onnx"] == ROAD_USERS.sha256
    assert not [name for name in found if name.endswith(".pt")]


def test_the_prepared_detector_names_every_kind_of_road_user() -> None:
    path = prepared_weights() / "road-users_openvino_model" / "metadata.yaml"
    names = yaml.safe_load(path.read_text(encoding="utf-8"))["names"]
    assert set(RoadUser) <= set(names.values())
