"""Small encoded clips of bright squares that drive on a dark street, and a detector that sees them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from detect.checkpoint import CHECKPOINT, TrackerCheckpoint
from detect.detectors.scripted import ScriptedDetector
from detect.model import Box, Detection, ObservedFrame, RoadUser
from detect.ports import Picture
from detect.settings import DetectorSettings, DetectSettings, TrackerSettings
from detect.tracking import ByteTrackTracker
from detect.wire import OBSERVED, Observed
from detect.worker import GROUP, DetectWorker
from ingest.bus import Consumer, Producer
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, CameraId, ClockSource, ClockState, Packet, StreamBreak, StreamId
from ingest.wire import break_message, packet_message

T0 = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
FPS = 10
CAMERA = CameraId("B1")
STREAM = StreamId("B1~s1")

PLAIN = "keyint=8:min-keyint=8:bframes=0:scenecut=0"
REORDERED = "keyint=8:min-keyint=8:bframes=2:scenecut=0:b-adapt=0:open-gop=0"
OPEN_GROUPS = "keyint=8:min-keyint=8:bframes=2:scenecut=0:b-adapt=0:open-gop=1"

Record = Packet | StreamBreak


def picture(index: int, size: tuple[int, int] = (160, 96)) -> Picture:
    """Two squares, one in each half: the left one drives down, the right one up."""
    width, height = size
    pixels = np.full((height, width, 3), 20, dtype=np.uint8)
    for left, top in ((width // 8, 4 + index), (width * 5 // 8, height - 36 - index)):
        top = min(max(top, 0), height - 30)
        pixels[top : top + 30, left : left + 40] = 230
    return pixels


def see_squares(pixels: Picture) -> Sequence[Detection]:
    """The bounding box of what is bright in each half."""
    height, width = pixels.shape[:2]
    found: list[Detection] = []
    for kind, start in ((RoadUser.CAR, 0), (RoadUser.TRUCK, width // 2)):
        rows, columns = np.nonzero(pixels[:, start : start + width // 2, 1] > 128)
        if len(rows):
            left, right = (start + int(columns.min())) / width, (start + int(columns.max()) + 1) / width
            box = Box(left, int(rows.min()) / height, right, (int(rows.max()) + 1) / height)
            found.append(Detection(kind, 0.9, box))
    return found


def squares() -> ScriptedDetector:
    """The scripted detector for these clips."""
    return ScriptedDetector(see_squares, "squares-1")


def clip(
    frames: int = 24,
    *,
    camera: str = CAMERA,
    stream: str = STREAM,
    x264: str = PLAIN,
    codec: str = "libx264",
    size: tuple[int, int] = (160, 96),
    container: str = "mp4",
    first_seq: int = 0,
    at_s: float = 0.0,
) -> list[Packet]:
    """The packets of a clip, ten pictures a second from `at_s` after `T0`."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as target:
        options = {"libx264": {"x264-params": x264}, "libx265": {"x265-params": f"{x264}:log-level=none"}}
        output: Any = target.add_stream(codec, rate=FPS, options=options.get(codec, {}))
        output.width, output.height = size
        output.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(index, size), format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            target.mux(output.encode(frame))
        target.mux(output.encode(None))
    file.seek(0)
    return packets_of(file, camera=camera, stream=stream, first_seq=first_seq, at_s=at_s)


def packets_of(
    file: io.BytesIO | Path, *, camera: str = CAMERA, stream: str = STREAM, first_seq: int = 0, at_s: float = 0.0
) -> list[Packet]:
    """The packets of a file's first video track, the first picture at `at_s` after `T0`."""
    made: list[Packet] = []
    with av.open(str(file) if isinstance(file, Path) else file, "r") as source:
        video = source.streams.video[0]
        context = video.codec_context
        for coded in source.demux(video):
            if coded.pts is None or coded.dts is None or not coded.size:
                continue
            made.append(
                Packet(
                    camera=CameraId(camera),
                    stream=StreamId(stream),
                    seq=first_seq + len(made),
                    pts=coded.pts,
                    dts=coded.dts,
                    time_base=coded.time_base,
                    is_keyframe=coded.is_keyframe,
                    codec=context.name,
                    width_px=context.width,
                    height_px=context.height,
                    captured_at=T0 + timedelta(seconds=at_s + float(coded.pts * coded.time_base)),
                    clock=ClockState(ClockSource.FILE),
                    data=bytes(coded),
                    extradata=(context.extradata or b"") if coded.is_keyframe else None,
                )
            )
    return made


def end_of(packets: Sequence[Packet], reason: BreakReason = BreakReason.END_OF_FILE) -> StreamBreak:
    """The break that follows these packets."""
    last = packets[-1]
    return StreamBreak(last.camera, last.stream, last.seq + 1, last.captured_at, reason)


def with_end(packets: list[Packet]) -> list[Record]:
    """Packets and their break."""
    return [*packets, end_of(packets)]


def damaged(packet: Packet) -> Packet:
    """The same packet with nothing of its picture left."""
    return replace(packet, data=bytes(len(packet.data)))


def interleaved(*lives: Sequence[Record]) -> list[Record]:
    """Records of several cameras in turns."""
    longest = max(len(life) for life in lives)
    return [life[index] for index in range(longest) for life in lives if index < len(life)]


def bus_with(records: Iterable[Record], partitions: int = 1) -> MemoryBus:
    """A bus whose `video` holds these records."""
    bus = MemoryBus(partitions=partitions)
    write(bus, records)
    return bus


def write(bus: MemoryBus, records: Iterable[Record]) -> None:
    """Add records to `video`."""
    producer = bus.producer()
    for record in records:
        producer.send(packet_message(record) if isinstance(record, Packet) else break_message(record))


def settings(**changes: Any) -> DetectSettings:
    """Settings whose detector section is never read, since the scripted detector has no weights."""
    return DetectSettings(detector=DetectorSettings(weights_dir=Path("unused")), **changes)


def worker_on(
    bus: MemoryBus,
    *,
    consumer: Consumer | None = None,
    producer: Producer | None = None,
    is_known: Callable[[CameraId, datetime], bool] = lambda camera, _at: camera in ("B1", "B2"),
    may_analyse: Callable[[CameraId, datetime], bool] = lambda _camera, _at: True,
    **changes: Any,
) -> DetectWorker:
    """A worker with the scripted detector and the real tracker."""
    return DetectWorker(
        consumer or bus.consumer(GROUP),
        producer or bus.producer(),
        bus.log_reader,
        squares(),
        lambda: ByteTrackTracker(TrackerSettings()),
        settings(**changes),
        is_known,
        may_analyse,
    )


def run_to_end(bus: MemoryBus, until_idle_s: float = 0.0, **arguments: Any) -> list[Observed]:
    """Run a worker over everything that the bus holds; gives all that stands in `tracks`."""
    assert worker_on(bus, **arguments).run(until_idle_s=until_idle_s) == 0
    return observed(bus)


def observed(bus: MemoryBus, camera: str | None = None) -> list[Observed]:
    """What stands in `tracks`, repetitions included."""
    records = bus.records("tracks")
    return [OBSERVED.decode(record.value) for record in records if camera in (None, record.key)]


def frames_of(records: Iterable[Observed]) -> list[ObservedFrame]:
    """The frames among these records."""
    return [record for record in records if isinstance(record, ObservedFrame)]


def checkpoints(bus: MemoryBus) -> list[TrackerCheckpoint]:
    """What stands in `tracker-state`."""
    return [CHECKPOINT.decode(record.value) for record in bus.records("tracker-state")]
