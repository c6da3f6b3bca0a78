"""What every evidence store does alike: memory, folder, and real S3 servers."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ingest.errors import Reject
from tests.contract.storage.conftest import Corner
from verbalise.ports import EvidenceConflict, EvidenceMissing, StoredItem

DATA = b"\x00\x01clip\xff" * 1_000


def test_what_is_put_is_read_back(corner: Corner) -> None:
    key = corner.key("case-1/clip.mp4")
    item = corner.store.put(key, DATA, "video/mp4")
    assert item == StoredItem(key, hashlib.sha256(DATA).hexdigest(), len(DATA), "video/mp4")
    assert corner.store.stat(key) == item
    assert corner.store.read(key) == DATA


def test_the_same_bytes_again_are_one_item(corner: Corner) -> None:
    key = corner.key("case-1/scene.jpg")
    assert corner.store.put(key, DATA, "image/jpeg") == corner.store.put(key, DATA, "image/jpeg")
    assert corner.store.keys(f"{corner.prefix}/") == [key]


def test_other_bytes_are_refused_and_change_nothing(corner: Corner) -> None:
    key = corner.key("case-1/manifest.json")
    corner.store.put(key, b"first", "application/json")
    with pytest.raises(EvidenceConflict, match=key):
        corner.store.put(key, b"other", "application/json")
    assert corner.store.read(key) == b"first"


@pytest.mark.parametrize("name", ["nothing", "case-1/nothing.mp4"])
def test_what_was_never_put_is_missing(corner: Corner, name: str) -> None:
    with pytest.raises(EvidenceMissing, match=name):
        corner.store.stat(corner.key(name))
    with pytest.raises(EvidenceMissing, match=name):
        corner.store.read(corner.key(name))
    with pytest.raises(EvidenceMissing, match=name):
        corner.store.read(corner.key(name), 2, 0)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        pytest.param(0, 3, b"012", id="from the start"),
        pytest.param(3, 4, b"3456", id="in the middle"),
        pytest.param(7, None, b"789", id="to the end"),
        pytest.param(8, 100, b"89", id="beyond the end"),
        pytest.param(10, 1, b"", id="after the end"),
        pytest.param(99, None, b"", id="far after the end"),
        pytest.param(2, 0, b"", id="nothing"),
    ],
)
def test_a_range_is_that_part_of_the_item(corner: Corner, start: int, length: int | None, expected: bytes) -> None:
    key = corner.key("digits")
    corner.store.put(key, b"0123456789", "text/plain")
    assert corner.store.read(key, start, length) == expected


@pytest.mark.parametrize(("start", "length"), [(-1, None), (0, -1)])
def test_a_range_is_not_negative(corner: Corner, start: int, length: int) -> None:
    key = corner.key("digits")
    corner.store.put(key, b"0123456789", "text/plain")
    with pytest.raises(ValueError, match="range"):
        corner.store.read(key, start, length)


def test_an_empty_item_is_an_item(corner: Corner) -> None:
    key = corner.key("empty")
    item = corner.store.put(key, b"", "text/plain")
    assert corner.store.stat(key) == item
    assert corner.store.read(key) == b""


def test_keys_are_sorted_and_begin_with_the_prefix(corner: Corner) -> None:
    for name in ("case-2/b", "case-1/z", "case-1/a", "case-10/a", "été/caméra 1.jpg"):
        corner.store.put(corner.key(name), name.encode(), "text/plain")
    under = [corner.key(name) for name in ("case-1/a", "case-1/z")]
    assert corner.store.keys(corner.key("case-1/")) == under
    assert corner.store.keys(corner.key("case-1")) == sorted([*under, corner.key("case-10/a")])
    assert corner.store.keys(corner.key("été/")) == [corner.key("été/caméra 1.jpg")]
    assert corner.store.keys(corner.key("case-3/")) == []
    assert len(corner.store.keys(f"{corner.prefix}/")) == 5


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../outside",
        "a/../../b",
        "a/./b",
        "a//b",
        "a/",
        "a\\b",
        "a\x00b",
        "a\nb",
        "x" * 300,
        "..",
        ".",
    ],
)
def test_a_key_never_leads_elsewhere(corner: Corner, key: str) -> None:
    for refused in (
        lambda: corner.store.put(key, b"x", "text/plain"),
        lambda: corner.store.stat(key),
        lambda: corner.store.read(key),
    ):
        with pytest.raises(Reject, match="evidence key"):
            refused()


@pytest.mark.parametrize("prefix", ["../", "/etc", "a/../.."])
def test_a_prefix_never_leads_elsewhere(corner: Corner, prefix: str) -> None:
    with pytest.raises(Reject, match="evidence key"):
        corner.store.keys(prefix)


def test_of_many_writers_of_one_key_one_wins(corner: Corner) -> None:
    key, writers = corner.key("race"), 8
    together = Barrier(writers)

    def put(number: int) -> bytes | None:
        data = b"writer %d" % number
        together.wait()
        try:
            corner.store.put(key, data, "text/plain")
        except EvidenceConflict:
            return None
        return data

    with ThreadPoolExecutor(writers) as pool:
        stored = [data for data in pool.map(put, range(writers)) if data is not None]
    assert stored == [corner.store.read(key)]


def test_a_large_item_is_one_item(corner: Corner) -> None:
    key, data = corner.key("large.mp4"), bytes(range(256)) * (12 * 4096)
    item = corner.store.put(key, data, "video/mp4")
    assert item.size_bytes == 12 * 1024 * 1024
    assert corner.store.read(key) == data
    assert corner.store.read(key, 6_000_001, 5) == data[6_000_001:6_000_006]
