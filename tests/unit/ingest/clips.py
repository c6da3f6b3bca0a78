"""Small video files and cameras that the tests of ingest make for themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from ingest.memory_bus import MemoryBus
from ingest.model import CameraId, Packet, StreamBreak
from ingest.sources.model import AccessUnit, PictureFormat
from ingest.wire import read_video

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""Long past: a file that starts then plays without waiting."""

PLAIN = {"x264-params": "keyint=5:bframes=0:scenecut=0", "preset": "ultrafast"}
REORDERED = {"x264-params": "keyint=8:bframes=2:scenecut=0:b-adapt=0", "preset": "veryfast"}
HEVC = {"x265-params": "keyint=5:log-level=none", "preset": "ultrafast"}


def write_clip(
    path: Path,
    frames: int = 12,
    size: tuple[int, int] = (160, 96),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    first_pts: int = 0,
    rate: int = 10,
) -> Path:
    """Encode a moving gradient at `rate` pictures a second; the suffix chooses the container."""
    width, height = size
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=PLAIN if options is None else options)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for index in range(frames):
            row = (np.arange(width) * 2 + index * 9) % 256
            picture = np.repeat(np.broadcast_to(row.astype(np.uint8), (height, width))[:, :, None], 3, axis=2)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = first_pts + index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def packets_of(path: Path) -> list[bytes]:
    """The encoded pictures of a file, as its container holds them."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def size_changing_clip(folder: Path) -> Path:
    """A transport stream whose pictures grow from 160x96 to 320x192 after six."""
    small = write_clip(folder / "small.ts", 6)
    large = write_clip(folder / "large.ts", 6, size=(320, 192), first_pts=6)
    joined = folder / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    return joined


def video_records(bus: MemoryBus, camera: str = "B1") -> list[Packet | StreamBreak]:
    """All records of a camera in `video`."""
    return [read_video(envelope) for envelope in bus.records("video") if envelope.key == camera]


FORMAT = PictureFormat("h264", 160, 96, Fraction(1, 1000), b"\x01avcc")


def unit(ms: int, *, key: bool = False, fmt: PictureFormat = FORMAT, size: int = 100) -> AccessUnit:
    """A picture at so many milliseconds."""
    return AccessUnit(ms, ms, key, fmt, bytes(size))


def group(start_ms: int, pictures: int = 3, fmt: PictureFormat = FORMAT, size: int = 100) -> list[AccessUnit]:
    """A keyframe and what refers to it, 40 ms apart."""
    return [unit(start_ms + 40 * n, key=n == 0, fmt=fmt, size=size) for n in range(pictures)]


@dataclass
class ScriptedSource:
    """Gives the units it was made with; an exception in their place is raised."""

    script: Sequence[AccessUnit | BaseException]
    is_closed: bool = False

    def units(self) -> Iterator[AccessUnit]:
        for item in self.script:
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Clock:
    """A clock that goes on by a step whenever it is read."""

    at: datetime = T0
    step: timedelta = field(default=timedelta(milliseconds=1))

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


class WaitingMovesClock(threading.Event):
    """A stop event whose waits pass at once, on the clock; set after so many of them."""

    def __init__(self, clock: Clock, most_waits: int = 1_000_000) -> None:
        super().__init__()
        self._clock = clock
        self.waits: list[float] = []
        self._most = most_waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        self._clock.at += timedelta(seconds=timeout or 0.0)
        if len(self.waits) >= self._most:
            self.set()
        return self.is_set()


CAMERA = CameraId("B1")
