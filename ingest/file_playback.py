"""One pass through a file as the records it becomes: a pure function of the file, its start, the pass and what is
allowed when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ingest.gate import RefusalAt
from ingest.model import BreakReason, CameraId, StreamId
from ingest.sources.file import FileSource
from ingest.sources.model import AccessUnit, PictureFormat

_STAMP = "%Y%m%dT%H%M%S.%fZ"
_STREAM = re.compile(r"(?P<start>\d{8}T\d{6}\.\d{6}Z)~(?P<turn>\d+)\.(?P<part>\d+)")


@dataclass(frozen=True, slots=True)
class FileStream:
    """What a file's stream id is derived from.

    Attributes:
        starts_at: Start of the first pass, in UTC.
        turn: The pass, from 0.
        part: Rises where the format changes within a pass, or where it may not be taken in further.
    """

    starts_at: datetime
    turn: int = 0
    part: int = 0

    def id(self, camera: CameraId) -> StreamId:
        """The id, from which `parse` reads all this back."""
        return StreamId(f"{camera}~{self.starts_at:{_STAMP}}~{self.turn}.{self.part}")

    @staticmethod
    def parse(camera: CameraId, stream: StreamId) -> FileStream | None:
        """What an id was derived from; None if it is not one of this camera as a file."""
        found = _STREAM.fullmatch(stream.removeprefix(f"{camera}~"))
        if found is None:
            return None
        starts_at = datetime.strptime(found["start"], _STAMP).replace(tzinfo=UTC)
        return FileStream(starts_at, int(found["turn"]), int(found["part"]))


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a pass is stored.

    Attributes:
        place: (dts, pts) of the last picture of `part`; None once that part has been ended by a break.
    """

    part: int
    place: tuple[int, int] | None

    @property
    def rank(self) -> tuple[int, bool, tuple[int, int]]:
        """Sorts as the records of a pass follow each other."""
        return self.part, self.place is None, self.place or (0, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a pass: a picture, or (no unit) the end of a stream.

    Attributes:
        ends: Why the stream ends; None for a picture.
    """

    stream: FileStream
    at: datetime
    unit: AccessUnit | None
    ends: BreakReason | None = None

    def is_after(self, done: Progress | None) -> bool:
        """Whether this comes after what is stored of the same pass; True if nothing is."""
        if done is None:
            return True
        place = None if self.unit is None else (self.unit.dts, self.unit.pts)
        return Progress(self.stream.part, place).rank > done.rank


def steps_of_pass(source: FileSource, stream: FileStream, starts_at: datetime) -> Iterator[Step]:
    """The records of one pass, in order. A picture's instant is `starts_at` plus its time in the file.

    Args:
        stream: Part 0 of the pass.
        starts_at: Start of this pass.

    Raises:
        CameraUnusable, RetryLater: the file cannot be read, or not further.
    """
    known: PictureFormat | None = None
    for unit in source.units():
        at = starts_at + timedelta(microseconds=unit.micros(source.start_pts or 0))
        if known is not None and known != unit.format:
            yield Step(stream, at, None, BreakReason.FORMAT_CHANGED)
            stream = replace(stream, part=stream.part + 1)
        known = unit.format
        yield Step(stream, at, unit)


class Shutter:
    """Leaves out of one pass the pictures that may not be taken in, and numbers the parts that are left.

    Judged in the order of decoding by the latest instant so far: a reordered picture never reopens what an order's
    end has shut. Each part begins with a keyframe. A pass that begins shut counts as an empty part, so that the
    numbers do not depend on what came before.
    """

    def __init__(self, refusal: RefusalAt) -> None:
        self._refusal = refusal
        self._reason: str | None = None
        self._shut_parts = 0
        self._latest: datetime | None = None

    def judge(self, step: Step) -> tuple[Step, str | None]:
        """The step under the number of its part, and why it may not be taken in.

        The first step that may not becomes the end of the stream; the ones after it are to be left out.
        """
        self._latest = step.at if self._latest is None else max(step.at, self._latest)
        refusal = self._refusal(self._latest)
        if refusal is not None:
            ends_stream, self._reason = self._reason is None, refusal
            numbered = self._numbered(step)
            if ends_stream:
                self._shut_parts += 1
                numbered = replace(numbered, at=self._latest, unit=None, ends=BreakReason.NOT_ALLOWED)
            return numbered, refusal
        if step.unit is not None and step.unit.is_keyframe:
            self._reason = None
        return self._numbered(step), self._reason

    def _numbered(self, step: Step) -> Step:
        return replace(step, stream=replace(step.stream, part=step.stream.part + self._shut_parts))
