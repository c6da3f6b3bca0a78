"""What the supervisor says about its workers, and the small JSON file through which others read it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from deploy.embedded.life import State


@dataclass(frozen=True, slots=True)
class Death:
    """One end of a worker's process, expected or not.

    Attributes:
        name: The worker.
        at: When the supervisor saw it, UTC.
        exit_code: What the process returned; None when a signal ended it.
        signal: The signal's name, for example SIGKILL; None when the process returned.
        restarts: How often the worker had been restarted before this end.
    """

    name: str
    at: datetime
    exit_code: int | None
    signal: str | None
    restarts: int


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker now. `pid`, `rss_bytes` and `cpu_s` (user and system) are None unless it runs."""

    name: str
    state: State
    pid: int | None
    restarts: int
    last_exit: Death | None
    rss_bytes: int | None
    cpu_s: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """All workers in start order, and their most recent deaths, oldest first."""

    supervisor_pid: int
    at: datetime
    workers: tuple[WorkerStatus, ...]
    deaths: tuple[Death, ...]

    def worker(self, name: str) -> WorkerStatus:
        """The worker of that name; KeyError when there is none."""
        for worker in self.workers:
            if worker.name == name:
                return worker
        raise KeyError(name)


_WIRE = TypeAdapter(Status)


def death_of(name: str, exit_code: int, at: datetime, restarts: int) -> Death:
    """The record of an end, from what `subprocess` reports (a signal as a negative number)."""
    if exit_code >= 0:
        return Death(name, at, exit_code, None, restarts)
    try:
        signal_name = signal.Signals(-exit_code).name
    except ValueError:
        # Real-time signals between the first and the last have no name.
        signal_name = f"signal {-exit_code}"
    return Death(name, at, None, signal_name, restarts)


def write_status(path: Path, status: Status) -> None:
    """Replace the file in one step: a reader sees the former status or this one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(_WIRE.dump_json(status, indent=1))
    fresh.replace(path)


def read_status(path: Path) -> Status:
    """Read what `write_status` wrote.

    Raises:
        FileNotFoundError: no supervisor has written it yet.
        pydantic.ValidationError: it is not a status file.
    """
    return _WIRE.validate_json(path.read_bytes())
