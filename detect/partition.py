"""The cameras of one partition of `video`, and what of it must be read again after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import structlog

from detect.analysis import CameraAnalysis
from detect.checkpoint import TrackerCheckpoint
from ingest.bus import Envelope
from ingest.errors import Reject
from ingest.model import CameraId

_log = structlog.get_logger("detect")


class PartitionAnalysis:
    """One partition as the worker that holds it knows it.

    Attributes:
        next_offset: The first record not yet handled.
    """

    def __init__(self, next_offset: int, new_analysis: Callable[[CameraId], CameraAnalysis]) -> None:
        self.next_offset = next_offset
        self._new_analysis = new_analysis
        self._cameras: dict[CameraId, CameraAnalysis] = {}
        self._left: dict[CameraId, TrackerCheckpoint] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no camera has a group open."""
        return all(analysis.needs is None for analysis in self._cameras.values())

    @property
    def commits(self) -> int:
        """The smallest offset that a restart must read again."""
        needed = (analysis.needs for analysis in self._cameras.values() if analysis.needs is not None)
        return min(needed, default=self.next_offset)

    def analysis(self, camera: CameraId) -> CameraAnalysis:
        """The analysis of a camera, begun if it is not known yet, from its checkpoint if it left one."""
        if camera not in self._cameras:
            self._cameras[camera] = self._new_analysis(camera)
            self._restore(camera)
        return self._cameras[camera]

    def open_group(self, camera: CameraId) -> CameraAnalysis | None:
        """The analysis of a camera that has a group open; None where it has none."""
        known = self._cameras.get(camera)
        return known if known is not None and known.needs is not None else None

    def abandon_group(self, camera: CameraId) -> None:
        """After a failure: let a camera wait for its next keyframe."""
        if camera in self._cameras:
            self._cameras[camera].abandon_group()

    def silent_cameras(self, envelope: Envelope, after_s: float) -> Iterator[CameraAnalysis]:
        """Cameras with an open group and no record for `after_s` before `envelope`, which is another camera's.

        Judged by the log's own times, so that a repetition finds the same cameras at the same place.
        """
        for analysis in self._cameras.values():
            if analysis.needs is None or analysis.camera == envelope.key or envelope.offset < analysis.skip_below:
                continue
            if analysis.last_written_at is None:
                analysis.last_written_at = envelope.written_at
            if (envelope.written_at - analysis.last_written_at).total_seconds() > after_s:
                yield analysis

    def restore(self, checkpoints: Iterable[TrackerCheckpoint]) -> None:
        """Continue each camera from its checkpoint; one that another version wrote starts afresh.

        A camera that has no group open continues when it is first analysed: until then it needs no tracker, and so
        nothing is loaded for cameras that may not be analysed.
        """
        for record in checkpoints:
            self._left[record.camera] = record
            if record.in_group:
                self.analysis(record.camera)

    def _restore(self, camera: CameraId) -> None:
        record = self._left.pop(camera, None)
        if record is None:
            return
        try:
            self._cameras[camera].restore(record)
        except Reject as error:
            self._cameras[camera] = self._new_analysis(camera)
            _log.warning("detect.checkpoint_unusable", camera=camera, error=str(error))
