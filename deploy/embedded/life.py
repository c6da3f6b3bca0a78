"""The life of one supervised worker, as pure values: no process, no clock, no waiting.

    waiting ──started──► running ──exit 0────────────► finished
       ▲                    │├─────exit 78────────────► halted
       └──any other end─────┘└─────while stopping─────► stopped

Times are monotonic seconds, given by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

# sysexits' EX_CONFIG: how a worker says that only a person can help (Halt).
EXIT_HALT = 78


class State(StrEnum):
    """Where a worker is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    HALTED = "halted"
    STOPPED = "stopped"


# From these a worker is never started again.
ENDED = frozenset({State.FINISHED, State.HALTED, State.STOPPED})


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before a restart: doubling, bounded, forgotten after a good while alive."""

    first_s: float = 0.2
    most_s: float = 10.0
    forget_after_s: float = 30.0

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.most_s:
            raise ValueError(f"back-off needs 0 < first_s <= most_s, not {self.first_s}, {self.most_s}")


@dataclass(frozen=True, slots=True)
class Life:
    """What the supervisor remembers of a worker between two looks.

    Attributes:
        state: See the drawing above.
        since_s: When a running worker was started.
        due_s: When a waiting worker may start.
        delay_s: The wait that led to the present start; 0 when there was none.
        starts: How often it was started.
    """

    state: State = State.WAITING
    since_s: float = 0.0
    due_s: float = 0.0
    delay_s: float = 0.0
    starts: int = 0

    @property
    def restarts(self) -> int:
        """How often it was started after its first start."""
        return max(0, self.starts - 1)

    def is_due(self, at_s: float) -> bool:
        """Whether it is time to start the worker."""
        return self.state is State.WAITING and at_s >= self.due_s

    def started(self, at_s: float) -> Life:
        """The worker's process was started."""
        return replace(self, state=State.RUNNING, since_s=at_s, starts=self.starts + 1)

    def ended(self, exit_code: int, at_s: float, back_off: BackOff) -> Life:
        """The worker's process ended by itself or by a signal (then the code is negative)."""
        if exit_code == 0:
            return replace(self, state=State.FINISHED)
        if exit_code == EXIT_HALT:
            return replace(self, state=State.HALTED)
        delay_s = self._next_delay_s(at_s, back_off)
        return replace(self, state=State.WAITING, due_s=at_s + delay_s, delay_s=delay_s)

    def stopped(self) -> Life:
        """The supervisor ended the worker, or will not start it again. What has ended stays as it is."""
        return self if self.state in ENDED else replace(self, state=State.STOPPED)

    def _next_delay_s(self, at_s: float, back_off: BackOff) -> float:
        if self.delay_s == 0 or at_s - self.since_s >= back_off.forget_after_s:
            return back_off.first_s
        return min(self.delay_s * 2, back_off.most_s)
