"""`deploy/compose.yaml` is one that Docker would take, and says what the settings know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.main import WorkerName
from deploy.settings import Settings

COMPOSE = Path("deploy/compose.yaml")
NOT_DEPLOYED = {WorkerName.DEVICE_PLAYER, WorkerName.MARKER}


@pytest.fixture
def described() -> dict[str, Any]:
    """The file with its anchors resolved, as Docker sees it."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


def test_it_fits_the_compose_specification(described: dict[str, Any]) -> None:
    compose = PyCompose.from_yaml(yaml.safe_dump(described))
    assert {"kafka", "minio", "postgres"} <= set(compose.service_names())


def test_a_misspelt_key_would_be_refused(described: dict[str, Any]) -> None:
    described["services"]["kafka"]["healthchek"] = {}
    with pytest.raises(ValueError, match="healthchek"):
        PyCompose.from_yaml(yaml.safe_dump(described))


def test_every_worker_runs(described: dict[str, Any]) -> None:
    commands = {tuple(service.get("command", [])) for service in described["services"].values()}
    assert {(name.value,) for name in set(WorkerName) - NOT_DEPLOYED} <= commands


def test_every_setting_exists(described: dict[str, Any]) -> None:
    for name, service in described["services"].items():
        for variable in service.get("environment", {}):
            if variable.startswith("CONSTAT_"):
                assert _is_setting(variable), f"{name}: {variable}"


def test_who_only_reads_the_site_cannot_change_the_register(described: dict[str, Any]) -> None:
    for name in ("ingest", "devices", "detect", "verbalise"):
        service = described["services"][name]
        assert service["environment"]["CONSTAT_REGISTER_DB__CREDENTIALS"] == "site-reader"
        assert service["environment"]["CONSTAT_REGISTER_DB__UPGRADE"] == "false"
        assert "postgres" not in service["secrets"]


def test_who_matches_permits_has_their_key(described: dict[str, Any]) -> None:
    for name in ("site", "verbalise", "casework", "console"):
        assert "permit-key" in described["services"][name]["secrets"]


def test_only_the_console_is_reachable_from_outside(described: dict[str, Any]) -> None:
    assert [name for name, service in described["services"].items() if "ports" in service] == ["console"]
    assert described["services"]["console"]["ports"][0]["host_ip"] == "127.0.0.1"


def _is_setting(variable: str) -> bool:
    model: Any = Settings
    for step in variable.removeprefix("CONSTAT_").lower().split("__"):
        if step not in model.model_fields:
            return False
        model = model.model_fields[step].annotation
    return True
