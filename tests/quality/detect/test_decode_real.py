"""Real footage: every packet gives its picture, whatever its encoder left out of the headers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detect.decode import StreamDecoder
from tests.unit.detect.clips import CAMERA, packets_of

FOLDER = Path(os.environ.get("CONSTAT_EVAL_DATA", "")) / "videos"
VIDEOS = sorted(FOLDER.glob("*.mp4")) if "CONSTAT_EVAL_DATA" in os.environ else []


@pytest.mark.skipif(not VIDEOS, reason="CONSTAT_EVAL_DATA does not name a folder with videos of real streets")
@pytest.mark.parametrize("video", VIDEOS or [None], ids=lambda video: video.stem if video else "none")
def test_every_packet_gives_a_picture(video: Path) -> None:
    packets = packets_of(video)
    decoder = StreamDecoder(CAMERA)
    pictures = [picture for packet in packets for picture in decoder.feed(packet, 0, packet.seq)]
    pictures.extend(decoder.flush())
    assert [picture.packet.pts for picture in pictures] == sorted(packet.pts for packet in packets)
