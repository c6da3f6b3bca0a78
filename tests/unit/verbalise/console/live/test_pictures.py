"""What leaves the console: masked, small enough, and never older than it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import cv2
import numpy as np
import pytest

from detect.model import Point
from detect.ports import Picture
from tests.unit.detect.clips import OPEN_GROUPS, REORDERED, clip
from verbalise.console.live.pictures import (
    Frame,
    LivePicture,
    Viewfinder,
    keyframe_picture,
    paint_masks,
    placeholder,
)
from verbalise.console.live.tail import CameraTail, Caught

HALF = (Point(0.5, 0.0), Point(1.0, 0.0), Point(1.0, 1.0), Point(0.5, 1.0))


def no_banner(at: datetime) -> str:
    del at
    return ""


PLAIN_FRAME = Frame((), 1280, no_banner)


def seen(jpeg: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def watch(frame: Frame = PLAIN_FRAME, x264: str | None = None, codec: str = "libx264") -> list[LivePicture]:
    """Every picture that a viewer gets who takes packet after packet."""
    tail = CameraTail(lambda: None)
    finder = Viewfinder(tail, frame)
    found: list[LivePicture] = []
    packets = clip(24, codec=codec) if x264 is None else clip(24, x264=x264)
    for offset, packet in enumerate(packets):
        tail.add(Caught(packet, 0, offset))
        picture = finder.next_picture(0.0)
        if picture is not None:
            found.append(picture)
    return found


def test_every_picture_comes_at_once_with_its_own_packet() -> None:
    pictures = watch()
    assert [picture.packet.seq for picture in pictures] == list(range(24))
    assert [picture.packet.offset for picture in pictures] == list(range(24))
    assert {picture.packet.keyframe_offset for picture in pictures} == {0, 8, 16}


@pytest.mark.parametrize("x264", [REORDERED, OPEN_GROUPS])
def test_reordered_pictures_come_in_their_order(x264: str) -> None:
    at = [picture.packet.captured_at for picture in watch(x264=x264)]
    assert at == sorted(at)
    assert len(at) > 12


def test_mjpeg_cameras_are_watched_too() -> None:
    assert len(watch(codec="mjpeg")) == 24


def test_a_wanted_rate_leaves_pictures_out() -> None:
    shown = watch(Frame((), 1280, no_banner, min_gap_s=0.25))
    gaps = {b.packet.seq - a.packet.seq for a, b in pairwise(shown)}
    assert gaps == {3}


def test_who_comes_late_sees_the_newest_picture_only() -> None:
    tail = CameraTail(lambda: None)
    for offset, packet in enumerate(clip(22)):
        tail.add(Caught(packet, 0, offset))
    finder = Viewfinder(tail, PLAIN_FRAME)
    picture = finder.next_picture(0.0)
    assert picture is not None
    assert picture.packet.seq == 21
    assert finder.next_picture(0.0) is None


def test_another_stream_starts_afresh() -> None:
    tail = CameraTail(lambda: None)
    finder = Viewfinder(tail, PLAIN_FRAME)
    for offset, packet in enumerate([*clip(4), *clip(4, stream="B1~s2", first_seq=9)]):
        tail.add(Caught(packet, 0, offset))
    picture = finder.next_picture(0.0)
    assert picture is not None
    assert (picture.stream, picture.packet.seq) == ("B1~s2", 12)


def test_no_pixel_under_a_mask_leaves() -> None:
    for picture in watch(Frame((HALF,), 1280, no_banner)):
        shown = seen(picture.jpeg)
        assert int(shown[:, 88:].max()) < 24  # JPEG blurs a little across the edge
        assert int(shown[:, :72].max()) > 200


def test_a_mask_between_pixels_takes_both() -> None:
    picture = np.full((10, 10, 3), 255, dtype=np.uint8)
    paint_masks(picture, [(Point(0.25, 0.25), Point(0.55, 0.25), Point(0.55, 0.55), Point(0.25, 0.55))])
    assert int(picture[2:6, 2:6].max()) == 0
    assert int(picture[:2].min()) == 255


def test_pictures_are_made_smaller_and_never_larger() -> None:
    assert seen(watch(Frame((), 80, no_banner))[0].jpeg).shape == (48, 80, 3)
    assert seen(watch(Frame((), 4000, no_banner))[0].jpeg).shape == (96, 160, 3)


def test_an_old_picture_says_so() -> None:
    plain, marked = watch()[0], watch(Frame((), 1280, lambda at: f"{at:%H:%M:%S}"))[0]
    assert not np.array_equal(seen(plain.jpeg)[:6], seen(marked.jpeg)[:6])


def test_the_wall_shows_a_keyframe_alone() -> None:
    picture = keyframe_picture(Caught(clip(1)[0], 0, 7), PLAIN_FRAME)
    assert picture is not None
    assert (picture.packet.offset, picture.packet.seq) == (7, 0)


def test_a_codec_that_nobody_decodes_gives_no_picture() -> None:
    odd = Caught(replace(clip(1)[0], codec="nothing-known"), 0, 0)
    assert keyframe_picture(odd, PLAIN_FRAME) is None
    tail = CameraTail(lambda: None)
    tail.add(odd)
    assert Viewfinder(tail, PLAIN_FRAME).next_picture(0.0) is None


def test_a_placeholder_is_a_dark_picture_with_writing() -> None:
    picture = seen(placeholder(["Pas d'image", "14:07:31"], 480, 270))
    assert picture.shape == (270, 480, 3)
    assert int(np.median(picture)) < 30
    assert int(picture.max()) > 150
