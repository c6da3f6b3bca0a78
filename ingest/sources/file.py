"""A video file that stands for a camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av

from ingest.errors import RetryLater
from ingest.sources.demux import Demuxer
from ingest.sources.model import AccessUnit, CameraUnusable, DropReason, OnDrop
from ingest.sources.opening import errors_of

# A playlist must not make ingest open other addresses.
_OPTIONS = {"protocol_whitelist": "file"}


class FileSource:
    """One pass through a video file: the same units each time.

    Units are exactly the file's packets. `start_pts` is the pts of its first picture.
    """

    def __init__(self, path: Path, on_drop: OnDrop) -> None:
        self._path = path
        self._name = f"file {path}"
        self._on_drop = on_drop
        self._container: av.container.InputContainer | None = None
        self.start_pts: int | None = None

    def units(self) -> Iterator[AccessUnit]:
        """See `Source.units`; RetryLater only where time stamps jump back."""
        if self._path.is_file() and not self._path.stat().st_size:
            raise CameraUnusable(f"{self._name}: is empty. Copy it again.")
        with errors_of(self._name, is_file=True):
            self._container = av.open(str(self._path.absolute()), "r", options=_OPTIONS)
            demuxer = Demuxer(self._container, self._name, self._on_drop)
            self.start_pts = demuxer.start_pts
            is_empty = True
            for unit in demuxer.units():
                is_empty = False
                if self.start_pts is None:
                    self.start_pts = unit.pts
                yield unit
        if is_empty:
            raise CameraUnusable(f"{self._name}: no picture in it can be used. Remux it to MP4 with time stamps.")

    def close(self) -> None:
        """Close the file."""
        if self._container is not None:
            self._container.close()


def path_of(address: str) -> Path:
    """The path in a `file:` address."""
    return Path(address.removeprefix("file:").removeprefix("//"))


def length_us(path: Path) -> int:
    """How long one pass through a file takes, in microseconds: to the end of its last readable picture.

    A picture's own duration is taken from its distance to the one before, because containers often leave
    the last one's out.
    """
    source = FileSource(path, _uncounted)
    units: list[AccessUnit] = []
    try:
        # The pictures themselves are let go: only their times matter.
        units.extend(replace(unit, data=b"") for unit in source.units())
    except (CameraUnusable, RetryLater):
        if not units:
            raise
    finally:
        source.close()
    *_, before, last = [units[0], *sorted(units, key=lambda unit: unit.pts)]
    end = replace(last, pts=2 * last.pts - before.pts)
    return end.micros(source.start_pts or 0)


def _uncounted(_: DropReason) -> None:
    """Measuring drops what playing will drop and count."""
