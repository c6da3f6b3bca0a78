"""Waiting for other processes: as short as possible, with an end that fails the test."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

GIVE_UP_S = 60.0


def wait_until(holds: Callable[[], object], what: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Return once `holds()` is true, calling `meanwhile` between two looks; AssertionError at the end."""
    deadline_s = time.monotonic() + GIVE_UP_S
    while not holds():
        assert time.monotonic() < deadline_s, f"still waiting for: {what}"
        meanwhile()
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether that process exists and is more than a zombie that nobody has collected."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
