"""The supervisor's status file: what is written is what others read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.embedded.life import State
from deploy.embedded.status import Death, Status, WorkerStatus, death_of, read_status, write_status

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KILLED = Death("detect", AT, None, "SIGKILL", 2)
STATUS = Status(
    supervisor_pid=7,
    at=AT,
    workers=(
        WorkerStatus("ingest", State.RUNNING, 11, 0, None, 1_000, 0.5),
        WorkerStatus("detect", State.WAITING, None, 2, KILLED, None, None),
    ),
    deaths=(KILLED,),
)


def test_a_status_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run" / "status.json"
    write_status(path, STATUS)
    assert read_status(path) == STATUS


def test_writing_again_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    for _ in range(2):
        write_status(path, STATUS)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.write_text('{"workers": 3}')
    with pytest.raises(ValidationError):
        read_status(path)


def test_a_worker_is_found_by_name() -> None:
    assert STATUS.worker("detect").last_exit == KILLED
    with pytest.raises(KeyError, match="nobody"):
        STATUS.worker("nobody")


@pytest.mark.parametrize(
    ("reported", "exit_code", "signal"),
    [(0, 0, None), (78, 78, None), (-9, None, "SIGKILL"), (-15, None, "SIGTERM"), (-45, None, "signal 45")],
)
def test_a_death_says_code_or_signal(reported: int, exit_code: int | None, signal: str | None) -> None:
    death = death_of("ingest", reported, AT, 0)
    assert (death.exit_code, death.signal) == (exit_code, signal)
