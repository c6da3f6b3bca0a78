"""The environment that the demo gives its workers: the embedded default of every setting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

GATEWAY = "street"
MARKER_SECRET = "CONSTAT_SECRET_MARKER"  # noqa: S105 (a variable's name, not a secret)


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """Where the demo keeps and serves things.

    Attributes:
        data: Everything that it writes.
        weights: The folder that `python -m detect.weights` filled.
    """

    data: Path
    weights: Path
    bootstrap: str
    console_port: int
    devices_port: int


def worker_environment(places: DemoPlaces, token: str) -> dict[str, str]:
    """Settings of all workers, as variables."""
    return {
        "CONSTAT_SECRETS_DIR": str(places.data / "secrets"),
        "CONSTAT_BUS__BOOTSTRAP": places.bootstrap,
        "CONSTAT_INGEST__HEALTH_FILE": str(places.data / "cameras.json"),
        "CONSTAT_INGEST__HEALTH_EVERY_S": "1",
        "CONSTAT_DEVICES__PORT": str(places.devices_port),
        "CONSTAT_DEVICES__TOKENS": f'{{"{GATEWAY}": "{token}"}}',
        "CONSTAT_DETECT__DETECTOR__WEIGHTS_DIR": str(places.weights),
        "CONSTAT_CASEWORK__WEIGHTS_DIR": str(places.weights),
        "CONSTAT_CONSOLE__PORT": str(places.console_port),
        "CONSTAT_CONSOLE__PUBLIC_URL": f"http://127.0.0.1:{places.console_port}",
        "CONSTAT_EVIDENCE__URL": f"file:{places.data / 'evidence'}",
        "CONSTAT_REGISTER_DB__URL": f"sqlite:///{places.data / 'register.sqlite'}",
        "CONSTAT_STREAM__DATA_DIR": str(places.data / "stream"),
        "CONSTAT_TOPICS__PARTITIONS": "2",
        "CONSTAT_TOPICS__VIDEO_GIB": "2",
    }


def player_environment(starts_at: datetime, loop: bool) -> dict[str, str]:
    """What the players are told beyond that, once the instant of the first picture is known."""
    return {"CONSTAT_PLAY__STARTS_AT": starts_at.isoformat(), "CONSTAT_PLAY__LOOP": str(loop).lower()}
