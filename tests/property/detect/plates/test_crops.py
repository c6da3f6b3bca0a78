"""Cutting twice is cutting once; a cut is never empty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.model import Box
from detect.plates.crops import cut, inside
from tests.strategies import boxes


def relative_to(outer: Box, whole: Box) -> Box:
    """The opposite of `inside`: a box of the picture, relative to another."""
    width, height = outer.right - outer.left, outer.bottom - outer.top
    return Box(
        (whole.left - outer.left) / width,
        (whole.top - outer.top) / height,
        (whole.right - outer.left) / width,
        (whole.bottom - outer.top) / height,
    )


def edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


@settings(deadline=None)
@given(boxes(), boxes())
def test_inside_is_undone_by_its_opposite(outer: Box, inner: Box) -> None:
    whole = inside(outer, inner)
    assert edges(relative_to(outer, whole)) == pytest.approx(edges(inner), abs=1e-9)
    assert outer.left <= whole.left < whole.right <= outer.right + 1e-12
    assert outer.top <= whole.top < whole.bottom <= outer.bottom + 1e-12


@settings(deadline=None)
@given(boxes(), st.floats(0, 1), st.integers(1, 60), st.integers(1, 60))
def test_a_cut_has_a_pixel_at_least_and_a_margin_only_adds(box: Box, margin: float, width: int, height: int) -> None:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    plain, wider = cut(picture, box), cut(picture, box, margin)
    assert plain.shape[0] >= 1
    assert plain.shape[1] >= 1
    assert wider.shape[0] >= plain.shape[0]
    assert wider.shape[1] >= plain.shape[1]
