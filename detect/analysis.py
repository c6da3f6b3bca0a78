"""One camera from packets to observed frames: its decoder, its tracker and its place in the video."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from detect import metrics
from detect.checkpoint import TrackerCheckpoint
from detect.decode import DecodedPicture, StreamDecoder
from detect.model import ObservedBreak, ObservedFrame
from detect.ports import Detector, Tracker
from ingest.model import CameraId, Packet, PacketRef, StreamBreak, StreamId


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Record how long a stage takes."""
    started = time.perf_counter()
    yield
    metrics.STAGE_MS.labels(stage).observe((time.perf_counter() - started) * 1_000)


class CameraAnalysis:
    """The analysis of one camera.

    Attributes:
        needs: Offset of the record from which this camera would have to be read again after a crash;
            None while it waits for a keyframe.
        skip_below: Records at lower offsets are already in the tracker.
        last_written_at: When the bus took the camera's latest record; None before the first.
    """

    def __init__(self, camera: CameraId, detector: Detector, tracker: Tracker, decode_threads: int) -> None:
        self.camera = camera
        self.needs: int | None = None
        self.skip_below = 0
        self.last_written_at: datetime | None = None
        self._detector = detector
        self._tracker = tracker
        self._decode_threads = decode_threads
        self._stream: StreamId | None = None
        self._decoder = StreamDecoder(camera, decode_threads)
        self._keyframe_offset: int | None = None
        self._checkpoint_at: datetime | None = None
        self._pictures = 0

    @property
    def stream(self) -> StreamId | None:
        """The stream under analysis; None between two."""
        return self._stream

    def drain(self) -> Iterator[ObservedFrame]:
        """The frames that the decoder holds back; it then waits for a keyframe. Exhaust it."""
        yield from self._observed(self._decoder.flush(), analyse_every=1)

    def abandon_group(self) -> None:
        """After a failure: drop what the decoder holds and wait for a keyframe."""
        self._decoder.flush()

    def start_stream(self, stream: StreamId) -> None:
        """Forget the last stream, which must have been drained."""
        self._stream = stream
        self._decoder = StreamDecoder(self.camera, self._decode_threads)
        self._tracker.reset(stream)
        self._keyframe_offset = None
        self._checkpoint_at = None

    def take(self, packet: Packet, partition: int, offset: int, analyse_every: int = 1) -> Iterator[ObservedFrame]:
        """The frames that a packet of the present stream completes. Exhaust it.

        Args:
            analyse_every: Only one picture in so many is analysed.

        Raises:
            Reject: no decoder exists for the codec.
        """
        if packet.is_keyframe:
            self._keyframe_offset = offset
        with timed("decode"):
            pictures = self._decoder.feed(packet, partition, offset)
        yield from self._observed(pictures, analyse_every)

    def end_stream(self, stop: StreamBreak, partition: int, offset: int) -> ObservedBreak:
        """The end of the stream, drained before, as observers see it."""
        keyframe_offset = offset if self._keyframe_offset is None else self._keyframe_offset
        pts = self._decoder.last_pts or 0
        place = PacketRef(partition, offset, keyframe_offset, stop.seq, pts, stop.at)
        self.start_stream(stop.stream)
        self._stream = None
        return ObservedBreak(self.camera, stop.stream, place, stop.reason)

    def is_checkpoint_due(self, at: datetime, every: timedelta) -> bool:
        """Whether the state before a keyframe captured at `at` should be published."""
        return self._checkpoint_at is None or abs(at - self._checkpoint_at) >= every

    def checkpoint(self, partition: int, offset: int, at: datetime, in_group: bool) -> TrackerCheckpoint:
        """The state before the record at `offset`; the decoder must have been drained."""
        return TrackerCheckpoint(
            self.camera,
            self._stream,
            partition,
            offset,
            at,
            in_group,
            self._decoder.last_pts,
            self._tracker.snapshot(),
        )

    def was_published(self, record: TrackerCheckpoint) -> None:
        """A checkpoint has been stored: nothing before it is needed any more."""
        self.needs = record.offset if record.in_group else None
        self._checkpoint_at = record.at
        if not record.in_group:
            self._keyframe_offset = None

    def restore(self, record: TrackerCheckpoint) -> None:
        """Go on from a checkpoint.

        Raises:
            Reject: another version of the tracker wrote it.
        """
        self._tracker.restore(record.tracker)
        self._stream = record.stream
        self._decoder = StreamDecoder(self.camera, self._decode_threads, record.last_pts)
        self.skip_below = record.offset
        self.was_published(record)

    def _observed(self, pictures: Iterable[DecodedPicture], analyse_every: int) -> Iterator[ObservedFrame]:
        for picture in pictures:
            self._pictures += 1
            if self._pictures % analyse_every:
                metrics.SHED.labels(self.camera).inc()
            elif self._stream is not None:
                yield self._analyse(picture, self._stream)

    def _analyse(self, picture: DecodedPicture, stream: StreamId) -> ObservedFrame:
        with timed("convert"):
            pixels = picture.to_bgr()
        with timed("detect"):
            detections = self._detector.detect(pixels)
        with timed("track"):
            observations = self._tracker.update(
                detections, picture.width_px, picture.height_px, picture.packet.captured_at
            )
        metrics.FRAMES.labels(self.camera).inc()
        return ObservedFrame(
            self.camera,
            stream,
            picture.packet,
            picture.width_px,
            picture.height_px,
            observations,
            self._detector.fingerprint,
        )
