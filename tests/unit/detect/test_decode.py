"""Packets to pictures: order, provenance, damage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from detect.decode import DecodedPicture, StreamDecoder
from ingest.errors import Reject
from ingest.model import Packet
from tests.unit.detect.clips import CAMERA, OPEN_GROUPS, PLAIN, REORDERED, clip, damaged, picture

FIRST_OFFSET = 100


def decode(packets: Sequence[Packet], threads: int = 1) -> list[DecodedPicture]:
    decoder = StreamDecoder(CAMERA, threads)
    out: list[DecodedPicture] = []
    for packet in packets:
        out.extend(decoder.feed(packet, 3, FIRST_OFFSET + packet.seq))
    out.extend(decoder.flush())
    return out


def pts_of(pictures: Sequence[DecodedPicture]) -> list[int]:
    return [picture.packet.pts for picture in pictures]


@pytest.mark.parametrize(
    ("codec", "container", "x264"),
    [
        ("libx264", "mp4", PLAIN),
        ("libx264", "mp4", REORDERED),
        ("libx264", "mpegts", REORDERED),
        ("libx265", "mp4", "keyint=8:min-keyint=8:bframes=2:open-gop=0:scenecut=0"),
        ("mjpeg", "matroska", ""),
    ],
    ids=["avcc", "avcc-reordered", "annex-b-reordered", "hevc-reordered", "mjpeg"],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_packet_gives_its_own_picture_in_order(codec: str, container: str, x264: str, threads: int) -> None:
    packets = clip(20, codec=codec, container=container, x264=x264)
    pictures = decode(packets, threads)

    assert pts_of(pictures) == sorted(packet.pts for packet in packets)
    for index, decoded in enumerate(pictures):
        pixels = decoded.to_bgr()
        assert pixels.dtype == np.uint8
        assert pixels.shape == (96, 160, 3)
        off = np.abs(pixels.astype(int) - picture(index).astype(int)).mean()
        assert off < 8, f"picture {index} is not the one that was encoded"


def test_a_picture_names_its_packet_and_its_keyframe() -> None:
    packets = clip(20, x264=REORDERED)
    by_pts = {packet.pts: packet for packet in packets}
    for decoded in decode(packets):
        packet = by_pts[decoded.packet.pts]
        keyframe = max(p.seq for p in packets if p.is_keyframe and p.seq <= packet.seq)
        assert decoded.packet.partition == 3
        assert decoded.packet.seq == packet.seq
        assert decoded.packet.offset == FIRST_OFFSET + packet.seq
        assert decoded.packet.keyframe_offset == FIRST_OFFSET + keyframe
        assert decoded.packet.captured_at == packet.captured_at


@pytest.mark.parametrize("x264", [PLAIN, REORDERED, OPEN_GROUPS])
def test_a_group_decodes_alike_with_and_without_what_came_before(x264: str) -> None:
    packets = clip(24, x264=x264)
    starts = [index for index, packet in enumerate(packets) if packet.is_keyframe]
    whole = {p.packet.pts: p.to_bgr() for p in decode(packets)}
    alone = {p.packet.pts: p.to_bgr() for p in decode(packets[starts[1] :])}

    assert alone
    tail = {pts: pixels for pts, pixels in whole.items() if pts >= min(alone)}
    assert tail.keys() == alone.keys()
    assert all(np.array_equal(alone[pts], tail[pts]) for pts in alone)


def test_joining_inside_a_group_waits_for_the_keyframe() -> None:
    packets = clip(20)
    assert pts_of(decode(packets[3:])) == [packet.pts for packet in packets[8:]]


def test_a_missing_packet_ends_the_group_but_not_what_came_before() -> None:
    packets = clip(24)
    pictures = decode(packets[:11] + packets[12:])
    assert pts_of(pictures) == [packet.pts for packet in packets[:11] + packets[16:]]


def test_an_unreadable_packet_ends_the_group() -> None:
    packets = clip(24)
    pictures = decode([*packets[:11], damaged(packets[11]), *packets[12:]])
    assert pts_of(pictures) == [packet.pts for packet in packets[:11] + packets[16:]]


def test_an_unreadable_keyframe_costs_its_group_only() -> None:
    packets = clip(24)
    pictures = decode([*packets[:8], damaged(packets[8]), *packets[9:]])
    assert pts_of(pictures) == [packet.pts for packet in packets[:8] + packets[16:]]


def test_parameter_sets_that_cannot_be_read_cost_the_group_only() -> None:
    packets = clip(24)
    broken = replace(packets[8], extradata=b"\x01\xff\xff")
    pictures = decode([*packets[:8], broken, *packets[9:]])
    assert pts_of(pictures)[:8] == [packet.pts for packet in packets[:8]]
    assert pts_of(pictures)[-8:] == [packet.pts for packet in packets[16:]]


def test_a_packet_given_twice_is_one_picture() -> None:
    packets = clip(16)
    twice = [packet for packet in packets for _ in range(2)]
    assert pts_of(decode(twice)) == [packet.pts for packet in packets]


def test_pictures_already_given_out_are_not_given_again() -> None:
    packets = clip(16)
    decoder = StreamDecoder(CAMERA, last_pts=packets[3].pts)
    out = [picture for packet in packets for picture in decoder.feed(packet, 0, packet.seq)]
    assert pts_of([*out, *decoder.flush()]) == [packet.pts for packet in packets[4:]]


def test_the_size_of_the_picture_may_change_at_a_keyframe() -> None:
    small, large = clip(8), clip(8, size=(320, 192), first_seq=8)
    shift = small[-1].pts + 1
    moved = [replace(packet, pts=packet.pts + shift, dts=packet.dts + shift) for packet in large]
    sizes = [(decoded.width_px, decoded.height_px) for decoded in decode([*small, *moved])]
    assert sizes == [(160, 96)] * 8 + [(320, 192)] * 8


def test_an_unknown_codec_is_rejected_by_name() -> None:
    with pytest.raises(Reject, match=r"B1.*'theora-9'"):
        decode([replace(clip(1)[0], codec="theora-9")])


def test_a_codec_that_is_not_video_is_rejected() -> None:
    with pytest.raises(Reject, match="not video"):
        decode([replace(clip(1)[0], codec="aac")])
