"""Waiting for other processes: as short as possible, with an end that fails the test."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

GIVE_UP_S = 60.0


def wait_until(
    holds: Callable[[], object],
    what: str | Callable[[], str],
    meanwhile: Callable[[], object] = lambda: None,
    give_up_s: float = GIVE_UP_S,
) -> None:
    """Return once `holds()` is true, calling `meanwhile` between two looks; AssertionError at the end.

    Args:
        what: What is waited for; a function says it with what is known by the end.
    """
    deadline_s = time.monotonic() + give_up_s
    while not holds():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"still waiting for: {what if isinstance(what, str) else what()}")
        meanwhile()
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether that process exists and is more than a zombie that nobody has collected."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
