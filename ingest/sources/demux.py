"""From a container that PyAV has opened to access units, without decoding."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

import av
import structlog

from ingest.clock import moment
from ingest.errors import RetryLater
from ingest.sources.model import AccessUnit, CameraUnusable, DropReason, OnDrop, PictureFormat
from ingest.sources.picture_format import decoded_size, is_length_prefixed, jpeg_size, parameter_sets

_log = structlog.get_logger("ingest.sources")

CODECS = frozenset({"h264", "hevc", "mjpeg"})


class Demuxer:
    """The pictures of one container's best video stream, each whole, in decoding order, from a keyframe on.

    A picture that cannot be used (corrupt, without time stamps, an undecodable keyframe) is dropped, and
    with it all up to the next keyframe, because they refer to it.

    Raises:
        CameraUnusable: there is no video, or in a codec that Constat does not carry.
    """

    def __init__(self, container: av.container.InputContainer, name: str, on_drop: OnDrop) -> None:
        self._container = container
        self._name = name
        self._on_drop = on_drop
        stream = container.streams.best("video")
        if stream is None:
            raise CameraUnusable(f"{name}: there is no video in it. Check the address.")
        self._stream: Any = stream
        self._codec: str = stream.codec_context.name
        if self._codec not in CODECS:
            raise CameraUnusable(f"{name}: codec {self._codec} is not carried. Set the camera to H.264, HEVC or MJPEG.")
        self._extradata: bytes = stream.codec_context.extradata or b""
        self._format: PictureFormat | None = None
        self._is_waiting = True
        self._has_dropped = False
        self._latest: tuple[int, int] | None = None

    @property
    def start_pts(self) -> int | None:
        """Pts of the first picture shown, if the container says."""
        start: int | None = self._stream.start_time
        return start

    def units(self) -> Iterator[AccessUnit]:
        """Access units up to the end of the container; FFmpeg's errors pass through."""
        for packet in self._with_first_time(self._container.demux(self._stream)):
            unit = self._unit(packet)
            if unit is not None:
                self._latest = (unit.dts, unit.pts)
                yield unit

    def _with_first_time(self, packets: Iterator[Any]) -> Iterator[Any]:
        # FFmpeg leaves the first RTSP picture without a time stamp; the camera's clock tells how
        # long before the second it was. Without that the first group of pictures would be lost.
        first = next(packets, None)
        if first is not None and first.size and first.pts is None and first.has_sidedata("prft"):
            second = next(packets, None)
            _stamp_first(first, second)
            yield first
            first = second
        if first is not None:
            yield first
        yield from packets

    def _unit(self, packet: Any) -> AccessUnit | None:
        if not packet.size:
            return None
        self._note_new_extradata(packet)
        data = bytes(packet)
        is_keyframe = self._codec == "mjpeg" or bool(packet.is_keyframe)
        reason = self._unusable(packet) or self._undecodable(packet.time_base, is_keyframe, data)
        if reason is not None or self._format is None:
            self._drop(reason or DropReason.NO_KEYFRAME)
            return None
        self._is_waiting = self._has_dropped = False
        return AccessUnit(packet.pts, packet.dts, is_keyframe, self._format, data, _camera_time(packet))

    def _unusable(self, packet: Any) -> DropReason | None:
        if packet.is_corrupt:
            return DropReason.CORRUPT
        if packet.pts is None or packet.dts is None:
            return DropReason.NO_TIMESTAMP
        if self._latest is not None and (packet.dts, packet.pts) <= self._latest:
            if packet.is_keyframe:
                raise RetryLater(f"{self._name}: time stamps jump back from {self._latest[0]} to {packet.dts}")
            return DropReason.TIMESTAMP_BACK
        return None

    def _undecodable(self, time_base: Fraction, is_keyframe: bool, data: bytes) -> DropReason | None:
        if is_keyframe:
            return None if self._note_format(time_base, data) else DropReason.UNDECODABLE
        return DropReason.NO_KEYFRAME if self._is_waiting else None

    def _drop(self, reason: DropReason) -> None:
        if not self._has_dropped:
            _log.warning("camera.picture_dropped", source=self._name, reason=reason)
        self._is_waiting = self._has_dropped = True
        self._on_drop(reason)

    def _note_new_extradata(self, packet: Any) -> None:
        if packet.has_sidedata("new_extradata"):
            self._extradata = bytes(packet.get_sidedata("new_extradata"))

    def _note_format(self, time_base: Fraction, keyframe: bytes) -> bool:
        """Keep the format up to date from a keyframe; False if the keyframe cannot be decoded."""
        extradata = self._extradata
        if self._codec == "mjpeg":
            extradata = b""
        elif not is_length_prefixed(extradata):
            extradata = parameter_sets(self._codec, keyframe) or extradata
        known = self._format
        if known is not None and known.extradata == extradata and self._codec != "mjpeg":
            return True
        size = jpeg_size(keyframe) if self._codec == "mjpeg" else decoded_size(self._codec, extradata, keyframe)
        if size is None:
            return False
        self._extradata = extradata
        self._format = PictureFormat(self._codec, *size, time_base, extradata)
        return True


def _stamp_first(first: Any, second: Any) -> None:
    if second is None or second.pts is None or second.dts is None or not second.has_sidedata("prft"):
        return
    step_us = _producer_time_us(second) - _producer_time_us(first)
    step = round(Fraction(step_us, 1_000_000) / second.time_base)
    if step > 0:
        first.pts = first.dts = min(second.pts, second.dts) - step


def _producer_time_us(packet: Any) -> int:
    """Wall-clock microseconds of AVProducerReferenceTime, which FFmpeg derives from RTCP sender reports."""
    wallclock_us: int = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))[0]
    return wallclock_us


def _camera_time(packet: Any) -> datetime | None:
    if not packet.has_sidedata("prft"):
        return None
    try:
        return moment(_producer_time_us(packet))
    except OverflowError:
        return None
