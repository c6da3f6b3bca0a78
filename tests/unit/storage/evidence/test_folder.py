"""What only a folder can suffer: rights, crashes, a full disk, a changed file."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import Halt, RetryLater
from storage.evidence.folder import FolderEvidence
from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, EvidenceMissing

KEY = "case-1/clip.mp4"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("this user may not mount a small disk; the limit on file size stands in for it elsewhere")
    yield place
    subprocess.run(["umount", place], check=True)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_this_user_can_read_it(folder: Path) -> None:
    FolderEvidence(folder).put(KEY, b"x", "video/mp4")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")] if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}


def test_bytes_lie_there_exactly(folder: Path) -> None:
    FolderEvidence(folder).put(KEY, b"\x00exact\r\n", "video/mp4")
    assert (folder / "items" / KEY).read_bytes() == b"\x00exact\r\n"
    assert files_in(folder) == [".lock", f"about/{KEY}.json", f"items/{KEY}"]


def test_it_is_there_for_the_next_process(folder: Path) -> None:
    item = FolderEvidence(folder).put(KEY, b"x", "video/mp4")
    assert FolderEvidence(folder).stat(KEY) == item


def test_what_a_crash_left_half_written_is_removed_at_start(folder: Path) -> None:
    FolderEvidence(folder)
    (folder / "tmp" / "half").write_bytes(b"half")
    FolderEvidence(folder)
    assert files_in(folder) == [".lock"]


def test_a_crash_before_the_last_rename_leaves_no_item(folder: Path) -> None:
    store = FolderEvidence(folder)
    store.put(KEY, b"first try", "video/mp4")
    (folder / "items" / KEY).unlink()
    with pytest.raises(EvidenceMissing):
        store.stat(KEY)
    assert store.keys("") == []
    store.put(KEY, b"second try", "video/mp4")
    assert store.read(KEY) == b"second try"


def test_a_changed_file_is_noticed(folder: Path) -> None:
    store = FolderEvidence(folder)
    store.put(KEY, b"as sealed", "video/mp4")
    (folder / "items" / KEY).write_bytes(b"as forged")
    with pytest.raises(EvidenceDamaged, match=KEY):
        store.read(KEY)


@pytest.mark.parametrize("about", [None, b"", b"{}", b"not json"])
def test_a_lost_description_is_noticed(folder: Path, about: bytes | None) -> None:
    store = FolderEvidence(folder)
    store.put(KEY, b"x", "video/mp4")
    beside = folder / "about" / f"{KEY}.json"
    beside.unlink() if about is None else beside.write_bytes(about)
    with pytest.raises(EvidenceDamaged, match=r"clip\.mp4\.json"):
        store.stat(KEY)


@pytest.mark.parametrize(("first", "second"), [("a/b", "a/b/c"), ("a/b/c", "a/b"), ("a", "a/b/c")])
def test_a_key_is_not_an_item_and_a_folder_at_once(folder: Path, first: str, second: str) -> None:
    store = FolderEvidence(folder)
    store.put(first, b"x", "text/plain")
    before = files_in(folder)
    with pytest.raises(EvidenceConflict, match="folder at once"):
        store.put(second, b"y", "text/plain")
    assert files_in(folder) == before


def test_a_full_disk_is_retried_later_and_leaves_nothing_half_written(small_disk: Path) -> None:
    store = FolderEvidence(small_disk / "evidence")
    store.put("small", b"x", "text/plain")
    with pytest.raises(RetryLater, match=rf"{small_disk}.*full \(\d+ bytes free\)"):
        store.put(KEY, b"x" * 1_000_000, "video/mp4")
    assert store.keys("") == ["small"]
    assert list((small_disk / "evidence" / "tmp").iterdir()) == []
    store.put(KEY, b"x" * 1_000, "video/mp4")


PUT_UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
from ingest.errors import RetryLater
from storage.evidence.folder import FolderEvidence
store = FolderEvidence(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    store.put("large", b"x" * 100_000, "video/mp4")
except RetryLater as later:
    print(later)
"""


def test_a_file_that_cannot_grow_is_a_full_disk(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PUT_UNDER_A_LIMIT, folder], capture_output=True, text=True, check=True)
    assert f"evidence folder {folder} is full" in done.stdout
    assert FolderEvidence(folder).keys("") == []
    assert files_in(folder / "tmp") == []


def test_a_path_that_is_a_file_halts(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(Halt, match=f"{folder}.*in the way"):
        FolderEvidence(folder)


def test_a_disk_that_may_not_be_written_halts(small_disk: Path) -> None:
    store = FolderEvidence(small_disk / "evidence")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(Halt, match="right to read and write"):
        store.put(KEY, b"x", "video/mp4")


PUT_AND_DIE = """
import os, sys
from pathlib import Path
from storage.evidence.folder import FolderEvidence
store = FolderEvidence(Path(sys.argv[1]))
Path.replace = lambda path, target: os._exit(9)
store.put("case-1/clip.mp4", b"x", "video/mp4")
"""


def test_a_process_killed_while_writing_leaves_nothing(folder: Path) -> None:
    assert subprocess.run([sys.executable, "-c", PUT_AND_DIE, folder], check=False).returncode == 9
    assert len(files_in(folder / "tmp")) == 1
    store = FolderEvidence(folder)
    assert files_in(folder) == [".lock"]
    store.put(KEY, b"x", "video/mp4")
