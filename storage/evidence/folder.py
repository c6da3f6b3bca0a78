"""Evidence in a folder: for one machine, and for a disk that several processes share.

    <folder>/items/<key>         the bytes, exactly
    <folder>/about/<key>.json    sha256, size and content type
    <folder>/tmp/                what is being written
    <folder>/.lock               held while something is written

An item is stored from the instant its bytes are renamed into `items/`; what is said about it is
there before. A crash before that leaves a file in `tmp/`, removed at the next start, or a
description without an item, replaced by the next put. Folders are 0700 and files 0600.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.errors import Halt, RetryLater
from storage.evidence.digest import check_range, described, same_item, undamaged
from storage.evidence.keys import checked_key, checked_prefix
from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, EvidenceMissing, StoredItem

_ABOUT: TypeAdapter[StoredItem] = TypeAdapter(StoredItem)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP}
_NAME_TAKEN = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY}


class FolderEvidence:
    """An evidence store in a folder of this machine.

    A key is never also the folder of other keys: the second of the two is an EvidenceConflict.
    One write at a time in all processes; readers never wait.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it, and remove what an earlier crash left half-written.

        Raises:
            Halt: the folder cannot be made or written by this user.
            RetryLater: the disk is full.
        """
        self._folder = folder
        self._items, self._about, self._tmp = folder / "items", folder / "about", folder / "tmp"
        with self._translated("opening"):
            for place in (folder, self._items, self._about, self._tmp):
                _make_folder(place)
            with self._writing():
                for leftover in self._tmp.iterdir():
                    leftover.unlink()

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        """Store bytes under a key; see the port."""
        offered = described(checked_key(key), data, content_type)
        with self._translated(key), self._writing():
            if self._path(key).is_file():
                return same_item(self._described(key), offered)
            self._refuse_folder(key)
            self._commit(_ABOUT.dump_json(offered), self._about_path(key))
            self._commit(data, self._path(key))
        return offered

    def stat(self, key: str) -> StoredItem:
        """What is stored under a key; see the port."""
        with self._translated(checked_key(key)):
            if not self._path(key).is_file():
                raise EvidenceMissing(f"no evidence {key!r} in {self._folder}")
            return self._described(key)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an item or a range of them; a whole item's digest is checked, or EvidenceDamaged."""
        check_range(start, length)
        item = self.stat(key)
        with self._translated(key), self._path(key).open("rb") as file:
            if start == 0 and length is None:
                return undamaged(file.read(), item)
            file.seek(start)
            return file.read(-1 if length is None else length)

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins with `prefix`, sorted."""
        within = self._items / checked_prefix(prefix).rpartition("/")[0]
        with self._translated(prefix):
            found = [
                (Path(folder) / name).relative_to(self._items).as_posix()
                for folder, _, names in os.walk(within)
                for name in names
            ]
        return sorted(key for key in found if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        return self._items / key

    def _about_path(self, key: str) -> Path:
        return self._about / f"{key}.json"

    def _described(self, key: str) -> StoredItem:
        try:
            return _ABOUT.validate_json(self._about_path(key).read_bytes())
        except (FileNotFoundError, ValidationError) as error:
            where = self._about_path(key)
            raise EvidenceDamaged(
                f"evidence {key!r}: {where} is missing or damaged; restore it from a backup"
            ) from error

    def _refuse_folder(self, key: str) -> None:
        """Before anything is written, so that a refused put leaves nothing."""
        inside_items = [self._items / parent for parent in Path(key).parents if parent.name]
        if self._path(key).is_dir() or any(place.is_file() for place in inside_items):
            raise EvidenceConflict(f"evidence {key!r}: a key cannot be an item and a folder at once; choose another")

    def _commit(self, data: bytes, target: Path) -> None:
        """Bytes at `target`, all or nothing, and still there after a power cut."""
        for folder in reversed([target.parent, *target.parent.parents]):
            if folder.is_relative_to(self._folder):
                _make_folder(folder)
        handle, name = tempfile.mkstemp(dir=self._tmp)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
        _sync_folder(target.parent)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone among all processes; the lock goes with the process that held it."""
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                free_bytes = shutil.disk_usage(self._folder).free
                text = f"evidence folder {self._folder} is full ({free_bytes} bytes free): free some space"
                raise RetryLater(text, after_ms=10_000) from error
            reason = f"evidence folder {self._folder}: {what}: {error.strerror}"
            if error.errno in _FORBIDDEN:
                raise Halt(f"{reason}; give this user the right to read and write there") from error
            if error.errno in _NAME_TAKEN:
                raise Halt(f"{reason}; something that is not evidence is in the way") from error
            raise RetryLater(reason) from error


def _make_folder(folder: Path) -> None:
    """One folder, 0700, its entry on disk."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Names in the folder are on disk, not only in memory."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
