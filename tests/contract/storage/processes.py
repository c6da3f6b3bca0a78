"""What other processes do in the tests: each function opens the register for itself."""

from __future__ import annotations

from storage.register.opening import open_register
from storage.settings import RegisterSettings
from tests.contract.storage.builders import A, a_case, an_act, an_entry
from verbalise.model import CaseState
from verbalise.ports import StaleCase

CASES = 10


def open_the_same_cases(url: str) -> list[bool]:
    """For each case, whether this process was the one that opened it."""
    register = open_register(RegisterSettings(url=url, busy_timeout_s=30))
    opened = [register.cases.open_case(a_case(f"case-{number}")) for number in range(CASES)]
    register.close()
    return opened


def take_the_same_cases(url: str, name: str) -> list[bool]:
    """For each case, whether this process was the one that took it."""
    register = open_register(RegisterSettings(url=url, busy_timeout_s=30))
    taken = []
    for number in range(CASES):
        act = an_act(f"{name}-{number}", case=f"case-{number}")
        try:
            register.cases.record(act, CaseState.CLAIMED, A, 0)
        except StaleCase:
            taken.append(False)
        else:
            taken.append(True)
    register.close()
    return taken


def write_to_the_ledger(url: str, name: str) -> None:
    """Twenty entries."""
    register = open_register(RegisterSettings(url=url, busy_timeout_s=30))
    for number in range(20):
        register.ledger.write(an_entry(f"{name}-{number}"))
    register.close()
