"""One pass through a file as the records it becomes: a pure function of the file, its start and the pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ingest.model import CameraId, StreamId
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
        part: Rises where the format changes within a pass.
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
    """One record of a pass: a picture, or (no unit) the end of a stream because the format changes."""

    stream: FileStream
    at: datetime
    unit: AccessUnit | None

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
            yield Step(stream, at, None)
            stream = replace(stream, part=stream.part + 1)
        known = unit.format
        yield Step(stream, at, unit)
