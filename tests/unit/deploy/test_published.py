"""The documents made from the code are those in the repository, and every setting says what it means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.published import PUBLISHED, settings_page


@pytest.mark.parametrize("path", PUBLISHED)
def test_it_is_in_step_with_the_code(path: str) -> None:
    assert Path(path).read_text(encoding="utf-8") == PUBLISHED[path](), "run `make docs`"


def test_every_setting_has_a_meaning() -> None:
    rows = re.findall(r"^\| `(CONSTAT_\w+)` \| .*? \| (.*) \|$", settings_page(), flags=re.MULTILINE)
    assert len(rows) > 50
    assert [variable for variable, meaning in rows if not meaning] == []
