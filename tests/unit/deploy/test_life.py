"""The supervised worker's state machine and its back-off, with times given by the test."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.embedded.life import ENDED, EXIT_HALT, BackOff, Life, State

SIGKILLED = -9
BACK_OFF = BackOff(first_s=0.2, most_s=10.0, forget_after_s=30.0)


def crash_repeatedly(times: int, alive_s: float = 0.0) -> list[float]:
    """The waits after each of `times` crashes of a worker that lives `alive_s` each time."""
    life, at_s, waits = Life(), 0.0, []
    for _ in range(times):
        life = life.started(at_s)
        at_s += alive_s
        life = life.ended(SIGKILLED, at_s, BACK_OFF)
        waits.append(life.due_s - at_s)
        at_s = life.due_s
    return waits


def test_a_fresh_worker_is_due_at_once() -> None:
    assert Life().is_due(0.0)


def test_waits_double_up_to_the_bound() -> None:
    assert crash_repeatedly(8) == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0])


def test_a_worker_that_lived_long_enough_starts_over_with_the_first_wait() -> None:
    assert crash_repeatedly(3, alive_s=30.0) == pytest.approx([0.2, 0.2, 0.2])


def test_a_worker_that_lived_a_little_too_short_does_not() -> None:
    assert crash_repeatedly(3, alive_s=29.9) == pytest.approx([0.2, 0.4, 0.8])


def test_a_crashed_worker_is_due_only_after_its_wait() -> None:
    life = Life().started(5.0).ended(1, 7.0, BACK_OFF)
    assert (life.state, life.is_due(7.19), life.is_due(7.21)) == (State.WAITING, False, True)


@pytest.mark.parametrize(
    ("exit_code", "state"),
    [
        (0, State.FINISHED),
        (EXIT_HALT, State.HALTED),
        (1, State.WAITING),
        (77, State.WAITING),
        (SIGKILLED, State.WAITING),
    ],
)
def test_the_exit_code_decides_what_follows(exit_code: int, state: State) -> None:
    assert Life().started(0.0).ended(exit_code, 1.0, BACK_OFF).state is state


@pytest.mark.parametrize("exit_code", [0, EXIT_HALT])
def test_what_has_ended_for_good_is_never_due_and_keeps_its_state_through_a_stop(exit_code: int) -> None:
    life = Life().started(0.0).ended(exit_code, 1.0, BACK_OFF)
    assert not life.is_due(1e9)
    assert life.stopped() == life


@pytest.mark.parametrize("life", [Life(), Life().started(0.0), Life().started(0.0).ended(1, 1.0, BACK_OFF)])
def test_a_stop_ends_every_other_state(life: Life) -> None:
    assert life.stopped().state is State.STOPPED
    assert not life.stopped().is_due(1e9)


def test_restarts_do_not_count_the_first_start() -> None:
    once = Life().started(0.0)
    assert (Life().restarts, once.restarts, once.ended(1, 1.0, BACK_OFF).started(2.0).restarts) == (0, 0, 1)


@given(
    codes=st.lists(st.sampled_from([1, 2, SIGKILLED, -15]), min_size=1, max_size=40),
    alive_s=st.floats(min_value=0, max_value=100),
)
def test_waits_stay_in_bounds_and_never_more_than_double(codes: list[int], alive_s: float) -> None:
    life, at_s, waits = Life(), 0.0, []
    for code in codes:
        life = life.started(at_s).ended(code, at_s + alive_s, BACK_OFF)
        waits.append(life.delay_s)
        assert life.state not in ENDED
        at_s = life.due_s
    assert all(BACK_OFF.first_s <= wait <= BACK_OFF.most_s for wait in waits)
    assert all(after <= 2 * before for before, after in pairwise(waits))


@pytest.mark.parametrize(("first_s", "most_s"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)])
def test_a_back_off_that_cannot_wait_is_refused(first_s: float, most_s: float) -> None:
    with pytest.raises(ValueError, match="first_s"):
        BackOff(first_s, most_s)
