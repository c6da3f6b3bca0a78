"""Packets to pictures that may leave the console: masks of the site burnt in, no wider than wanted.

The only importer of OpenCV in the console.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from detect.decode import DecodedPicture, StreamDecoder
from detect.model import Point
from detect.ports import Picture
from ingest.errors import Halt, Reject
from ingest.model import PacketRef, StreamId
from verbalise.console.live.tail import CameraTail, Caught

Mask = tuple[Point, ...]
_QUALITY = 80
_INK = (208, 208, 208)
_WARNING = (76, 176, 224)
_WELL = (21, 16, 11)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A picture as it leaves the console, with the packet that it was coded in."""

    stream: StreamId
    packet: PacketRef
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """How the pictures of a camera are shown.

    Attributes:
        masks: Polygons that are blackened before anything else; relative coordinates.
        max_width_px: Wider pictures are made smaller.
        banner: What is written over a picture of an instant, in plain letters (OpenCV knows no accents); empty for
            a live one.
        min_gap_s: Shortest time between two pictures, by their instants; 0 shows all.
    """

    masks: tuple[Mask, ...]
    max_width_px: int
    banner: Callable[[datetime], str]
    min_gap_s: float = 0.0


class Viewfinder:
    """One viewer's own way through a camera's packets. For one thread at a time."""

    def __init__(self, tail: CameraTail, frame: Frame) -> None:
        self._tail = tail
        self._frame = frame
        self._offset = -1
        self._stream: StreamId | None = None
        self._decoder: StreamDecoder | None = None
        self._last: DecodedPicture | None = None

    def next_picture(self, timeout_s: float) -> LivePicture | None:
        """The newest picture that has come since the last call, waiting for it; None where none came in time.

        A viewer who is slow gets fewer pictures, never older ones.
        """
        newest: tuple[StreamId, DecodedPicture] | None = None
        for caught in self._tail.after(self._offset, timeout_s):
            for picture in self._decoded(caught):
                newest = (caught.packet.stream, picture)
        if newest is None or not self._is_due(newest[1]):
            return None
        self._last = newest[1]
        return _live_picture(newest[0], newest[1], self._frame)

    def _decoded(self, caught: Caught) -> Sequence[DecodedPicture]:
        self._offset = caught.offset
        if self._decoder is None or caught.packet.stream != self._stream:
            self._stream, self._last = caught.packet.stream, None
            self._decoder = StreamDecoder(caught.packet.camera, is_prompt=True)
        try:
            return self._decoder.feed(caught.packet, caught.partition, caught.offset)
        except Reject:
            return ()  # no decoder for this codec: the viewer is told that no picture comes

    def _is_due(self, picture: DecodedPicture) -> bool:
        if self._last is None:
            return True
        gap_s = (picture.packet.captured_at - self._last.packet.captured_at).total_seconds()
        return gap_s >= self._frame.min_gap_s


def keyframe_picture(keyframe: Caught, frame: Frame) -> LivePicture | None:
    """The picture of a keyframe alone, None if it cannot be decoded."""
    decoder = StreamDecoder(keyframe.packet.camera, is_prompt=True)
    try:
        decoded = [*decoder.feed(keyframe.packet, keyframe.partition, keyframe.offset), *decoder.flush()]
    except Reject:
        return None
    if not decoded:
        return None
    return _live_picture(keyframe.packet.stream, decoded[0], frame)


def _live_picture(stream: StreamId, decoded: DecodedPicture, frame: Frame) -> LivePicture:
    """Masked first, then made smaller, so that no pixel under a mask leaves."""
    picture = decoded.to_bgr()
    paint_masks(picture, frame.masks)
    banner = frame.banner(decoded.packet.captured_at)
    return LivePicture(stream, decoded.packet, _jpeg(_with_banner(_fitted(picture, frame.max_width_px), banner)))


def paint_masks(picture: Picture, masks: Sequence[Mask]) -> None:
    """Blacken polygons on a picture: uint8, (height, width, 3), changed in place."""
    height, width = picture.shape[:2]
    for mask in masks:
        corners = np.array([(point.x * width, point.y * height) for point in mask])
        # Outwards to whole pixels, on both sides: a mask never shows more than the site says.
        for rounding in (np.floor, np.ceil):
            cv2.fillPoly(picture, [rounding(corners).astype(np.int32)], (0, 0, 0))


def _fitted(picture: Picture, max_width_px: int) -> Picture:
    height, width = picture.shape[:2]
    if width <= max_width_px:
        return picture
    size = (max_width_px, round(height * max_width_px / width))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _with_banner(picture: Picture, text: str) -> Picture:
    if text:
        width = picture.shape[1]
        scale = width / 1000
        cv2.rectangle(picture, (0, 0), (width, round(44 * scale)), _WELL, -1)
        place = (round(16 * scale), round(31 * scale))
        cv2.putText(picture, text, place, _FONT, scale, _WARNING, max(1, round(scale * 2)), cv2.LINE_AA)
    return picture


def placeholder(lines: Sequence[str], width_px: int, height_px: int) -> bytes:
    """A dark picture that says in plain letters why there is none; first line largest."""
    picture = np.full((height_px, width_px, 3), _WELL, dtype=np.uint8)
    scale = width_px / 800
    for number, line in enumerate(lines):
        size = scale * (1.0 if number == 0 else 0.7)
        (text_width, _), _ = cv2.getTextSize(line, _FONT, size, 1)
        place = ((width_px - text_width) // 2, round(height_px / 2 + number * 40 * scale))
        ink = _WARNING if number == 0 else _INK
        cv2.putText(picture, line, place, _FONT, size, ink, max(1, round(scale * 2)), cv2.LINE_AA)
    return _jpeg(picture)


def _jpeg(picture: Picture) -> bytes:
    worked, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not worked:
        raise Halt("OpenCV cannot write JPEG: install opencv-python-headless as the lock has it")
    return data.tobytes()
