"""A child process that never outlives its parent, with its output in a file of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

_TETHER = Path(__file__).with_name("tether.py")


def spawn(argv: Sequence[str], log_path: Path, env: Mapping[str, str] | None = None) -> psutil.Popen:
    """Start `argv` tethered to this process (see `tether`), its output appended to `log_path`.

    The child leads a process group of its own: Ctrl-C reaches the parent only,
    which can then stop its children in order.

    Args:
        argv: The command. One that cannot be executed ends with exit code 78.
        log_path: Receives stdout and stderr; its folder is made.
        env: Added to this process's environment, which the child inherits.
    """
    log_path.parent.mkdir(parents=True, exist_ok=True)
    tethered = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *argv]
    with log_path.open("ab") as log:
        return psutil.Popen(
            tethered,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )


def kill_group(pid: int) -> None:
    """SIGKILL what is left of the process group that the child `pid` leads."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def last_lines(path: Path, count: int) -> str:
    """The last `count` lines of a log, without a JVM's stack frames; empty when there is none yet."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()
    return "\n".join([line for line in lines if not line.startswith(("\tat ", "\t... "))][-count:])
