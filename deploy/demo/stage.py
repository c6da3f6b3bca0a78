"""The workers of a demo run: started, watched, and told when to play."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.demo.quiet import QuietWatch
from deploy.demo.settings import MARKER_SECRET, player_environment
from deploy.embedded.kafka import EmbeddedKafka
from deploy.embedded.life import State
from deploy.embedded.status import Status
from deploy.embedded.supervisor import Supervisor, WorkerSpec
from deploy.settings import Settings
from deploy.wiring import site_of
from ingest.errors import Halt, RetryLater
from ingest.kafka import KafkaAdmin

Say = Callable[[str], None]

_WORKERS = ("devices", "detect", "verbalise", "casework", "steward", "console")
_MARKER = "marker"
_PLAYERS = (_MARKER, "ingest", "device-player")
"""Started once the workers are in, so that the first picture finds them all."""
_LEAD = timedelta(seconds=20)
"""To the first picture: on a busy machine players take long to load and sign in, and device reports lie before it."""
_READY_S = 240.0
_QUIET_S = 1800.0
_POLL_S = 0.2
_SAY_EVERY_S = 5.0
_REST_S = 5.0
"""Beyond the time in which reports settle: for the call that judges them to show as lag."""


class Stage:
    """One demo run. Call from the main thread, on which the workers' lives hang."""

    def __init__(self, kafka: EmbeddedKafka, settings: Settings, data: Path, say: Say) -> None:
        self._kafka = kafka
        self._settings = settings
        self._data = data
        self._say = say
        self._supervisor = Supervisor(map(self._spec, _WORKERS), data / "status.json")
        cameras = site_of(settings).cameras
        rest_s = settings.stream.device_settle_s + _REST_S
        self._quiet = QuietWatch(KafkaAdmin(settings.bus), data / "cameras.json", len(cameras), rest_s)
        self._is_stopping = False

    def wait_for_workers(self) -> None:
        """Start the workers and wait until all listen.

        Raises:
            Halt: one of them ended, or they took too long; the text names the log to read.
        """
        self._say("starting workers: " + ", ".join(_WORKERS))
        deadline_s = time.monotonic() + _READY_S
        while not self._are_ready():
            self._tick()
            self._check_alive()
            if time.monotonic() > deadline_s:
                raise Halt(f"the workers are not ready after {_READY_S:.0f} s; see the logs in {self._data / 'logs'}")

    def play(self, loop: bool, marker_password: str | None) -> datetime:
        """Start the players; returns the instant of the first picture.

        Args:
            marker_password: With which the agent at the live desk signs in; None where the site has no such person.
        """
        (self._data / "cameras.json").unlink(missing_ok=True)
        starts_at = (datetime.now(UTC) + _LEAD).replace(microsecond=0)
        told = player_environment(starts_at, loop)
        secret = {} if marker_password is None else {MARKER_SECRET: marker_password}
        for name in _PLAYERS:
            self._supervisor.add(self._spec(name, told | secret if name == _MARKER else told))
        (self._data / "starts-at").write_text(starts_at.isoformat(), encoding="utf-8")
        self._say(f"first picture at {starts_at.astimezone():%H:%M:%S}")
        return starts_at

    def run_until_quiet(self) -> bool:
        """Until every clip has been played and handled. False if that took too long or a worker gave up."""
        deadline_s = time.monotonic() + _QUIET_S
        said_s = time.monotonic()
        while not (self._all_is_marked() and self._quiet.look()):
            self._tick()
            if self._has_halted() or self._is_stopping or time.monotonic() > deadline_s:
                return False
            if time.monotonic() - said_s > _SAY_EVERY_S:
                said_s = time.monotonic()
                self._say(self._progress())
        return True

    def run_until_signalled(self) -> None:
        """Until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop_soon())
        while not self._is_stopping:
            self._tick()

    def status(self) -> Status:
        """Every worker now, with the deaths so far."""
        return self._supervisor.status()

    def stop(self) -> None:
        """End all workers, last started first."""
        self._say("stopping")
        self._supervisor.stop()

    def _tick(self) -> None:
        self._supervisor.look()
        if not self._kafka.is_alive():
            self._say("the broker died; starting it again with its data")
            self._kafka.start(self._say)
        time.sleep(_POLL_S)

    def _stop_soon(self) -> None:
        self._is_stopping = True

    def _are_ready(self) -> bool:
        console = f"http://127.0.0.1:{self._settings.console.port}/healthz"
        devices = f"http://127.0.0.1:{self._settings.devices.port}/healthz"
        try:
            return all(httpx.get(url).is_success for url in (console, devices)) and self._quiet.workers_are_in()
        except (httpx.TransportError, RetryLater):
            return False

    def _check_alive(self) -> None:
        for worker in self._supervisor.status().workers:
            if worker.state is State.HALTED:
                raise Halt(f"{worker.name} cannot run; its log says why: {self._log_path(worker.name)}")

    def _has_halted(self) -> bool:
        return any(worker.state is State.HALTED for worker in self._supervisor.status().workers)

    def _all_is_marked(self) -> bool:
        """Whether the agent at the live desk has gone home: until then something may still be claimed."""
        return self.status().worker(_MARKER).state is State.FINISHED

    def _progress(self) -> str:
        try:
            lag = ", ".join(f"{group} {count}" for group, count in self._quiet.lag().items())
        except RetryLater:
            lag = "the broker does not answer"
        return f"cameras played: {self._quiet.ended()}; still to handle: {lag}"

    def _spec(self, name: str, env: Mapping[str, str] | None = None) -> WorkerSpec:
        argv = (sys.executable, "-m", "deploy", "worker", name)
        return WorkerSpec(name, argv, self._log_path(name), {"CONSTAT_INSTANCE": f"{name}-1", **(env or {})})

    def _log_path(self, name: str) -> Path:
        return self._data / "logs" / f"{name}.log"
