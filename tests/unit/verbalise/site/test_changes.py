"""What changed between two descriptions is told by entry and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.verbalise.site.documents import HASHER, Change, add, describe, put, whole
from verbalise.site.changes import site_changes
from verbalise.site.permits import TokenKind


def changes(folder: Path, change: Change) -> list[str]:
    before, after = whole(), whole()
    change(after)
    found = site_changes(describe(folder, before).document, describe(folder, after).document)
    return [f"{one.change} {one.path} {one.text}".strip() for one in found]


CASES: dict[str, tuple[Change, list[str]]] = {
    "nothing": (lambda document: document, []),
    "an order renewed": (
        put("cameras", 0, "authorisations", 0, "until", value="2031-01-01T00:00:00+01:00"),
        ["changed cameras[B1].authorisations[76-2026-1].until 2026-12-31T23:00:00Z → 2030-12-31T23:00:00Z"],
    ),
    "a permit withdrawn": (lambda document: document["permits"].pop(0), ["removed permits[d-17]"]),
    "an agent named": (
        add("agents", value=lambda document: {**document["agents"][1], "id": "c", "login": "c", "number": "c"}),
        ["added agents[c]"],
    ),
    "another plate": (put("permits", 1, "plate", value="QX-124-ZZ"), ["changed permits[r-1].plate"]),
    "help withdrawn": (lambda document: document.pop("help"), ['removed help [{"from": "2025-12-31T23:00:00Z"']),
    "devices gone": (
        lambda document: (
            document.update(devices=document["devices"][:1] + document["devices"][2:]),
            document["cameras"][0].pop("view_reference"),
        ),
        ["removed cameras[B1].view_reference B1-2026", "removed devices[loop-1]"],
    ),
    "a corner moved": (
        put("cameras", 0, "zones", 0, "polygon", 2, value=[0.95, 1.0]),
        ["changed cameras[B1].zones[street].polygon [[0.2, 0.5], [0.8, 0.5], [0.9, 1.0], [0.1, 1.0]] → "],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says_what_changed(name: str, tmp_path: Path) -> None:
    change, expected = CASES[name]
    found = changes(tmp_path, change)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start), line


def test_neither_plates_nor_their_hashes_are_told(tmp_path: Path) -> None:
    found = changes(tmp_path, put("permits", 1, "plate", value="QX-124-ZZ"))
    assert HASHER.hash(TokenKind.PLATE, "QX-124-ZZ") not in "".join(found)
