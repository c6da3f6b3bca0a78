"""How a contradiction in the site file is told: by file, entry, key and value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest.errors import Halt


class Place:
    """Where in the file something is wrong. `at` goes further in; `fault` makes the error."""

    def __init__(self, file: Path | str, path: str = "") -> None:
        self._file = file
        self._path = path

    def at(self, key: str, entry: str | None = None) -> Place:
        """A key below this place, and of a list the entry of that id or reference."""
        step = key if entry is None else f"{key}[{entry}]"
        return Place(self._file, f"{self._path}.{step}" if self._path else step)

    def step(self, step: int | str, name: str | None) -> Place:
        """One step of a path into the document: a key, or the entry of a list by its name or position."""
        if isinstance(step, str):
            return self.at(step)
        return Place(self._file, f"{self._path}[{step if name is None else name}]")

    def fault(self, text: str) -> Halt:
        """The error, to be raised."""
        return Halt(f"{self._file}: {self._path or '(top)'}: {text}")

    def refuse_twins(self, key: str, names: Iterable[str]) -> None:
        """Raises Halt where an id appears twice."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.at(key).fault(f"{name!r} appears twice; every id is used once")
            seen.add(name)


def listed(names: Iterable[str]) -> str:
    """What would have been known."""
    return "known: " + (", ".join(sorted(names)) or "none")
