"""The environment becomes settings, or a message that names the variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.secrets import secrets_from
from deploy.settings import Settings, load_settings
from ingest.errors import Halt

LEAST = {
    "CONSTAT_BUS__BOOTSTRAP": "127.0.0.1:9092",
    "CONSTAT_DETECT__DETECTOR__WEIGHTS_DIR": "weights",
    "CONSTAT_STREAM__DATA_DIR": "stream",
    "CONSTAT_EVIDENCE__URL": "file:evidence",
    "CONSTAT_REGISTER_DB__URL": "sqlite:///register.sqlite",
}


@pytest.fixture
def least(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with what is required and nothing else."""
    for section in Settings.model_fields:
        for name in [known for known in os.environ if known.startswith(f"CONSTAT_{section.upper()}")]:
            monkeypatch.delenv(name)
    for name, value in LEAST.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_is_required_is_enough(least: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.bus.bootstrap == "127.0.0.1:9092"


@pytest.mark.parametrize("name", LEAST)
def test_what_is_missing_is_named(least: pytest.MonkeyPatch, name: str) -> None:
    least.delenv(name)
    with pytest.raises(Halt, match=name.split("__", maxsplit=1)[0]):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONSTAT_CONSOLE__SESSION_HOURS", "99"),
        ("CONSTAT_CONSOLE__SESION_HOURS", "9"),
        ("CONSTAT_CONSOL__PORT", "8080"),
        ("CONSTAT_DETECT__DETECTOR__BACKEND", "abacus"),
    ],
)
def test_what_does_not_fit_or_exist_is_named(least: pytest.MonkeyPatch, name: str, value: str) -> None:
    least.setenv(name, value)
    with pytest.raises(Halt, match=name):
        load_settings()


def test_a_secret_given_as_a_setting_is_not_repeated(least: pytest.MonkeyPatch) -> None:
    least.setenv("CONSTAT_REGISTER_DB__URL", "postgresql://constat:hunter2@db/constat")
    with pytest.raises(Halt) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cam-b1").write_text("viewer:pass\n", encoding="utf-8")
    monkeypatch.setenv("CONSTAT_SECRET_CAM_B1", "other:pass")
    monkeypatch.setenv("CONSTAT_SECRET_CAM_B2", "second:pass")
    secret_of = secrets_from(tmp_path)
    assert secret_of("cam-b1") == "viewer:pass"
    assert secret_of("cam-b2") == "second:pass"
    assert secret_of("cam-b3") is None
    assert secret_of("../cam-b1") is None
