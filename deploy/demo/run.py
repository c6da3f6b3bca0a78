"""Starts everything on one machine, says how it goes, and stops everything again."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from types import FrameType

from deploy.demo.accounts import Account, demo_accounts, install
from deploy.demo.ports import free_port
from deploy.demo.quiet import QuietWatch
from deploy.demo.result import Timings, result_of, write_result
from deploy.demo.settings import DemoPlaces, worker_environment
from deploy.embedded.kafka import EmbeddedKafka
from deploy.embedded.supervisor import Supervisor, WorkerSpec
from deploy.settings import Settings, settings_from
from deploy.wiring import create_topics
from ingest.errors import Halt
from ingest.kafka import KafkaAdmin
from storage.register.opening import open_register
from verbalise.model import Case, CaseState
from verbalise.site_file import load_site

Say = Callable[[str], None]

_LEAD = timedelta(seconds=4)
"""Between "all workers are in" and the first picture: the first device report lies before it."""
_READY_S = 120.0
_QUIET_S = 600.0
_POLL_S = 0.25
_WORKERS = ("ingest", "devices", "device-player", "detect", "verbalise", "casework", "console")
_PLAYERS = frozenset({"ingest", "device-player"})
"""Started once the others are in, so that the first picture finds them all."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What was asked on the command line."""

    once: bool
    json: Path | None
    data: Path | None
    site: Path | None
    port: int
