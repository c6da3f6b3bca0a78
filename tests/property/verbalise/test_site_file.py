"""Whatever stands in a site file, it is a site or a line that says where it is wrong; never a traceback, never half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import Halt
from tests.unit.verbalise.site.documents import HASHER, describe, whole
from verbalise.site.exporting import site_yaml
from verbalise.site.file import Description, load_description, load_site


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a document."""
    if path:
        yield path
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in steps:
        yield from paths(child, (*path, step))


PLACES = sorted(paths(whole()), key=repr)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2027-02-29", "2026-03-29T02:30:00+01:00", "24:00", "ville", "street", "sha256:", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_a_value_that_does_not_fit_is_told(tmp_path: Path, place: tuple[str | int, ...], value: Any) -> None:
    document: Any = whole()
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    loads_or_tells(tmp_path, yaml.safe_dump(document))


@SLOW
@given(start=st.integers(0, 400), length=st.integers(0, 40), junk=st.text(max_size=10))
def test_a_file_that_was_cut_or_scrambled_is_told(tmp_path: Path, start: int, length: int, junk: str) -> None:
    text = yaml.safe_dump(whole(), allow_unicode=True)
    place = start * len(text) // 400
    loads_or_tells(tmp_path, text[:place] + junk + text[place + length :])


def loads_or_tells(folder: Path, text: str) -> None:
    """A site that its export loads back to, or an error that names the file."""
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        described = load_description(path, hasher=HASHER)
    except Halt as error:
        told = str(error)
    else:
        told = ""
        assert_comes_back(path, described)
    assert not told or told.startswith(f"{path}: ")


def assert_comes_back(path: Path, described: Description) -> None:
    """What is exported is the same site, without a key."""
    path.write_text(site_yaml(described.document), encoding="utf-8")
    assert load_site(path, hasher=None) == described.site


@given(order=st.permutations(sorted(whole())), hours=st.integers(-11, 12))
@SLOW
def test_the_version_hangs_on_what_is_said_and_not_on_how(tmp_path: Path, order: list[str], hours: int) -> None:
    first = describe(tmp_path, whole())
    text = json.dumps({key: whole()[key] for key in order})
    again = describe(tmp_path, text.replace("2026-01-01T00:00:00+01:00", _same_instant(hours)))
    assert again.site.version == first.site.version


def _same_instant(hours: int) -> str:
    """The first instant of 2026 in Paris, on another clock."""
    day, hour = divmod(23 + hours, 24)
    return f"{'2025-12-31' if day == 0 else '2026-01-01'}T{hour:02d}:00:00{hours:+03d}:00"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "? [1, 2]\n: x",
        "1: 2",
        "!!timestamp 2027-02-29",
        "!!int abc",
        "!!python/object:os.system {}",
        "[" * 5_000,
        "schema: 1\nby_laws: [{reference: !!binary 'é'}]",
        "\x00",
        "",
    ],
)
def test_yaml_that_is_odd_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Halt, match=r"site\.yaml"):
        load_site(path)
