"""All settings, one section per package. The only reader of the environment.

Every value is `CONSTAT_<SECTION>__<KEY>`; `docs/settings.md` lists them, and a test keeps it in step.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from detect.settings import DetectSettings
from ingest.errors import Halt
from ingest.settings import BusSettings, DeviceEntrySettings, IngestSettings
from storage.settings import EvidenceSettings, RegisterSettings
from verbalise.casework.settings import CaseworkSettings
from verbalise.console.settings import ConsoleSettings
from verbalise.stream.settings import StreamSettings

PREFIX = "CONSTAT_"
OUTSIDE = ("CONSTAT_SECRET_", "CONSTAT_EVAL_DATA", "CONSTAT_ARTIFACTS", "CONSTAT_KAFKA_", "CONSTAT_WEIGHTS_DIR")
"""Variables that start alike and are read elsewhere: secrets, tests and set-up."""


class PlaySettings(BaseModel):
    """How file cameras are played: for the demo and for rehearsals on recorded footage.

    Attributes:
        starts_at: Instant given to the first picture of every file camera that has none of its own.
        loop: Whether file cameras play for ever.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: datetime | None = None
    loop: bool = False


class TopicSettings(BaseModel):
    """How topics are made.

    Attributes:
        partitions: Of topics keyed by camera; cameras share them out. It cannot grow later without moving cameras.
        replication: Copies of each record; 3 in production.
        video_minutes: How long packets are kept: the reach of casework into the past.
        video_gib: Size per partition at which the oldest packets go first; None for no bound.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    partitions: int = 4
    replication: int = 1
    video_minutes: int = 30
    video_gib: float | None = None


class Settings(BaseSettings):
    """Everything that an operator can set.

    Attributes:
        secrets_dir: Folder with one file per secret; variables `CONSTAT_SECRET_<NAME>` serve as well.
        instance: This worker's name within its group, steady across restarts, so that it gets its partitions
            back at once; None where workers come and go.
        metrics_port: Loopback port of this process's Prometheus metrics; None for none.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    secrets_dir: Path | None = None
    instance: str | None = None
    metrics_port: int | None = None
    bus: BusSettings
    topics: TopicSettings = TopicSettings()
    play: PlaySettings = PlaySettings()
    ingest: IngestSettings = IngestSettings()
    devices: DeviceEntrySettings = DeviceEntrySettings()
    detect: DetectSettings
    stream: StreamSettings
    casework: CaseworkSettings = CaseworkSettings()
    console: ConsoleSettings = ConsoleSettings()
    evidence: EvidenceSettings
    register_db: RegisterSettings


class RegisterAccess(BaseSettings):
    """The part of the settings that a command on the register needs; see `Settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        nested_model_default_partial_update=True,
    )

    secrets_dir: Path | None = None
    register_db: RegisterSettings


def load_settings() -> Settings:
    """The settings of this process's environment.

    Raises:
        Halt: a variable is missing, unknown or does not fit; the text names it.
    """
    return _loaded(Settings)


def load_register_access() -> RegisterAccess:
    """Where the register is, by this process's environment. Raises Halt as `load_settings` does."""
    return _loaded(RegisterAccess)


_S = TypeVar("_S", bound=BaseSettings)


def _loaded(model: type[_S]) -> _S:
    _refuse_unknown()
    try:
        return model()
    except ValidationError as error:
        lines = [f"{_variable(part['loc'])}: {part['msg']}" for part in error.errors(include_input=False)]
        raise Halt("settings do not fit:\n  " + "\n  ".join(lines)) from None


def _variable(path: tuple[int | str, ...]) -> str:
    return PREFIX + "__".join(str(step).upper() for step in path)


def _refuse_unknown() -> None:
    """A misspelt variable would be ignored by the reader, so it is looked for here."""
    sections = {name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if not name.startswith(PREFIX) or name.startswith(OUTSIDE):
            continue
        if name.removeprefix(PREFIX).split("__")[0] not in sections:
            raise Halt(f"{name}: no such setting; see docs/settings.md")
