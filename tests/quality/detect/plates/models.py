"""The prepared weights and the bundled street, for tests that look with real models."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import av
import pytest

from detect.model import Box
from detect.plates.model import Picture
from detect.weights.prepare import default_folder, is_prepared

PED = Path(__file__).parents[4] / "deploy" / "demo" / "footage" / "ped.mp4"
CAR_PLATE = "XB-123-CD"

CAR = {
    76: Box(0.4145, 0.3706, 0.6267, 0.7151),
    77: Box(0.4171, 0.3820, 0.6381, 0.7423),
    78: Box(0.4198, 0.3942, 0.6502, 0.7726),
    79: Box(0.4227, 0.4072, 0.6633, 0.8068),
    80: Box(0.4258, 0.4210, 0.6776, 0.8441),
    81: Box(0.4283, 0.4316, 0.6889, 0.8732),
    82: Box(0.4309, 0.4426, 0.7009, 0.9044),
    83: Box(0.4336, 0.4542, 0.7137, 0.9380),
}
"""Where the blue car truly is, by picture of `PED`."""
PLATE = {
    76: Box(0.5203, 0.6788, 0.5725, 0.7030),
    78: Box(0.5364, 0.7364, 0.5928, 0.7630),
    83: Box(0.5809, 0.8936, 0.6488, 0.9267),
}
"""Where its plate truly is, relative to the whole picture."""
EMPTY_ROAD = Box(0.0, 0.6, 0.3, 1.0)
"""Nothing stands there in the same pictures."""


def prepared_weights() -> Path:
    """The folder of weights; the test is skipped where there is none."""
    if not is_prepared(default_folder()):
        pytest.skip(f"no weights in {default_folder()}: run `make weights`")
    return default_folder()


def pictures(clip: Path, wanted: Collection[int]) -> dict[int, Picture]:
    """The wanted pictures of a clip by their number, from 0."""
    with av.open(str(clip), "r") as source:
        return {
            number: frame.to_ndarray(format="bgr24").astype("uint8", copy=False)
            for number, frame in enumerate(source.decode(video=0))
            if number in wanted
        }


def overlap(one: Box, other: Box) -> float:
    """Area in common over area of both together, 0 to 1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    along = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or along <= 0:
        return 0.0
    return across * along / (_area(one) + _area(other) - across * along)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)
