"""Starts everything on one machine, says how it goes, and stops everything again."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.demo.accounts import Account, demo_accounts, install
from deploy.demo.ports import free_port
from deploy.demo.quiet import QuietWatch
from deploy.demo.result import Timings, result_of, write_result
from deploy.demo.settings import DemoPlaces, worker_environment
from deploy.embedded.kafka import EmbeddedKafka
from deploy.embedded.supervisor import Supervisor, WorkerSpec
from deploy.settings import Settings, load_settings
from deploy.wiring import create_topics
from ingest.errors import Halt
from ingest.kafka import KafkaAdmin
from storage.model import Register
from storage.register.opening import open_register
from verbalise.model import Case, CaseState
from verbalise.site_file import load_site

Say = Callable[[str], None]

_LEAD = timedelta(seconds=4)
"""From "all workers are in" to the first picture: the first device report lies before it."""
_READY_S = 180.0
_QUIET_S = 900.0
_POLL_S = 0.25
_FIRST = ("devices", "detect", "verbalise", "casework", "console")
_PLAYERS = ("ingest", "device-player")
"""Started once the others are in, so that the first picture finds them all."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What was asked on the command line."""

    once: bool
    json: Path | None
    data: Path | None
    site: Path | None
    port: int


def run_demo(options: DemoOptions, say: Say) -> int:
    """Run the demo to its end: with `once` until all is quiet, else until Ctrl-C.

    Returns:
        0, or 1 if a worker died in a run that was to end by itself.

    Raises:
        Halt: something is missing on this machine; the text says what to do.
    """
    begun_s = time.monotonic()
    data = _data_folder(options)
    with ExitStack() as stack:
        kafka = stack.enter_context(_broker(data, say))
        broker_s = time.monotonic() - begun_s
        places = _places(options, data, kafka.bootstrap)
        # The players' start is not known yet; they get theirs when they are added.
        os.environ.update(worker_environment(places, secrets.token_urlsafe(24), _soon(), loop=not options.once))
        settings = load_settings()
        create_topics(settings)
        register = open_register(settings.register)
        stack.callback(register.close)
        accounts = demo_accounts(datetime.now(UTC))
        install(accounts, register.agents)
        stage = _Stage(kafka, settings, places, register, say)
        stack.callback(stage.stop)
        stage.wait_for_workers()
        workers_s = time.monotonic() - begun_s - broker_s
        starts_at = stage.play()
        _announce(say, settings, accounts)
        if not options.once:
            stage.run_until_signalled()
            return 0
        stage.run_until_quiet()
        timings = Timings(broker_s, workers_s, (datetime.now(UTC) - starts_at).total_seconds(), 0.0)
        return stage.conclude(options.json, starts_at, timings, begun_s)
