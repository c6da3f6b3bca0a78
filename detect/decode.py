"""Packets of one stream to pictures, with the packet that each picture came in.

Every group of pictures (a keyframe and what follows it) gets a decoder of its own. So what comes out
depends only on the records from its keyframe on: a worker that starts again there sees the same
pictures. The price is that pictures which refer across a keyframe (open groups) are lost, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from av.codec.context import ThreadType
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from detect import metrics
from detect.ports import Picture
from ingest.errors import Reject
from ingest.model import CameraId, Packet, PacketRef


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """One picture, in the order of presentation; its packet's pts is the picture's.

    Attributes:
        packet: Where the packet lies that the picture was coded in.
    """

    packet: PacketRef
    width_px: int
    height_px: int
    _frame: VideoFrame

    def to_bgr(self) -> Picture:
        """The pixels: uint8, (height, width, 3), BGR; converted on each call."""
        pixels = self._frame.to_ndarray(format="bgr24")
        return np.ascontiguousarray(pixels, dtype=np.uint8)


class StreamDecoder:
    """Decodes one stream of one camera; waits for a keyframe at the start and after damage.

    A missing, unreadable or corrupt packet ends its group: what the decoder still holds from before is
    given out, what follows is dropped until the next keyframe. A packet given twice is used once. Every
    packet that gives no picture is counted with the reason.
    """

    def __init__(
        self, camera: CameraId, threads: int = 1, last_pts: int | None = None, *, is_prompt: bool = False
    ) -> None:
        """Start before the first packet.

        Args:
            threads: CPU threads; more than one also decodes frames in parallel and so holds some back.
            last_pts: The last picture already given out, when continuing a stream.
            is_prompt: Give every picture out as soon as FFmpeg does, for people who watch; on streams whose headers
                leave out how far pictures are reordered, the price is a picture per group.
        """
        self._camera = camera
        self._threads = threads
        self._is_prompt = is_prompt
        self._context: VideoCodecContext | None = None
        self._awaited: dict[int, PacketRef] = {}
        self._keyframe_offset = 0
        self._last_seq = -1
        self.last_pts = last_pts

    def feed(self, packet: Packet, partition: int, offset: int) -> tuple[DecodedPicture, ...]:
        """The pictures that this packet completes; `partition` and `offset` say where it lies.

        Raises:
            Reject: no decoder exists for the packet's codec.
        """
        if self._context is not None and packet.seq <= self._last_seq:
            self._lost("repeated")
            return ()
        if packet.is_keyframe:
            before = self.flush()
            self._context = self._open(packet)
            self._keyframe_offset = offset
            self._last_seq = packet.seq
            return before + self._decode(packet, partition, offset)
        if self._context is None:
            self._lost("no-keyframe")
            return ()
        if packet.seq != self._last_seq + 1:
            self._lost("after-hole")
            return self.flush()
        self._last_seq = packet.seq
        return self._decode(packet, partition, offset)

    def flush(self) -> tuple[DecodedPicture, ...]:
        """The pictures still held back; afterwards only a keyframe is accepted."""
        if self._context is None:
            return ()
        try:
            frames = self._context.decode(None)
        except FFmpegError:
            frames = []
        pictures = self._pictures(frames)
        for _ in self._awaited:
            self._lost("no-picture")
        self._context = None
        self._awaited = {}
        return pictures

    def _decode(self, packet: Packet, partition: int, offset: int) -> tuple[DecodedPicture, ...]:
        if self._context is None:
            return ()
        coded = av.Packet(packet.data)
        coded.pts, coded.dts, coded.time_base = packet.pts, packet.dts, packet.time_base
        try:
            frames = self._context.decode(coded)
        except FFmpegError:
            self._lost("undecodable")
            return self.flush()
        self._awaited[packet.pts] = PacketRef(
            partition, offset, self._keyframe_offset, packet.seq, packet.pts, packet.captured_at
        )
        return self._pictures(frames)

    def _pictures(self, frames: list[VideoFrame]) -> tuple[DecodedPicture, ...]:
        found = [self._picture(frame) for frame in frames]
        return tuple(picture for picture in found if picture is not None)

    def _picture(self, frame: VideoFrame) -> DecodedPicture | None:
        packet = self._awaited.pop(frame.pts, None) if frame.pts is not None else None
        if packet is None:
            return None
        if frame.is_corrupt:
            self._lost("corrupt")
            return None
        if self.last_pts is not None and packet.pts <= self.last_pts:
            self._lost("late")
            return None
        self.last_pts = packet.pts
        return DecodedPicture(packet, frame.width, frame.height, frame)

    def _open(self, keyframe: Packet) -> VideoCodecContext | None:
        try:
            context = av.CodecContext.create(keyframe.codec, "r")
        except ValueError as error:
            raise Reject(f"camera {keyframe.camera}: no decoder for codec {keyframe.codec!r}") from error
        if not isinstance(context, VideoCodecContext):
            raise Reject(f"camera {keyframe.camera}: codec {keyframe.codec!r} is not video")
        context.extradata = keyframe.extradata
        # Headers that do not say how far pictures are reordered leave FFmpeg's H.264 decoder to find out, at the price
        # of a picture per group. Strict, it holds back as many as the profile allows: a second's delay, nothing lost.
        context.options = {} if self._is_prompt else {"strict": "strict"}
        context.thread_count = self._threads
        context.thread_type = ThreadType.AUTO if self._threads > 1 else ThreadType.NONE
        try:
            context.open()
        except FFmpegError:
            self._lost("unusable-parameters")
            return None
        return context

    def _lost(self, reason: str) -> None:
        metrics.LOST_PACKETS.labels(self._camera, reason).inc()
