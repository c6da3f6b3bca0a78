"""Files give exactly their packets, and say what is wrong with them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.errors import RetryLater
from ingest.sources.file import FileSource, length_us, path_of
from ingest.sources.model import AccessUnit, CameraUnusable, DropReason
from ingest.sources.picture_format import START_CODE
from tests.unit.ingest.clips import HEVC, REORDERED, packets_of, size_changing_clip, write_clip


def read(path: Path) -> tuple[list[AccessUnit], Counter[DropReason]]:
    drops: Counter[DropReason] = Counter()
    source = FileSource(path, lambda reason: drops.update([reason]))
    try:
        return list(source.units()), drops
    finally:
        source.close()


@pytest.mark.parametrize(
    ("name", "codec", "options", "framing"),
    [
        ("plain.mp4", "libx264", None, b"\x01"),
        ("reordered.mp4", "libx264", REORDERED, b"\x01"),
        ("hevc.mp4", "libx265", HEVC, b"\x01"),
        ("annexb.ts", "libx264", None, START_CODE),
        ("jpeg.avi", "mjpeg", {}, b""),
    ],
)
def test_packets_are_untouched(
    tmp_path: Path, name: str, codec: str, options: dict[str, str] | None, framing: bytes
) -> None:
    path = write_clip(tmp_path / name, codec=codec, options=options)
    units, drops = read(path)
    assert [unit.data for unit in units] == packets_of(path)
    assert len(units) == 12
    assert not drops
    assert units[0].is_keyframe
    assert {(unit.format.width_px, unit.format.height_px) for unit in units} == {(160, 96)}
    assert units[0].format.extradata.startswith(framing)
    assert bool(units[0].format.extradata) is (codec != "mjpeg")
    assert len({unit.format for unit in units}) == 1


def test_every_jpeg_is_a_keyframe(tmp_path: Path) -> None:
    units, _ = read(write_clip(tmp_path / "jpeg.avi", codec="mjpeg", options={}))
    assert all(unit.is_keyframe for unit in units)


def test_reordered_pictures_keep_pts_and_dts(tmp_path: Path) -> None:
    units, _ = read(write_clip(tmp_path / "b.mp4", options=REORDERED))
    assert [unit.dts for unit in units] == sorted(unit.dts for unit in units)
    assert [unit.pts for unit in units] != sorted(unit.pts for unit in units)
    assert len({unit.pts for unit in units}) == 12


def test_time_in_the_file_is_counted_from_its_first_picture(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "late.ts", first_pts=50)
    source = FileSource(path, lambda _: None)
    times = [unit.micros(source.start_pts or 0) for unit in source.units()]
    source.close()
    assert times == [100_000 * n for n in range(12)]


def test_length_reaches_to_the_end_of_the_last_picture(tmp_path: Path) -> None:
    assert length_us(write_clip(tmp_path / "a.mp4", 12)) == 1_200_000
    assert length_us(write_clip(tmp_path / "b.mp4", 12, options=REORDERED)) == 1_200_000
    assert length_us(write_clip(tmp_path / "one.mp4", 1)) == 0


def test_a_change_of_size_shows_in_the_format(tmp_path: Path) -> None:
    units, _ = read(size_changing_clip(tmp_path))
    sizes = [unit.format.width_px for unit in units]
    assert sizes[0] == 160
    assert sizes[-1] == 320
    assert sizes == sorted(sizes)
    change = next(unit for unit in units if unit.format.width_px == 320)
    assert change.is_keyframe
    assert change.format.extradata != units[0].format.extradata


def test_a_truncated_file_gives_what_can_be_read(tmp_path: Path) -> None:
    fragmented = {"movflags": "frag_keyframe+empty_moov"}
    path = write_clip(tmp_path / "whole.mp4", 20, container_options=fragmented)
    whole = packets_of(path)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    units, _ = read(cut)
    assert 0 < len(units) < 20
    assert [unit.data for unit in units] == whole[: len(units)]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (bytes(range(256)) * 40, "not readable as video"), (None, "cannot be opened")],
)
def test_what_is_not_a_video_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "street.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CameraUnusable, match=f"street.mp4.*{says}"):
        read(path)


def test_a_file_cut_before_its_index_is_named(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.mp4")
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(CameraUnusable, match=r"street\.mp4"):
        read(path)


def test_a_file_without_times_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "raw.h264")
    with pytest.raises(CameraUnusable, match="Remux it to MP4"):
        read(path)


def test_an_unknown_codec_is_named(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "old.avi", codec="mpeg4", options={})
    with pytest.raises(CameraUnusable, match=r"codec mpeg4 is not carried"):
        read(path)


def test_a_file_without_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    header = (
        b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
    )
    path.write_bytes(header + b"data\x00\x08\x00\x00" + bytes(2048))
    with pytest.raises(CameraUnusable, match="no video"):
        read(path)


def test_damage_drops_pictures_up_to_the_next_keyframe(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "street.ts", 20)
    data = bytearray(path.read_bytes())
    # Transport packets of 188 bytes carry counters: without some of them, FFmpeg flags the picture.
    video = [n for n in range(0, len(data), 188) if data[n + 1] & 0x1F == 0x01 and data[n + 2] == 0x00]
    lost = video[len(video) // 2]
    path.write_bytes(bytes(data[:lost] + data[lost + 188 :]))
    units, drops = read(path)
    whole = packets_of(write_clip(tmp_path / "whole.ts", 20))
    assert drops[DropReason.CORRUPT] >= 1
    assert all(unit.data in whole for unit in units)
    after = next(unit for before, unit in pairwise(units) if unit.pts - before.pts > 9000)
    assert after.is_keyframe


def test_times_that_jump_back_end_the_reading(tmp_path: Path) -> None:
    once = write_clip(tmp_path / "once.ts", 6)
    twice = tmp_path / "twice.ts"
    twice.write_bytes(once.read_bytes() * 2)
    source = FileSource(twice, lambda _: None)
    found: list[AccessUnit] = []
    with pytest.raises(RetryLater, match="jump back"):
        found.extend(source.units())
    source.close()
    assert 0 < len(found) <= 6


@pytest.mark.parametrize("address", ["file:/a/b c.mp4", "file:///a/b c.mp4"])
def test_paths_in_addresses(address: str) -> None:
    assert path_of(address) == Path("/a/b c.mp4")
