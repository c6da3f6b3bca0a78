"""Settings refuse what could not work, or what would put a secret where it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.errors import Halt
from storage.evidence.opening import open_evidence_store
from storage.register.opening import database_url, open_register
from storage.settings import EvidenceSettings, RegisterSettings

S3 = {"url": "s3://evidence", "endpoint": "https://minio.example:9000", "credentials": "evidence"}


def test_a_folder_needs_only_its_path(tmp_path: Path) -> None:
    store = open_evidence_store(EvidenceSettings(url=f"file:{tmp_path}/evidence"))
    assert store.put("a", b"x", "text/plain") == store.stat("a")


def test_a_bucket_has_a_name() -> None:
    settings = EvidenceSettings.model_validate(S3)
    assert (settings.bucket, settings.folder) == ("evidence", None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"url": "evidence"}, "file:PATH or s3://BUCKET", id="no scheme"),
        pytest.param({"url": "file:"}, "file:PATH or s3://BUCKET", id="no path"),
        pytest.param({"url": "s3://"}, "file:PATH or s3://BUCKET", id="no bucket"),
        pytest.param({"url": "s3://bucket/path"}, "no path after the bucket", id="path in the bucket"),
        pytest.param({"endpoint": None}, "https://HOST", id="no endpoint"),
        pytest.param({"endpoint": "minio.example"}, "https://HOST", id="endpoint without scheme"),
        pytest.param(
            {"endpoint": "https://k:s@minio.example"}, "only scheme, host and port", id="keys in the endpoint"
        ),
        pytest.param({"endpoint": "https://minio.example/x"}, "only scheme, host and port", id="path in the endpoint"),
        pytest.param({"credentials": None}, "name the secret", id="no credentials"),
        pytest.param({"bucket_name": "x"}, "bucket_name", id="unknown key"),
        pytest.param({"timeout_s": 0}, "timeout_s", id="no patience"),
    ],
)
def test_evidence_settings_that_cannot_work_are_refused(changed: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        EvidenceSettings.model_validate(S3 | changed)


@pytest.mark.parametrize("secret", [None, "", "only-one-part", ":secret", "key:"])
def test_a_secret_has_two_parts_and_is_not_shown(secret: str | None) -> None:
    with pytest.raises(Halt, match="secret 'evidence': write it as two parts") as refusal:
        open_evidence_store(EvidenceSettings.model_validate(S3), {"evidence": secret}.get)
    assert "only-one-part" not in str(refusal.value)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"url": "mysql://host/db"}, "sqlite:///PATH or postgresql://", id="another database"),
        pytest.param({"url": "sqlite://"}, "path of a file", id="no path"),
        pytest.param({"url": "sqlite:///:memory:"}, "path of a file", id="in memory"),
        pytest.param({"url": "postgresql://u:p@host/db"}, "no password here", id="password"),
        pytest.param({"url": "postgresql://u@host/db?password=p"}, "no password here", id="password as an option"),
        pytest.param({"url": "sqlite:///a.db", "time_zone": "Rouen"}, "not a time zone", id="no such zone"),
    ],
)
def test_register_settings_that_cannot_work_are_refused(settings: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        RegisterSettings.model_validate(settings)


def test_the_password_comes_from_the_secret() -> None:
    settings = RegisterSettings(url="postgresql://db.example/constat", credentials="register")
    url = database_url(settings, {"register": "constat:p:w"}.get)
    assert (url.drivername, url.username, url.password, url.host) == (
        "postgresql+psycopg",
        "constat",
        "p:w",
        "db.example",
    )
    assert "p:w" not in str(url)


def test_a_path_that_cannot_be_made_halts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Halt, match="register file"):
        open_register(RegisterSettings(url=f"sqlite:///{tmp_path}/file/register.db"))
