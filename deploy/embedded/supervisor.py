"""Runs named worker processes on one machine: restarts, records deaths, stops in order.

Not circus or honcho: circus needs a daemon and its plug-ins to record a death, honcho stops
everything at the first one and restarts nothing.

Promises: a worker that dies is started again after a back-off; one that returns 0 has finished;
one that returns 78 is left alone, because its log says what a person has to do; and no worker
outlives the supervisor, whatever kills it (see `tether`). A worker's own children are killed with
its process group when it ends, except where the supervisor itself is killed.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import psutil
import structlog

from deploy.embedded.child import kill_group, spawn
from deploy.embedded.life import ENDED, EXIT_HALT, BackOff, Life, State
from deploy.embedded.status import Death, Status, WorkerStatus, death_of, write_status

log = structlog.get_logger()

_KEPT_DEATHS = 200


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """One worker to run.

    Attributes:
        name: Unique; appears in logs and in the status.
        argv: Its command line.
        env: Added to the supervisor's own environment.
        log_path: Receives its stdout and stderr, appended.
        critical: Whether everything stops when this worker halts (exit code 78).
    """

    name: str
    argv: tuple[str, ...]
    log_path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """How often the supervisor looks, writes and how long it waits."""

    poll_s: float = 0.1
    status_every_s: float = 1.0
    stop_timeout_s: float = 10.0
    back_off: BackOff = field(default_factory=BackOff)


@dataclass(slots=True)
class _Worker:
    spec: WorkerSpec
    life: Life = field(default_factory=Life)
    process: psutil.Popen | None = None
    last_exit: Death | None = None


class Supervisor:
    """Runs its workers until all have ended, one that is critical halts, or it is told to stop.

    Call everything but `status`, `deaths` and `request_stop` from one thread, which has to live
    as long as the workers; `run` needs the main thread, for the signals.
    """

    def __init__(
        self,
        specs: Iterable[WorkerSpec],
        status_path: Path,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is started yet.

        Args:
            specs: In start order.
            status_path: The JSON file that `status.read_status` reads.
            timing: See `Timing`.
            clock: Monotonic seconds.

        Raises:
            ValueError: two workers have the same name.
        """
        self._workers = [_Worker(spec) for spec in specs]
        names = [worker.spec.name for worker in self._workers]
        if len(set(names)) != len(names):
            raise ValueError(f"worker names must be unique: {', '.join(names)}")
        self._status_path = status_path
        self._timing = timing or Timing()
        self._clock = clock
        self._stop_requested = False
        self._written_s = float("-inf")
        self._deaths: deque[Death] = deque(maxlen=_KEPT_DEATHS)

    def add(self, spec: WorkerSpec) -> None:
        """One worker more, started at the next look.

        Raises:
            ValueError: a worker of that name is there already.
        """
        if spec.name in {worker.spec.name for worker in self._workers}:
            raise ValueError(f"worker names must be unique: {spec.name}")
        self._workers.append(_Worker(spec))

    def run(self) -> int:
        """Run to the end; SIGINT and SIGTERM ask for a clean stop.

        Returns:
            0, or 78 when a critical worker halted.
        """
        with self._stop_on_signals():
            try:
                self._watch()
            finally:
                self.stop()
        return EXIT_HALT if self._has_critical_halt() else 0

    def tick(self) -> bool:
        """Look once: record who has ended, start who is due. Returns whether anything changed."""
        ended = [worker for worker in self._workers if self._reap(worker)]
        due = [worker for worker in self._workers if worker.life.is_due(self._clock())]
        for worker in due:
            self._start(worker)
        return bool(ended or due)

    def stop(self) -> None:
        """SIGTERM to all, the last started first; SIGKILL to who is left after the time-out."""
        running = [(worker, worker.process) for worker in reversed(self._workers) if worker.process is not None]
        for _, process in running:
            process.terminate()
        deadline_s = self._clock() + self._timing.stop_timeout_s
        for worker, process in running:
            self._await_end(worker, process, deadline_s)
        for worker in self._workers:
            worker.life = worker.life.stopped()
        self._publish()

    def request_stop(self) -> None:
        """Ask `run` to end; safe from a signal handler and from another thread."""
        self._stop_requested = True

    @property
    def deaths(self) -> tuple[Death, ...]:
        """The most recent ends of workers, oldest first; every one is also logged."""
        return tuple(self._deaths)

    def status(self) -> Status:
        """Every worker now."""
        workers = tuple(map(_status_of, self._workers))
        return Status(os.getpid(), datetime.now(UTC), workers, self.deaths)

    def look(self) -> None:
        """`tick`, and the status file brought up to date."""
        if self.tick() or self._clock() - self._written_s >= self._timing.status_every_s:
            self._publish()
            self._written_s = self._clock()

    def _watch(self) -> None:
        while not self._is_over():
            self.look()
            # A plain sleep: an Event could deadlock when a signal handler sets it.
            time.sleep(self._timing.poll_s)

    def _is_over(self) -> bool:
        all_ended = all(worker.life.state in ENDED for worker in self._workers)
        return self._stop_requested or all_ended or self._has_critical_halt()

    def _has_critical_halt(self) -> bool:
        return any(w.spec.critical and w.life.state is State.HALTED for w in self._workers)

    def _start(self, worker: _Worker) -> None:
        spec = worker.spec
        worker.process = spawn(spec.argv, spec.log_path, spec.env)
        worker.life = worker.life.started(self._clock())
        log.info("worker started", worker=spec.name, pid=worker.process.pid, restarts=worker.life.restarts)

    def _reap(self, worker: _Worker) -> bool:
        process = worker.process
        if process is None or (code := process.poll()) is None:
            return False
        self._record(worker, process.pid, code)
        worker.life = worker.life.ended(code, self._clock(), self._timing.back_off)
        if worker.life.state is State.HALTED:
            log.error("worker halted; its log says what to do", worker=worker.spec.name, log=str(worker.spec.log_path))
        return True

    def _await_end(self, worker: _Worker, process: psutil.Popen, deadline_s: float) -> None:
        try:
            code = process.wait(max(0.0, deadline_s - self._clock()))
        except psutil.TimeoutExpired:
            log.warning("worker ignored SIGTERM, killing it", worker=worker.spec.name, pid=process.pid)
            kill_group(process.pid)
            code = process.wait()
        self._record(worker, process.pid, code)

    def _record(self, worker: _Worker, pid: int, code: int) -> None:
        kill_group(pid)
        worker.process = None
        death = death_of(worker.spec.name, code, datetime.now(UTC), worker.life.restarts)
        worker.last_exit = death
        self._deaths.append(death)
        log.info(
            "worker ended",
            worker=death.name,
            exit_code=death.exit_code,
            signal=death.signal,
            restarts=death.restarts,
        )

    def _publish(self) -> None:
        try:
            write_status(self._status_path, self.status())
        except OSError as error:
            # A full disk must not end workers that may still do their duty.
            log.warning("cannot write the status file", path=str(self._status_path), reason=error.strerror)

    @contextmanager
    def _stop_on_signals(self) -> Iterator[None]:
        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.request_stop()

        before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _status_of(worker: _Worker) -> WorkerStatus:
    pid, rss_bytes, cpu_s = _measure(worker.process)
    return WorkerStatus(
        name=worker.spec.name,
        state=worker.life.state,
        pid=pid,
        restarts=worker.life.restarts,
        last_exit=worker.last_exit,
        rss_bytes=rss_bytes,
        cpu_s=cpu_s,
    )


def _measure(process: psutil.Popen | None) -> tuple[int | None, int | None, float | None]:
    if process is None:
        return None, None, None
    try:
        with process.oneshot():
            times = process.cpu_times()
            return process.pid, process.memory_info().rss, times.user + times.system
    except psutil.Error:
        # It has just ended; the next look records it.
        return process.pid, None, None
