"""The supervisor as a process of its own: told to stop, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.life import State
from deploy.embedded.status import Status, read_status
from tests.waiting import is_running, wait_until

ROOT = Path(__file__).parents[3]
# The first worker ignores SIGTERM, so that only a kill can end it.
SUPERVISE = """
import sys
from pathlib import Path
from deploy.embedded.supervisor import Supervisor, Timing, WorkerSpec

folder = Path(sys.argv[1])
sleep = "import time; time.sleep(600)"
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + sleep
specs = [
    WorkerSpec(name, (sys.executable, "-c", code), folder / f"{name}.log")
    for name, code in (("deaf", deaf), ("ingest", sleep), ("detect", sleep))
]
sys.exit(Supervisor(specs, folder / "status.json", Timing(poll_s=0.02, stop_timeout_s=0.5)).run())
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "supervisor.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(tmp_path)], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
    yield process
    process.kill()
    process.wait()


def started(folder: Path) -> Status:
    """The status file, once it says that all three workers run."""
    path = folder / "status.json"
    wait_until(
        lambda: path.exists() and [w.state for w in read_status(path).workers] == [State.RUNNING] * 3,
        "three running workers",
    )
    return read_status(path)


def pids(status: Status) -> list[int]:
    return [worker.pid for worker in status.workers if worker.pid is not None]


def test_no_worker_survives_the_supervisors_own_kill(tmp_path: Path, supervisor: subprocess.Popen[bytes]) -> None:
    workers = pids(started(tmp_path))
    assert len(workers) == 3
    assert all(map(is_running, workers))
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not any(map(is_running, workers)), "the end of every worker")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_cleanly(
    tmp_path: Path, supervisor: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    workers = pids(started(tmp_path))
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=60) == 0
    assert not any(map(is_running, workers))
    last = read_status(tmp_path / "status.json")
    assert {worker.state for worker in last.workers} == {State.STOPPED}


def test_others_can_find_a_worker_in_the_status_file_and_see_it_come_back(
    tmp_path: Path, supervisor: subprocess.Popen[bytes]
) -> None:
    before = started(tmp_path).worker("ingest").pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: read_status(tmp_path / "status.json").worker("ingest").restarts == 1, "a restart")
    after = started(tmp_path)
    assert after.supervisor_pid == supervisor.pid
    assert after.worker("ingest").pid not in (None, before)
    assert [(death.name, death.signal) for death in after.deaths] == [("ingest", "SIGKILL")]
