"""The ultralytics adapter on a real runtime, with a model made here whose answer is known.

The model takes a 64 px square and always says the same: boxes in its own pixels with a score per class.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import openvino
import pytest
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from detect.detectors.ultralytics import UltralyticsDetector
from detect.model import RoadUser
from detect.settings import Backend, DetectorSettings
from ingest.errors import Halt

ROOT = Path(__file__).parents[3]
SIDE_PX = 64
NAMES = {0: "person", 1: "bicycle", 2: "car", 3: "train", 4: "truck"}
CELLS = 84
BACKENDS = [Backend.OPENVINO, Backend.ONNX]


def answer(*rows: tuple[float, float, float, float, int, float]) -> NDArray[np.float32]:
    """(1, 4 + classes, cells): centre x, centre y, width, height in model pixels, then one score a class."""
    out = np.zeros((1, 4 + len(NAMES), CELLS), dtype=np.float32)
    for cell, (x, y, width, height, kind, score) in enumerate(rows):
        out[0, :4, cell] = x, y, width, height
        out[0, 4 + kind, cell] = score
    return out


# A 128x64 picture becomes 64x32 with 16 px of padding above and below.
SCENE = answer(
    (16, 32, 16, 16, 2, 0.8),
    (16.5, 32, 16, 16, 4, 0.6),  # the same vehicle under another name
    (48, 24, 8, 8, 0, 0.5),
    (48, 40, 8, 8, 3, 0.9),  # not a road user
    (32, 32, 4, 4, 1, 0.05),  # below the floor
    (62, 20, 12, 8, 2, 0.3),  # reaches out of the picture
)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    constant = numpy_helper.from_array(SCENE, "scene")
    axes = numpy_helper.from_array(np.array([1, 2, 3]), "axes")
    zero = numpy_helper.from_array(np.zeros((1, 1, 1), dtype=np.float32), "zero")
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "scene"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "known",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 4 + len(NAMES), CELLS])],
        [constant, axes, zero],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    described = {"task": "detect", "stride": 32, "batch": 1, "imgsz": [SIDE_PX, SIDE_PX], "names": NAMES}
    helper.set_model_props(model, {key: str(value) for key, value in described.items()})
    onnx.save(model, str(tmp_path / "road-users.onnx"))
    folder = tmp_path / "road-users_openvino_model"
    openvino.save_model(openvino.convert_model(tmp_path / "road-users.onnx"), folder / "road-users.xml")
    (folder / "metadata.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    return tmp_path


def detector(weights: Path, backend: Backend, imgsz: int = SIDE_PX, min_score: float = 0.1) -> UltralyticsDetector:
    settings = DetectorSettings.model_construct(
        **{**DetectorSettings(weights_dir=weights, backend=backend, min_score=min_score, threads=1).model_dump()}
        | {"imgsz": imgsz}
    )
    return UltralyticsDetector(settings)


@pytest.mark.parametrize("backend", BACKENDS)
def test_boxes_come_back_relative_to_the_picture(weights: Path, backend: Backend) -> None:
    picture = np.zeros((64, 128, 3), dtype=np.uint8)
    car, person, edge = detector(weights, backend).detect(picture)

    assert car.kind is RoadUser.CAR
    assert car.score == pytest.approx(0.8, abs=0.01)
    assert [car.box.left, car.box.top, car.box.right, car.box.bottom] == pytest.approx(
        [8 / 64, 8 / 32, 24 / 64, 24 / 32], abs=0.02
    )
    assert person.kind is RoadUser.PERSON
    assert person.score == pytest.approx(0.5, abs=0.01)
    assert (edge.kind, edge.box.right, edge.box.top) == (RoadUser.CAR, 1.0, 0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_picture_gives_the_same_answer_and_is_not_touched(weights: Path, backend: Backend) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    before = picture.copy()
    found = detector(weights, backend)
    assert found.detect(picture) == found.detect(picture)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_fingerprint_names_what_changes_the_answer(weights: Path, backend: Backend) -> None:
    one = detector(weights, backend)
    assert str(backend) in one.fingerprint
    assert one.fingerprint == detector(weights, backend).fingerprint
    assert one.fingerprint != detector(weights, backend, min_score=0.2).fingerprint
    if backend is Backend.ONNX:
        model = onnx.load(str(weights / "road-users.onnx"))
        model.doc_string = "other"
        onnx.save(model, str(weights / "road-users.onnx"))
        assert one.fingerprint != detector(weights, backend).fingerprint


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_fixed_model_refuses_another_size(weights: Path, backend: Backend) -> None:
    with pytest.raises(Halt, match=r"set detect\.detector\.imgsz to 64"):
        detector(weights, backend, imgsz=320)


@pytest.mark.parametrize("backend", list(Backend))
def test_missing_weights_are_named(tmp_path: Path, backend: Backend) -> None:
    with pytest.raises(Halt, match=r"road-users.*detect\.weights"):
        UltralyticsDetector(DetectorSettings(weights_dir=tmp_path, backend=backend))


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_is_written_into_the_home_directory(weights: Path, backend: Backend, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    script = (
        "import sys, numpy; from pathlib import Path\n"
        "from tests.integration.detect.test_ultralytics import detector, Backend\n"
        "found = detector(Path(sys.argv[1]), Backend(sys.argv[2])).detect(numpy.zeros((64, 128, 3), numpy.uint8))\n"
        "sys.exit(0 if found else 3)\n"
    )
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", script, str(weights), str(backend)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    assert list(home.rglob("*")) == []
