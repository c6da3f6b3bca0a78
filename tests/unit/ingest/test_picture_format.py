"""Finding the format in keyframes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources.picture_format import (
    START_CODE,
    decoded_size,
    is_length_prefixed,
    jpeg_size,
    parameter_sets,
)
from tests.unit.ingest.clips import HEVC, packets_of, write_clip

SPS, PPS, IDR, AUD = b"\x67\x01\x02", b"\x68\x03", b"\x65\x04\x05", b"\x09\xf0"


def test_parameter_sets_are_what_comes_before_the_first_slice() -> None:
    keyframe = b"".join(START_CODE + nal for nal in (AUD, SPS, PPS, IDR, SPS))
    assert parameter_sets("h264", keyframe) == START_CODE + SPS + START_CODE + PPS


def test_short_start_codes_count_too() -> None:
    assert parameter_sets("h264", b"\x00\x00\x01" + SPS + b"\x00\x00\x01" + IDR) == START_CODE + SPS


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x01", b"no start code at all", START_CODE + IDR])
def test_without_parameter_sets_there_are_none(data: bytes) -> None:
    assert parameter_sets("h264", data) == b""


def test_hevc_has_three_kinds(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.ts", 2, codec="libx265", options=HEVC)
    sets = parameter_sets("hevc", packets_of(path)[0])
    kinds = [(nal[0] >> 1) & 0x3F for nal in sets.split(START_CODE)[1:]]
    assert kinds == [32, 33, 34]
    assert decoded_size("hevc", sets, packets_of(path)[0]) == (160, 96)


def test_a_keyframe_that_cannot_be_decoded_has_no_size() -> None:
    assert decoded_size("h264", b"", START_CODE + IDR) is None


def test_a_jpeg_says_its_size(tmp_path: Path) -> None:
    [picture, *_] = packets_of(write_clip(tmp_path / "street.avi", 2, size=(320, 96), codec="mjpeg", options={}))
    assert jpeg_size(picture) == (320, 96)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x04ab", b"GIF89a..........."])
def test_what_is_no_jpeg_has_no_size(data: bytes) -> None:
    assert jpeg_size(data) is None


@pytest.mark.parametrize(("extradata", "expected"), [(b"\x01\x64", True), (START_CODE + SPS, False), (b"", False)])
def test_framing_is_announced_by_extradata(extradata: bytes, expected: bool) -> None:
    assert is_length_prefixed(extradata) is expected
