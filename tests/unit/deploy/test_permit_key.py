"""The key of the permits: made once, kept private, and refused when it hides nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.permit_key import PERMIT_KEY, make_permit_key, throwaway_hasher, token_hasher
from deploy.secrets import secrets_from
from ingest.errors import Halt
from verbalise.site.permits import TokenKind


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_permit_key(folder)
    made = (folder / PERMIT_KEY).read_text(encoding="utf-8")
    make_permit_key(folder)
    assert (folder / PERMIT_KEY).read_text(encoding="utf-8") == made
    assert stat.S_IMODE((folder / PERMIT_KEY).stat().st_mode) == 0o600
    assert token_hasher(secrets_from(folder)) is not None


def test_without_a_key_there_is_no_hasher() -> None:
    assert token_hasher(lambda _: None) is None


def test_a_short_key_is_named_and_not_repeated() -> None:
    with pytest.raises(Halt, match=r"permit-key.*16 bytes") as failure:
        token_hasher(lambda _: "hunter2")
    assert "hunter2" not in str(failure.value)


def test_throwaway_hashes_fit_no_other() -> None:
    one, other = throwaway_hasher(), throwaway_hasher()
    assert one.hash(TokenKind.PLATE, "QX-1-ZZ") != other.hash(TokenKind.PLATE, "QX-1-ZZ")
