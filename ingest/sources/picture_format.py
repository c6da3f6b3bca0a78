"""Finding the format of a stream in its keyframes, because a container only tells how it began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
from av.codec import CodecContext

START_CODE = b"\x00\x00\x00\x01"

_H264_SETS, _H264_SLICES = frozenset({7, 8, 13, 15}), range(1, 6)
_HEVC_SETS, _HEVC_SLICES = frozenset({32, 33, 34}), range(32)


def is_length_prefixed(extradata: bytes) -> bool:
    """Whether extradata announces AVCC/HVCC framing; Annex B begins with a start code."""
    return extradata[:1] == b"\x01"


def parameter_sets(codec: str, keyframe: bytes) -> bytes:
    """The parameter sets before the first slice of an Annex B keyframe, with start codes; empty if none."""
    found = []
    for nal in _nal_units(keyframe):
        kind = nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F
        if kind in (_H264_SLICES if codec == "h264" else _HEVC_SLICES):
            break
        if kind in (_H264_SETS if codec == "h264" else _HEVC_SETS):
            found.append(START_CODE + nal)
    return b"".join(found)


def _nal_units(data: bytes) -> Iterator[bytes]:
    start = data.find(b"\x00\x00\x01")
    while start != -1 and start + 3 < len(data):
        end = data.find(b"\x00\x00\x01", start + 3)
        # A zero before the next start code belongs to that code.
        yield (data[start + 3 :] if end == -1 else data[start + 3 : end]).rstrip(b"\x00") or b"\x00"
        start = end


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from a JPEG's frame header; None if it has none."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 1 if marker == 0xFF else 2 + length
    return None


def decoded_size(codec: str, extradata: bytes, keyframe: bytes) -> tuple[int, int] | None:
    """Width and height of a keyframe, by decoding it; None if it cannot be decoded.

    Called where the parameter sets change, so that the cost is one picture per stream.
    """
    decoder: Any = CodecContext.create(codec, "r")
    if extradata:
        decoder.extradata = extradata
    try:
        frames = [*decoder.decode(av.Packet(keyframe)), *decoder.decode(None)]
    except av.error.FFmpegError:
        return None
    return (frames[0].width, frames[0].height) if frames else None
