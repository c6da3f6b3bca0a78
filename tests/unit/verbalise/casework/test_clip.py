"""What lies in a clip is what the camera sent."""

from __future__ import annotations

import io

import av
import pytest

from ingest.errors import Reject
from ingest.model import Packet
from tests.unit.detect.clips import PLAIN, REORDERED, clip
from tests.unit.verbalise.casework.scene import demo_packets
from verbalise.casework.clip import cut, playable_copy
from verbalise.casework.nal import is_length_prefixed, with_start_codes


def packets_in(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data), "r") as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def pictures_in(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data), "r") as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


@pytest.mark.parametrize("x264", [PLAIN, REORDERED], ids=["plain", "b-frames"])
def test_length_prefixed_packets_stay_byte_for_byte(x264: str) -> None:
    packets = clip(32, x264=x264)
    span = packets[8:24]
    assert span[0].is_keyframe
    assert packets_in(cut(span)) == [packet.data for packet in span]


def test_start_codes_become_lengths_and_the_units_stay() -> None:
    packets = clip(16, container="mpegts")
    assert not is_length_prefixed(packets[0].extradata)
    data = cut(packets)
    with av.open(io.BytesIO(data), "r") as container:
        record = bytes(container.streams.video[0].codec_context.extradata or b"")
    cut_units = [_units(with_start_codes("h264", packet, record)) for packet in packets_in(data)]
    assert cut_units == [_units(packet.data) for packet in packets]


def test_a_cut_of_the_demo_street_holds_the_files_own_packets() -> None:
    packets = demo_packets()
    first = next(index for index, packet in enumerate(packets) if index and packet.is_keyframe)
    span = packets[first : first + 60]
    assert packets_in(cut(span)) == [packet.data for packet in span]


@pytest.mark.parametrize("codec", ["libx265", "mjpeg"])
def test_other_codecs_keep_their_packets_and_get_a_copy_that_browsers_play(codec: str) -> None:
    packets = clip(16, codec=codec, container="mov" if codec == "mjpeg" else "mp4")
    data = cut(packets)
    assert packets_in(data) == [packet.data for packet in packets]
    with av.open(io.BytesIO(playable_copy(data)), "r") as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert len(list(container.decode(video=0))) == 16


def test_the_same_packets_give_the_same_file_and_the_same_pictures() -> None:
    packets = clip(16)
    assert cut(packets) == cut(packets)
    assert pictures_in(cut(packets)) == pictures_in(cut(clip(16)))


def test_the_first_picture_is_at_zero() -> None:
    with av.open(io.BytesIO(cut(clip(32)[16:])), "r") as container:
        shown = [frame.time for frame in container.decode(video=0)]
    assert shown[0] == 0
    assert shown[1] == pytest.approx(0.1)


@pytest.mark.parametrize("packets", [[], clip(16)[1:]], ids=["nothing", "no-keyframe-first"])
def test_a_clip_begins_with_a_keyframe(packets: list[Packet]) -> None:
    with pytest.raises(Reject, match="keyframe"):
        cut(packets)


def _units(data: bytes) -> list[bytes]:
    """The units between start codes of three or four bytes."""
    return [unit.rstrip(b"\x00") for unit in data.split(b"\x00\x00\x01") if unit.rstrip(b"\x00")]
