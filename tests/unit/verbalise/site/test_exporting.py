"""A recorded description becomes a file that loads back to the same version, without a key."""

from __future__ import annotations

from pathlib import Path

from tests.unit.verbalise.site.documents import HASHER, describe, put, whole
from verbalise.site.exporting import site_yaml
from verbalise.site.file import load_description

DEMO = Path(__file__).parents[4] / "deploy" / "demo" / "site.yaml"


def test_the_demo_site_comes_back_the_same(tmp_path: Path) -> None:
    described = load_description(DEMO, hasher=HASHER)
    path = tmp_path / "site.yaml"
    path.write_text(site_yaml(described.document), encoding="utf-8")
    again = load_description(path, file_root=DEMO.parent)
    assert again.document == described.document
    assert again.site == described.site


def test_it_is_written_for_people(tmp_path: Path) -> None:
    document = whole()
    put("by_laws", 0, "only", value=["2026-12-24"])(document)
    text = site_yaml(describe(tmp_path, document).document)
    assert text.startswith("schema: 1\n")
    assert "2024-02-29T00:00:00+01:00" in text, "instants stay on the clock of the place"
    assert "Métropole" in text
    assert "QX-123-ZZ" not in text
