"""The supervisor with real child processes: deaths, restarts, halts and shutdown."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.life import EXIT_HALT, BackOff, State
from deploy.embedded.status import WorkerStatus, read_status
from deploy.embedded.supervisor import Supervisor, Timing, WorkerSpec
from tests.waiting import is_running, wait_until

SLEEP = "import time; time.sleep(600)"
IGNORE_SIGTERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); " + SLEEP
)
TIMING = Timing(poll_s=0.02, stop_timeout_s=1.0, back_off=BackOff(first_s=0.05))


class Bench:
    """One supervisor over small Python workers, looked at by the test itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.supervisor = Supervisor([], folder / "status.json")

    def __call__(self, **code: str) -> Supervisor:
        """A supervisor over one worker per keyword; a name that starts with `critical` is."""
        self.supervisor = Supervisor([self.spec(name, text) for name, text in code.items()], self.status_path, TIMING)
        return self.supervisor

    def spec(self, name: str, code: str) -> WorkerSpec:
        argv = (sys.executable, "-c", code)
        return WorkerSpec(name, argv, self.log(name), env={"WHO": name}, critical=name.startswith("critical"))

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    @property
    def status_path(self) -> Path:
        return self.folder / "status.json"

    def worker(self, name: str) -> WorkerStatus:
        return self.supervisor.status().worker(name)

    def pid(self, name: str) -> int:
        """The pid of a worker, which has to be running."""
        pid = self.worker(name).pid
        assert pid is not None
        return pid

    def until_state(self, name: str, state: State) -> None:
        wait_until(lambda: self.worker(name).state is state, f"{name} {state}", self.supervisor.tick)

    def until_log(self, name: str, text: str) -> None:
        path = self.log(name)
        wait_until(lambda: path.exists() and text in path.read_text(), f"{text!r} in {path.name}", self.supervisor.tick)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.supervisor.stop()


def test_a_killed_worker_comes_back_and_the_others_are_left_alone(bench: Bench) -> None:
    supervisor = bench(ingest=SLEEP, detect=SLEEP)
    supervisor.tick()
    before, other = bench.pid("ingest"), bench.pid("detect")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: bench.worker("ingest").restarts == 1, "a restart", supervisor.tick)
    assert bench.pid("ingest") != before
    assert bench.pid("detect") == other
    (death,) = supervisor.deaths
    assert (death.name, death.signal, death.exit_code, death.restarts) == ("ingest", "SIGKILL", None, 0)
    assert bench.worker("ingest").last_exit == death


def test_a_worker_that_keeps_failing_is_started_again_each_time(bench: Bench) -> None:
    supervisor = bench(ingest="raise SystemExit(3)")
    wait_until(lambda: len(supervisor.deaths) >= 3, "three deaths", supervisor.tick)
    assert [(d.exit_code, d.restarts) for d in supervisor.deaths[:3]] == [(3, 0), (3, 1), (3, 2)]


def test_a_worker_that_returns_zero_has_finished(bench: Bench) -> None:
    supervisor = bench(migrate="pass")
    assert supervisor.run() == 0
    assert [death.exit_code for death in supervisor.deaths] == [0]
    assert bench.worker("migrate").state is State.FINISHED


def test_a_worker_that_halts_is_left_alone_while_the_others_go_on(bench: Bench) -> None:
    supervisor = bench(console=f"raise SystemExit({EXIT_HALT})", detect=SLEEP)
    bench.until_state("console", State.HALTED)
    for _ in range(20):
        supervisor.tick()
    assert bench.worker("console").restarts == 0
    assert bench.worker("detect").state is State.RUNNING


def test_a_critical_worker_that_halts_ends_everything(bench: Bench) -> None:
    supervisor = bench(critical_register=f"raise SystemExit({EXIT_HALT})", detect=SLEEP)
    assert supervisor.run() == EXIT_HALT
    states = {worker.name: worker.state for worker in read_status(bench.status_path).workers}
    assert states == {"critical_register": State.HALTED, "detect": State.STOPPED}


def test_a_command_that_does_not_exist_halts_and_its_log_says_so(bench: Bench) -> None:
    missing = str(bench.folder / "absent")
    bench.supervisor = Supervisor([WorkerSpec("gone", (missing,), bench.log("gone"))], bench.status_path, TIMING)
    bench.until_state("gone", State.HALTED)
    assert f"cannot start {missing}" in bench.log("gone").read_text()


def test_each_worker_writes_to_its_own_log_and_gets_its_own_environment(bench: Bench) -> None:
    speak = "import os, sys; print('out', os.environ['WHO']); print('err', os.environ['WHO'], file=sys.stderr)"
    bench(one=speak, two=speak).run()
    for name in ("one", "two"):
        assert sorted(bench.log(name).read_text().splitlines()) == [f"err {name}", f"out {name}"]


def test_the_status_measures_running_workers(bench: Bench) -> None:
    bench(ingest=SLEEP).tick()
    worker = bench.worker("ingest")
    assert (worker.rss_bytes or 0) > 0
    assert worker.cpu_s is not None


def test_a_stop_lets_workers_tidy_up(bench: Bench) -> None:
    tidy = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('tidied', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True)\n" + SLEEP
    )
    supervisor = bench(ingest=tidy)
    bench.until_log("ingest", "ready")
    supervisor.stop()
    assert "tidied" in bench.log("ingest").read_text()
    assert [(d.exit_code, d.signal) for d in supervisor.deaths] == [(0, None)]
    assert bench.worker("ingest").state is State.STOPPED


def test_a_worker_that_ignores_sigterm_is_killed_after_the_time_out(bench: Bench) -> None:
    supervisor = bench(deaf=IGNORE_SIGTERM, detect=SLEEP)
    bench.until_log("deaf", "deaf")
    supervisor.stop()
    assert {death.name: death.signal for death in supervisor.deaths} == {"deaf": "SIGKILL", "detect": "SIGTERM"}


def test_the_children_of_a_worker_end_with_it(bench: Bench) -> None:
    parent = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid, flush=True); {SLEEP}"
    )
    supervisor = bench(ingest=parent)
    bench.until_log("ingest", "\n")
    grandchild = int(bench.log("ingest").read_text().split()[0])
    assert is_running(grandchild)
    os.kill(bench.pid("ingest"), signal.SIGKILL)
    wait_until(lambda: supervisor.deaths, "the death of the worker", supervisor.tick)
    wait_until(lambda: not is_running(grandchild), "the end of the worker's child")


def test_an_unwritable_status_file_does_not_end_the_workers(bench: Bench) -> None:
    blocked = bench.folder / "a-file"
    blocked.write_text("")
    bench.supervisor = Supervisor([bench.spec("migrate", "pass")], blocked / "status.json", TIMING)
    assert bench.supervisor.run() == 0


def test_two_workers_may_not_share_a_name(tmp_path: Path) -> None:
    spec = WorkerSpec("ingest", ("true",), tmp_path / "log")
    with pytest.raises(ValueError, match="ingest, ingest"):
        Supervisor([spec, spec], tmp_path / "status.json")
