"""Turns the checked files into what the workers run: ONNX and OpenVINO, never a pickle."""

from __future__ import annotations

import ast
import os
import shutil
import typing
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

PLATE_MODEL = "plates"
ROAD_USER_MODEL = "road-users"
INPUT_PX = 640


def export_road_users(onnx_file: Path, folder: Path) -> None:
    """`road-users.onnx` as it came, and `road-users_openvino_model/` that ultralytics can read."""
    import onnx
    import openvino

    shutil.copyfile(onnx_file, folder / f"{ROAD_USER_MODEL}.onnx")
    target = folder / f"{ROAD_USER_MODEL}_openvino_model"
    target.mkdir()
    openvino.save_model(openvino.convert_model(onnx_file), target / f"{ROAD_USER_MODEL}.xml", compress_to_fp16=False)
    described = {entry.key: _literal(entry.value) for entry in onnx.load(str(onnx_file)).metadata_props}
    (target / "metadata.yaml").write_text(yaml.safe_dump(described, sort_keys=True), encoding="utf-8")


def export_plates(checkpoint: Path, folder: Path) -> None:
    """`plates.onnx` and `plates_openvino_model/`, input size free, from the checkpoint's numbers alone.

    The checkpoint is a pickle that names classes of a library nobody else here needs. It is opened with torch's
    restricted loader, those classes replaced by empty ones, and its tensors are put into a model built here.
    """
    import torch
    from ultralytics.models import YOLO
    from ultralytics.nn.tasks import DetectionModel

    loaded = _tensors_of(checkpoint)
    build: Any = DetectionModel  # untyped
    model = build("yolov8n.yaml", nc=len(loaded.names), verbose=False)
    model.load_state_dict({name: tensor.float() for name, tensor in loaded.state_dict().items()})
    model.names = dict(loaded.names)
    ours = folder / f"{PLATE_MODEL}.pt"
    torch.save({"model": model, "train_args": {}}, ours)
    _in_folder(folder, lambda: _export(YOLO(ours.name)))
    ours.unlink()


def _export(model: Any) -> None:
    model.export(format="onnx", opset=17, dynamic=True, simplify=False, imgsz=INPUT_PX, verbose=False)
    model.export(format="openvino", dynamic=True, imgsz=INPUT_PX, verbose=False)


def _tensors_of(checkpoint: Path) -> Any:
    import torch
    from torch.serialization import safe_globals
    from ultralytics.nn import modules, tasks

    blocks = [
        (getattr(modules, name), f"ultralytics.nn.modules.{name}")
        for name in ("Bottleneck", "C2f", "Concat", "Conv", "DFL", "Detect", "SPPF")
    ]
    layers = [torch.nn.SiLU, torch.nn.BatchNorm2d, torch.nn.ModuleList, torch.nn.Sequential]
    layers += [torch.nn.Conv2d, torch.nn.MaxPool2d, torch.nn.Upsample]
    plain: list[Any] = [tasks.DetectionModel, (typing.Any, "typing.Any"), dict, defaultdict]
    with safe_globals([*_emptied(), *blocks, *layers, *plain]):
        stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return stored.get("ema") or stored["model"]


class _Ignored(dict[str, object]):
    """Takes the place of a training option's class; keeps nothing."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def __setstate__(self, state: object) -> None:
        del state


def _emptied() -> list[tuple[type, str]]:
    names = ("dictconfig.DictConfig", "base.ContainerMetadata", "base.Metadata", "nodes.AnyNode")
    return [(type(name.rpartition(".")[2], (_Ignored,), {}), f"omegaconf.{name}") for name in names]


def _literal(text: str) -> object:
    """Metadata values are Python literals or plain words."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _in_folder(folder: Path, work: Callable[[], None]) -> None:
    """The exporter writes beside the weights' name as given, so it is given a bare one."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        work()
    finally:
        os.chdir(before)
