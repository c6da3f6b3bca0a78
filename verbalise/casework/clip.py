"""Cuts a clip out of a camera's packets without re-encoding it. The only importer of PyAV here.

What lies in the clip is what the camera sent: H.264 that came length-prefixed leaves byte for byte as it came;
with start codes it gets the same units length-prefixed, which is how MP4 stores them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from av.error import FFmpegError

from ingest.errors import Reject
from ingest.model import Packet
from verbalise.casework.nal import is_length_prefixed, parameter_sets, with_start_codes

PLAYABLE_CODECS = frozenset({"h264"})
"""Every browser plays these; anything else gets a copy."""
_RAW_FORMATS = {"h264": "h264", "hevc": "hevc", "mjpeg": "mjpeg"}
_MP4 = {"movflags": "+faststart", "fflags": "+bitexact"}
"""Bitexact leaves out dates and versions, so that the same packets always give the same file."""


def cut(packets: Sequence[Packet]) -> bytes:
    """An MP4 file of these packets, its first picture at time 0.

    Args:
        packets: Of one stream, in the order they were sent, from a keyframe on.

    Raises:
        Reject: there is no keyframe first, or the codec cannot lie in MP4; the text says which.
    """
    first = packets[0] if packets else None
    if first is None or not first.is_keyframe:
        raise Reject("a clip has to begin with a keyframe")
    if first.codec not in _RAW_FORMATS:
        raise Reject(f"camera {first.camera}: codec {first.codec!r} cannot be cut; h264, hevc and mjpeg can")
    try:
        with _mp4() as (clip, path):
            with clip, _template(first) as template:
                stream = clip.add_stream_from_template(template.streams.video[0])
                stream.time_base = first.time_base
                start = min(packet.pts for packet in packets)
                for packet, lasts in zip(packets, _durations(packets), strict=True):
                    clip.mux(_muxable(packet, first, start, lasts, stream))
            return path.read_bytes()
    except FFmpegError as error:
        raise Reject(f"camera {first.camera}: the clip cannot be written: {error}") from error


def playable_copy(clip: bytes) -> bytes:
    """The clip encoded again as H.264, for browsers that cannot play the original. Never evidence.

    Raises:
        Reject: the original cannot be decoded.
    """
    try:
        return _encoded_again(clip)
    except FFmpegError as error:
        raise Reject(f"no copy that browsers play can be made: {error}") from error


def _encoded_again(clip: bytes) -> bytes:
    with _mp4() as (copy, path):
        with copy, _opened(clip) as source:
            shown = source.streams.video[0]
            stream: Any = copy.add_stream("libx264", rate=shown.average_rate or 25)
            # libx264 takes even sizes only in this pixel format.
            stream.width, stream.height = shown.width // 2 * 2, shown.height // 2 * 2
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = shown.time_base or Fraction(1, 90_000)
            for frame in source.decode(shown):
                copy.mux(stream.encode(frame.reformat(stream.width, stream.height, "yuv420p")))
            copy.mux(stream.encode(None))
        return path.read_bytes()


@contextmanager
def _mp4() -> Iterator[tuple[Any, Path]]:
    """An MP4 to write and its path: the index goes to the front in a second pass, which needs a real file."""
    with TemporaryDirectory(prefix="constat-clip-") as folder:
        path = Path(folder, "clip.mp4")
        yield av.open(str(path), "w", format="mp4", options=_MP4), path


def _opened(clip: bytes) -> Any:
    return av.open(io.BytesIO(clip))


def _template(keyframe: Packet) -> Any:
    """The keyframe as a raw stream of its own, from which FFmpeg reads codec, size and parameter sets."""
    return av.open(io.BytesIO(_with_parameters(keyframe)), format=_RAW_FORMATS[keyframe.codec])


def _with_parameters(keyframe: Packet) -> bytes:
    extradata = keyframe.extradata
    if extradata is None or keyframe.codec == "mjpeg":
        return keyframe.data
    if not is_length_prefixed(extradata):
        return extradata + keyframe.data
    return parameter_sets(keyframe.codec, extradata) + with_start_codes(keyframe.codec, keyframe.data, extradata)


def _durations(packets: Sequence[Packet]) -> list[int]:
    """From each packet's decoding time to the next one's; the last lasts as long as the one before.

    Without it the last picture has no length, and some players never show it.
    """
    steps = [after.dts - before.dts for before, after in pairwise(packets)]
    return [*steps, steps[-1] if steps else 1]


def _muxable(packet: Packet, first: Packet, start: int, lasts: int, stream: Any) -> Any:
    data = packet.data
    if first.extradata is not None and packet.codec != "mjpeg" and is_length_prefixed(first.extradata):
        data = with_start_codes(packet.codec, data, first.extradata)
    muxed = av.Packet(data)
    muxed.pts, muxed.dts, muxed.time_base = packet.pts - start, packet.dts - start, packet.time_base
    muxed.duration = lasts
    muxed.is_keyframe = packet.is_keyframe
    muxed.stream = stream
    return muxed
