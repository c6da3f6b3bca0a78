"""From packets to observations: group `detect` on `video`, answers on `tracks`.

Promise: every picture that can be decoded is observed at least once, and every time alike: same track
ids, same boxes, same scores. Observers drop repetitions by the place of the picture in the video.

Before the first keyframe of a stream, and then before a keyframe at most every `checkpoint_s` of capture
time, the worker (1) stores all observations so far, (2) stores the camera's tracker state with the
keyframe's offset on `tracker-state`, (3) commits for the partition the smallest offset that one of its
cameras still needs. A crash, or a rebalance, leaves behind

- before 1 or 2: the former state; the frames since are observed again, alike;
- between 2 and 3: a state beyond the committed offset; the camera's records below it are skipped;
- after 3: nothing to repeat but the group that was open.

A break ends the stream: last frames, the break, a state without tracks, then its own offset is committed,
so that a topic read to its end has no lag. Records that cannot be used go to `video.rejected`. Shedding,
when set, gives up "alike", because what is left out depends on the lag. SIGTERM finishes the record in
hand, leaves the group and exits 0; what was not committed is repeated.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from detect import metrics
from detect.analysis import CameraAnalysis, timed
from detect.checkpoint import checkpoint_message, read_checkpoints
from detect.model import ObservedFrame
from detect.outlet import Outlet, StopAsked
from detect.partition import PartitionAnalysis
from detect.ports import Detector, Tracker
from detect.settings import DetectSettings
from detect.wire import observed_message
from ingest import topics
from ingest.bus import Consumer, Envelope, LogReader, Message, Producer, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.model import CameraId, Packet, StreamBreak
from ingest.wire import read_video

_log = structlog.get_logger("detect")

GROUP = "detect"
EXIT_CLEAN = 0
EXIT_FAILED = 1
_POLL_S = 0.5


def _now() -> datetime:
    return datetime.now(UTC)


class DetectWorker:
    """One member of the group; shares the partitions with the others.

    Args:
        consumer: A member of group `detect`, not yet subscribed.
        open_log: Makes a reader, to find tracker states after an assignment.
        new_tracker: Makes the tracker of one camera.
        is_known: Whether the site lists a camera at an instant; records of others are rejected.
        may_analyse: Whether pictures of a camera at an instant may be analysed at all. Where not, they are passed
            over without being decoded.
    """

    def __init__(
        self,
        consumer: Consumer,
        producer: Producer,
        open_log: Callable[[], LogReader],
        detector: Detector,
        new_tracker: Callable[[], Tracker],
        settings: DetectSettings,
        is_known: Callable[[CameraId, datetime], bool],
        may_analyse: Callable[[CameraId, datetime], bool] = lambda _camera, _at: True,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._consumer = consumer
        self._open_log = open_log
        self._detector = detector
        self._new_tracker = new_tracker
        self._settings = settings
        self._is_known = is_known
        self._may_analyse = may_analyse
        self._now = now
        self._partitions: dict[int, PartitionAnalysis] = {}
        self._stop = threading.Event()
        self._outlet = Outlet(producer, self._stop, settings.flush_timeout_s)

    def stop(self) -> None:
        """Ask for a clean end; `run` then returns. May be called from a signal handler or another thread."""
        self._stop.set()

    def run(self, until_idle_s: float | None = None) -> int:
        """Handle records until asked to stop.

        Args:
            until_idle_s: Return also when no record has come for so long.

        Returns:
            The process's exit code: 0 after a clean end, 1 if a person must act.
        """
        self._consumer.subscribe([topics.VIDEO], self._forget, self._forget)
        try:
            self._loop(until_idle_s)
        except Halt as error:
            _log.error("detect.halted", error=str(error))
            return EXIT_FAILED
        except StopAsked:
            _log.warning("detect.stopped_while_waiting_for_the_bus")
        finally:
            self._consumer.close()
        self._outlet.close()
        return EXIT_CLEAN

    def _loop(self, until_idle_s: float | None) -> None:
        heard_at = self._now()
        poll_s = _POLL_S if until_idle_s is None else min(_POLL_S, until_idle_s)
        while not self._stop.is_set():
            envelope = self._outlet.insist(lambda: self._consumer.poll(poll_s))
            if envelope is not None:
                self._handle_any(envelope)
                heard_at = self._now()
            elif until_idle_s is not None and (self._now() - heard_at).total_seconds() >= until_idle_s:
                return

    def _handle_any(self, envelope: Envelope) -> None:
        """The one catch-all: a record that breaks the program is set aside, and the camera waits for a keyframe."""
        partition = self._partition(envelope)
        try:
            self._handle(partition, envelope)
        except (Halt, StopAsked):
            raise
        except Exception as error:  # noqa: BLE001 (one record must not stop the other cameras)
            _log.exception("detect.unexpected", **_place(envelope))
            self._reject(partition, envelope, "unexpected", f"{type(error).__name__}: {error}")
            partition.abandon_group(CameraId(envelope.key))
        partition.next_offset = envelope.offset + 1

    def _handle(self, partition: PartitionAnalysis, envelope: Envelope) -> None:
        partition.next_offset = envelope.offset
        self._rest_silent_cameras(partition, envelope)
        camera = CameraId(envelope.key)
        try:
            record = read_video(envelope)
        except Reject as error:
            self._reject(partition, envelope, "headers", str(error))
            return
        at = record.at if isinstance(record, StreamBreak) else record.captured_at
        if not self._is_known(camera, at):
            self._reject(partition, envelope, "unknown-camera", f"the site does not list camera {camera} at {at}")
        elif not self._may_analyse(camera, at):
            self._pass_over(partition, record, envelope)
        else:
            self._analyse(partition, camera, record, envelope)

    def _analyse(
        self, partition: PartitionAnalysis, camera: CameraId, record: Packet | StreamBreak, envelope: Envelope
    ) -> None:
        analysis = partition.analysis(camera)
        analysis.last_written_at = envelope.written_at
        if envelope.offset < analysis.skip_below:
            if envelope.offset + 1 == analysis.skip_below:  # a break whose commit the crash forestalled
                self._let_go(partition, envelope)
            return
        if isinstance(record, StreamBreak):
            self._end(partition, analysis, record, envelope)
        else:
            self._take(partition, analysis, record, envelope)

    def _pass_over(self, partition: PartitionAnalysis, record: Packet | StreamBreak, envelope: Envelope) -> None:
        """Leave a record undecoded; its offset is let go at the next keyframe or break, like everybody's.

        The group that was open when the permission ended is finished first: its pictures were allowed. Judged by the
        record's own instant, so that a repetition does it at the same place.
        """
        metrics.NOT_ANALYSED.labels(record.camera).inc()
        analysis = partition.open_group(record.camera)
        if analysis is not None and envelope.offset >= analysis.skip_below:
            at = record.at if isinstance(record, StreamBreak) else record.captured_at
            self._publish(analysis.drain())
            self._checkpoint(partition, analysis, envelope, at, in_group=False)
        if isinstance(record, Packet) and not record.is_keyframe:
            return
        self._let_go(partition, envelope)

    def _let_go(self, partition: PartitionAnalysis, envelope: Envelope) -> None:
        """Commit a record that left nothing to store; with a group open, a camera's next checkpoint does."""
        partition.next_offset = envelope.offset + 1
        if partition.is_idle:
            self._commit(envelope, partition)

    def _take(self, partition: PartitionAnalysis, analysis: CameraAnalysis, packet: Packet, envelope: Envelope) -> None:
        if analysis.stream != packet.stream:
            self._publish(analysis.drain())
            analysis.start_stream(packet.stream)
        if packet.is_keyframe:
            self._publish(analysis.drain())
            if analysis.is_checkpoint_due(packet.captured_at, timedelta(seconds=self._settings.checkpoint_s)):
                self._checkpoint(partition, analysis, envelope, packet.captured_at, in_group=True)
        try:
            self._publish(analysis.take(packet, envelope.partition, envelope.offset, self._analyse_every(envelope)))
        except Reject as error:
            self._reject(partition, envelope, "codec", str(error))

    def _end(
        self, partition: PartitionAnalysis, analysis: CameraAnalysis, stop: StreamBreak, envelope: Envelope
    ) -> None:
        self._publish(analysis.drain())
        self._outlet.send(observed_message(analysis.end_stream(stop, envelope.partition, envelope.offset)))
        partition.next_offset = envelope.offset + 1
        self._checkpoint(partition, analysis, envelope, stop.at, in_group=False)

    def _rest_silent_cameras(self, partition: PartitionAnalysis, envelope: Envelope) -> None:
        """Let go of cameras that fell silent without a break, or they would hold the offset for ever.

        Judged by the log's own times and before the record is handled, so that a repetition rests the
        same cameras at the same place.
        """
        for analysis in partition.silent_cameras(envelope, self._settings.silent_camera_s):
            _log.warning("detect.camera_silent", camera=analysis.camera, partition=envelope.partition)
            self._publish(analysis.drain())
            self._checkpoint(partition, analysis, envelope, envelope.written_at, in_group=False)

    def _checkpoint(
        self,
        partition: PartitionAnalysis,
        analysis: CameraAnalysis,
        envelope: Envelope,
        at: datetime,
        *,
        in_group: bool,
    ) -> None:
        """Steps 1 to 3 of the promise. The observations are stored before the state, which would skip them."""
        self._outlet.flush()
        record = analysis.checkpoint(envelope.partition, partition.next_offset, at, in_group)
        self._outlet.send(checkpoint_message(record))
        self._outlet.flush()
        analysis.was_published(record)
        metrics.CHECKPOINTS.labels(analysis.camera).inc()
        self._commit(envelope, partition)

    def _commit(self, envelope: Envelope, partition: PartitionAnalysis) -> None:
        try:
            self._consumer.commit({TopicPartition(envelope.topic, envelope.partition): partition.commits})
        except RetryLater as error:
            # The next one carries this one; a partition that has moved is forgotten at the next poll.
            _log.warning("detect.not_committed", error=str(error), **_place(envelope))

    def _reject(self, partition: PartitionAnalysis, envelope: Envelope, reason: str, text: str) -> None:
        _log.warning("detect.rejected", reason=reason, error=text, **_place(envelope))
        metrics.REJECTED.labels(reason).inc()
        headers = {**envelope.headers, "reason": text.encode(), "rejected-from": envelope.place.encode()}
        try:
            self._outlet.send(Message(topics.rejected(envelope.topic), envelope.key, envelope.value, headers))
        except Reject as error:
            _log.error("detect.original_lost", error=str(error), **_place(envelope))
        if partition.is_idle:
            self._outlet.flush()
        self._let_go(partition, envelope)

    def _publish(self, frames: Iterable[ObservedFrame]) -> None:
        for frame in frames:
            with timed("publish"):
                self._outlet.send(observed_message(frame))

    def _analyse_every(self, envelope: Envelope) -> int:
        lag_s = (self._now() - envelope.written_at).total_seconds()
        metrics.LAG_MS.labels(envelope.key).set(lag_s * 1_000)
        shed = self._settings.shed
        return shed.analyse_every if shed is not None and lag_s > shed.above_lag_s else 1

    def _forget(self, places: Sequence[TopicPartition]) -> None:
        """Partitions came or went: what is remembered of them is read again when needed."""
        for place in places:
            self._partitions.pop(place.partition, None)

    def _partition(self, envelope: Envelope) -> PartitionAnalysis:
        known = self._partitions.get(envelope.partition)
        if known is None:
            known = self._outlet.insist(lambda: self._restored(envelope))
            self._partitions[envelope.partition] = known
        return known

    def _restored(self, envelope: Envelope) -> PartitionAnalysis:
        reader = self._open_log()
        try:
            checkpoints = read_checkpoints(reader, envelope.partition)
        finally:
            reader.close()
        partition = PartitionAnalysis(envelope.offset, self._new_analysis)
        partition.restore(checkpoints.values())
        return partition

    def _new_analysis(self, camera: CameraId) -> CameraAnalysis:
        return CameraAnalysis(camera, self._detector, self._new_tracker(), self._settings.decode_threads)


def run_until_signalled(worker: DetectWorker) -> int:
    """Run in the main thread until SIGTERM or SIGINT; returns the process's exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    return worker.run()


def _place(envelope: Envelope) -> dict[str, str | int]:
    return {
        "camera": envelope.key,
        "topic": envelope.topic,
        "partition": envelope.partition,
        "offset": envelope.offset,
    }
