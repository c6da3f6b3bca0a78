"""A site file that says everything once, as a document to change, and what loads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.errors import Halt
from verbalise.site.file import Description, load_description
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher

HASHER = TokenHasher(b"a key of these tests")
Document = dict[str, Any]
Change = Callable[[Document], Any]
YEAR = {"from": "2026-01-01T00:00:00+01:00", "until": "2027-01-01T00:00:00+01:00"}


def whole() -> Document:
    """A commune with parties, a convention, devices, a camera, by-laws, permits and people."""
    return {
        "schema": 1,
        "commune": {
            "name": "Rouen",
            "insee": "76540",
            "boundary": [[49.46, 1.05], [49.46, 1.15], [49.42, 1.15], [49.42, 1.05]],
        },
        "timezone": "Europe/Paris",
        "finds_on_replay": False,
        "parties": [{"id": "ville", "name": "Ville"}, {"id": "metropole", "name": "Métropole"}],
        "convention": {
            "reference": "CONV-1",
            "title": "Partage",
            "from": "2024-02-29T00:00:00+01:00",
            "until": "2029-03-01T00:00:00+01:00",
            "confidentiality": "Secret professionnel.",
            "sharings": [{"party": "ville", "networks": ["bollard"], "aims": ["offences"]}],
        },
        "help": [{"text": "Décision 12", **YEAR}],
        "devices": [
            {"id": "bollard-1", "kind": "bollard", "name": "Borne 1", "position": [49.441, 1.09]},
            {"id": "loop-1", "kind": "loop", "name": "Boucle 1", "serves": "bollard-1"},
            {"id": "signal-1", "kind": "signal", "name": "Feu 1"},
        ],
        "cameras": [_camera()],
        "by_laws": [
            {
                "reference": "2025-1",
                "zone": "street",
                "title": "Aire piétonne",
                "from": "2025-06-01T00:00:00+02:00",
                "closures": [{"days": ["sat"], "from": "22:00", "until": "06:00"}],
                "except": ["public-holidays", "2026-12-24"],
                "suspensions": [
                    {"from": "2026-05-30T06:00:00+02:00", "until": "2026-05-31T22:00:00+02:00", "text": "Fêtes"}
                ],
            }
        ],
        "permits": [
            _permit("d-17", badge="delivery-017", reason="delivery", holder="Livraisons du centre"),
            _permit("r-1", plate="QX-123-ZZ", reason="resident", holder="Foyer 1"),
        ],
        "agents": [
            _agent("a", capacity="pm", sworn=True, desks=["review", "live"]),
            _agent("b", capacity="csu", desks=["live"]),
        ],
    }


def _camera() -> Document:
    return {
        "id": "B1",
        "name": "Rue",
        "owner": "metropole",
        "network": "bollard",
        "area": "centre",
        "source": "rtsp://camera.example/stream",
        "picture": {"width_px": 1600, "height_px": 900},
        "position": [49.441, 1.091],
        "view_reference": "B1-2026",
        "authorisations": [{"reference": "76-2026-1", "aims": ["offences"], "retention_days": 15, **YEAR}],
        "analysis": [{"offence": "pedestrian-area-driving", "text": "essai", **YEAR}],
        "zones": [{"id": "street", "place": "Rue", "polygon": [[0.2, 0.5], [0.8, 0.5], [0.9, 1.0], [0.1, 1.0]]}],
        "gates": [{"id": "gate", "zone": "street", "device": "bollard-1", "line": [[0.2, 0.5], [0.8, 0.5]]}],
        "lines": [
            {"id": "stop", "kind": "stop", "place": "Rue", "points": [[0.2, 0.4], [0.8, 0.4]], "signal": "signal-1"}
        ],
        "masks": [[[0.0, 0.0], [0.1, 0.0], [0.1, 0.1]]],
    }


def _permit(name: str, **rest: Any) -> Document:
    return {"id": name, "zone": "street", "given_by": "Voirie", **YEAR, **rest}


def _agent(name: str, **rest: Any) -> Document:
    return {"id": name, "login": f"login-{name}", "name": "Personne", "number": f"PM {name}", **YEAR, **rest}


def load(folder: Path, document: Document | str, hasher: TokenHasher | None = HASHER) -> Site:
    """The site of a document, written into a folder first."""
    return describe(folder, document, hasher).site


def describe(folder: Path, document: Document | str, hasher: TokenHasher | None = HASHER) -> Description:
    """The site of a document with its canonical text, written into a folder first."""
    path = folder / "site.yaml"
    text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return load_description(path, hasher=hasher)


def put(*path: str | int, value: Any) -> Change:
    """A change of one value, by its path."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def add(*path: str | int, value: Any) -> Change:
    """A change that adds an entry to a list, by its path; the entry may be made from the document."""

    def change(document: Any) -> None:
        entry = value(document) if callable(value) else value
        for step in path:
            document = document[step]
        document.append(entry)

    return change


def complaint(folder: Path, document: Document) -> str:
    """What a site file that cannot be used is refused with."""
    with pytest.raises(Halt) as failure:
        load(folder, document)
    return str(failure.value)
