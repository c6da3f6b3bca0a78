"""Start a command that the kernel kills when the process that started it dies.

Run as `python -I -S tether.py PARENT_PID COMMAND [ARGUMENT ...]`: asks Linux for SIGKILL at the
parent's death (prctl PR_SET_PDEATHSIG, kept across exec), then becomes the command, so its pid is
the pid that the parent knows.

A program of its own and not `preexec_fn`, because Python code between fork and exec can deadlock
where the parent has threads, and librdkafka starts several. A process group alone is not enough:
nobody is left to signal it when the parent is killed. SIGKILL and not SIGTERM, because a hung
child would outlive a polite request; every child here survives a kill without losing what is
acknowledged.

The kernel watches the *thread* that started the child: start it from one that lives as long as
the child should. Where there is no prctl (not Linux), the command runs untethered.

Imports nothing from the project and stays quick to start.
"""

from __future__ import annotations

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
# sysexits' EX_CONFIG: what the supervisor reads as "do not restart, see the log".
_EX_CONFIG = 78


def main(arguments: list[str]) -> None:
    """Tether this process to `arguments[0]` (a pid) and become the command that follows."""
    parent_pid, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        _die_with_parent(parent_pid)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}; correct the path\n")
        sys.exit(_EX_CONFIG)


def _die_with_parent(parent_pid: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    # The parent may have died before the request was made: then no signal will come.
    if os.getppid() != parent_pid:
        sys.exit("the parent is gone")


if __name__ == "__main__":
    main(sys.argv[1:])
