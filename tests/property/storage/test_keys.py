"""Whatever a key is made of, the folder holds it inside itself or refuses it."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.errors import Reject
from storage.evidence.keys import checked_key

PARTS = st.text(alphabet="ab./\\~é \x00", max_size=12)


@given(PARTS)
@example("a/../b")
@example("../a")
@example("/a")
def test_a_key_that_is_taken_stays_inside(key: str) -> None:
    try:
        checked_key(key)
    except Reject:
        return
    path = PurePosixPath("/folder") / key
    assert path.parts[:2] == ("/", "folder")
    assert ".." not in path.parts
    assert str(path) == f"/folder/{key}"
