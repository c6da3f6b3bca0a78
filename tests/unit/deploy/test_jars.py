"""The lock of Kafka's jars, and what is refused. Small files stand for jars: only hashes matter."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from deploy.embedded.errors import JarsDiffer
from deploy.embedded.jars import LOCK_FILE, ROOTS, LockedJar, obtain_jars, read_lock
from deploy.embedded.maven import Coordinate

CONTENTS = {"alpha": b"first jar", "beta": b"second jar"}
LOCKED = tuple(
    LockedJar(Coordinate("org.example", name, "1.0"), hashlib.sha256(content).hexdigest())
    for name, content in CONTENTS.items()
)


def silent(_: str) -> None:
    return


@pytest.fixture
def libs(tmp_path: Path) -> Path:
    for name, content in CONTENTS.items():
        (tmp_path / f"{name}-1.0.jar").write_bytes(content)
    return tmp_path


def test_the_committed_lock_pins_every_root_and_kafkas_own_parts_alike() -> None:
    coordinates = [jar.coordinate for jar in read_lock()]
    assert set(ROOTS) <= set(coordinates)
    assert len({(c.group, c.artifact) for c in coordinates}) == len(coordinates)
    assert {c.version for c in coordinates if c.group == "org.apache.kafka"} == {ROOTS[0].version}


def test_the_committed_lock_has_whole_digests_and_no_host() -> None:
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in read_lock())
    assert "/" not in LOCK_FILE.read_text()


def test_a_folder_of_ones_own_is_used_as_it_is_in_the_locks_order(libs: Path) -> None:
    assert obtain_jars(silent, libs_dir=libs, locked=LOCKED) == (libs / "alpha-1.0.jar", libs / "beta-1.0.jar")


def test_a_changed_jar_is_refused_by_name(libs: Path) -> None:
    (libs / "beta-1.0.jar").write_bytes(b"something else")
    with pytest.raises(JarsDiffer, match=r"beta-1\.0\.jar has SHA-256") as refusal:
        obtain_jars(silent, libs_dir=libs, locked=LOCKED)
    assert "alpha" not in str(refusal.value)


def test_a_missing_jar_is_refused_by_name(libs: Path) -> None:
    (libs / "alpha-1.0.jar").unlink()
    with pytest.raises(JarsDiffer, match=r"alpha-1\.0\.jar is missing"):
        obtain_jars(silent, libs_dir=libs, locked=LOCKED)


def test_a_jar_too_many_is_refused_by_name(libs: Path) -> None:
    (libs / "gamma-1.0.jar").write_bytes(b"third jar")
    with pytest.raises(JarsDiffer, match=r"gamma-1\.0\.jar is not in the lock"):
        obtain_jars(silent, libs_dir=libs, locked=LOCKED)


def test_every_fault_is_named_at_once(libs: Path) -> None:
    (libs / "alpha-1.0.jar").rename(libs / "gamma-1.0.jar")
    (libs / "beta-1.0.jar").write_bytes(b"something else")
    with pytest.raises(JarsDiffer) as refusal:
        obtain_jars(silent, libs_dir=libs, locked=LOCKED)
    assert all(name in str(refusal.value) for name in ("alpha", "beta", "gamma"))


def test_the_lock_file_allows_comments_and_blank_lines(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("# a comment\n\norg.example:alpha:1.0 abc  # why\n")
    assert read_lock(lock) == (LockedJar(Coordinate("org.example", "alpha", "1.0"), "abc"),)


@pytest.mark.parametrize("text", ["org.example:alpha", "org.example:alpha:1.0:linux"])
def test_a_coordinate_has_three_parts(text: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        Coordinate.parse(text)
