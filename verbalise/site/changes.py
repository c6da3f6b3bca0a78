"""What two descriptions of the site say differently, entry by entry, as lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

NAMES = ("id", "reference", "party")
"""Keys by which entries of a list are told apart, the first that every entry has."""
_NOT_SHOWN = frozenset({"plate", "badge"})
"""Hashes say nothing to people."""
_LONGEST = 60


class Change(StrEnum):
    """What became of an entry or a value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two descriptions.

    Attributes:
        path: Where, for example `cameras[B1].authorisations[2026-1].until`.
        text: The value, or both of them; empty for whole entries.
    """

    change: Change
    path: str
    text: str = ""


def site_changes(before: str, after: str) -> list[Difference]:
    """From one canonical document to another, in the order of their keys."""
    return list(_of_mappings("", json.loads(before), json.loads(after)))


def _of_mappings(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted(before.keys() | after.keys()):
        place = f"{path}.{key}" if path else key
        if key not in after:
            yield from _whole(Change.REMOVED, place, before[key])
        elif key not in before:
            yield from _whole(Change.ADDED, place, after[key])
        else:
            yield from _of_values(place, before[key], after[key])


def _of_values(place: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_mappings(place, before, after)
        return
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        shown = "" if place.rpartition(".")[2] in _NOT_SHOWN else f"{_short(before)} → {_short(after)}"
        yield Difference(Change.CHANGED, place, shown)
        return
    for name in [*old, *(name for name in new if name not in old)]:
        entry = f"{place}[{name}]"
        if name not in new:
            yield Difference(Change.REMOVED, entry)
        elif name not in old:
            yield Difference(Change.ADDED, entry)
        else:
            yield from _of_mappings(entry, old[name], new[name])


def _whole(change: Change, place: str, value: Any) -> Iterator[Difference]:
    """A key that only one side has: each of its entries, or its value."""
    entries = _by_name(value)
    if entries is not None:
        yield from (Difference(change, f"{place}[{name}]") for name in entries)
    else:
        yield Difference(change, place, "" if place.rpartition(".")[2] in _NOT_SHOWN else _short(value))


def _by_name(value: Any) -> dict[str, Any] | None:
    """Entries by what tells them apart; None for anything else than a list of such entries."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return None
    for key in NAMES:
        names = [entry.get(key) for entry in value]
        if None not in names and len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))
    return None


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
