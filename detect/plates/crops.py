"""Cuts vehicles and plates out of pictures, and picks the pictures worth reading."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from detect.model import Box
from detect.plates.model import Picture, VehicleCrop

PLATE_MARGIN = 0.06
"""Of the plate's own size, on each side: the finder's box may shave the outer characters."""


def cut(picture: Picture, box: Box, margin: float = 0.0) -> Picture:
    """The part of a picture inside a box, at least one pixel, with a margin relative to the box's size."""
    height, width = picture.shape[:2]
    across, along = margin * (box.right - box.left), margin * (box.bottom - box.top)
    left = min(max(int((box.left - across) * width), 0), width - 1)
    top = min(max(int((box.top - along) * height), 0), height - 1)
    right = min(max(int((box.right + across) * width + 0.5), left + 1), width)
    bottom = min(max(int((box.bottom + along) * height + 0.5), top + 1), height)
    return picture[top:bottom, left:right]


def inside(outer: Box, inner: Box) -> Box:
    """A box given relative to another box, relative to the whole picture."""
    width, height = outer.right - outer.left, outer.bottom - outer.top
    return Box(
        outer.left + inner.left * width,
        outer.top + inner.top * height,
        outer.left + inner.right * width,
        outer.top + inner.bottom * height,
    )


def sharpness(picture: Picture) -> float:
    """Variance of the Laplacian of the grey picture: blur lowers it (Pech-Pacheco et al., 2000)."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def best(crops: Sequence[VehicleCrop], most: int) -> list[VehicleCrop]:
    """The largest vehicles, and among twice as many as wanted the sharpest, in the order of the frames."""
    largest = sorted(crops, key=lambda crop: (-_area(crop.vehicle), crop.seq))[: 2 * most]
    sharpest = sorted(largest, key=lambda crop: (-sharpness(cut(crop.picture, crop.vehicle)), crop.seq))[:most]
    return sorted(sharpest, key=lambda crop: crop.seq)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)
