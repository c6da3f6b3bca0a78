"""A list gets in once, on the ledger, and says what it changes for the catalogue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.errors import Reject, RetryLater
from storage.memory import MemoryLedger
from storage.memory_natinf import MemoryNatinf
from tests.contract.storage.builders import NOON
from tests.unit.verbalise.law.lists import JULY, driver, holder, one_list, only
from verbalise.law.codes import Answering, Standing
from verbalise.law.importing import CodeChange, Difference, changes, import_list
from verbalise.law.natinf import NatinfCode
from verbalise.law.natinf_file import NatinfFile
from verbalise.model import Access, AccessEntry

WAY_DRIVER, WAY_HOLDER = driver(256, "R.412-28"), holder(32971, "6BIS°", "R.412-28")
RED_DRIVER, RED_HOLDER = driver(210, "R.412-30"), holder(40001, "7°", "R.412-30", "UN FEU ROUGE FIXE")
OCTOBER = "2026-10"


class AbsentLedger(MemoryLedger):
    """A ledger that is away."""

    def write(self, entry: AccessEntry) -> None:
        raise RetryLater("the ledger is away")


@pytest.fixture
def natinf() -> MemoryNatinf:
    return MemoryNatinf()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def a_file(*codes: NatinfCode, sha256: str = "a" * 64) -> NatinfFile:
    return NatinfFile(sha256, codes)


def told(changed: list[CodeChange] | None) -> dict[tuple[str, Answering], Difference]:
    assert changed is not None
    return {(change.offence, change.answering): change.difference for change in changed}


def test_a_list_gets_in_whole_and_on_the_ledger(natinf: MemoryNatinf, ledger: MemoryLedger) -> None:
    changed = told(import_list(natinf, ledger, a_file(WAY_DRIVER, WAY_HOLDER, RED_HOLDER), JULY, NOON, "claire"))
    newest = natinf.newest()
    assert newest is not None
    assert (newest.list_date, newest.codes, newest.imported_by, newest.imported_at) == (JULY, 3, "claire", NOON)
    (entry,) = ledger.entries()
    assert (entry.access, entry.subject, entry.agent) == (Access.NATINF_IMPORTED, "natinf/2026-07", None)
    assert "3 codes" in entry.purpose
    assert "par claire" in entry.purpose
    assert changed["red-light", Answering.HOLDER] is Difference.PROVEN
    assert changed["red-light", Answering.DRIVER] is Difference.UNPROVEN
    assert ("wrong-way", Answering.HOLDER) not in changed


def test_the_same_list_again_changes_and_logs_nothing(natinf: MemoryNatinf, ledger: MemoryLedger) -> None:
    import_list(natinf, ledger, a_file(WAY_DRIVER), JULY, NOON, "claire")
    assert import_list(natinf, ledger, a_file(WAY_DRIVER), JULY, NOON, "denis") is None
    assert len(ledger.entries()) == 1
    newest = natinf.newest()
    assert newest is not None
    assert newest.imported_by == "claire"


def test_another_list_of_the_month_is_refused_and_not_logged(natinf: MemoryNatinf, ledger: MemoryLedger) -> None:
    import_list(natinf, ledger, a_file(WAY_DRIVER), JULY, NOON, "claire")
    with pytest.raises(Reject, match="another list of 2026-07"):
        import_list(natinf, ledger, a_file(WAY_HOLDER, sha256="b" * 64), JULY, NOON, "claire")
    assert len(ledger.entries()) == 1


def test_a_list_that_cannot_be_logged_does_not_get_in(natinf: MemoryNatinf) -> None:
    with pytest.raises(RetryLater):
        import_list(natinf, AbsentLedger(), a_file(WAY_DRIVER), JULY, NOON, "claire")
    assert natinf.newest() is None


def test_an_older_list_is_kept_and_changes_nothing(natinf: MemoryNatinf, ledger: MemoryLedger) -> None:
    import_list(natinf, ledger, a_file(WAY_DRIVER, WAY_HOLDER), OCTOBER, NOON, "claire")
    assert import_list(natinf, ledger, a_file(RED_DRIVER, sha256="b" * 64), JULY, NOON, "claire") == []
    newest = natinf.newest()
    assert newest is not None
    assert newest.list_date == OCTOBER
    assert natinf.held(JULY) is not None


def test_what_a_list_proves_and_what_vanishes_is_told() -> None:
    catalogue = only("wrong-way", "red-light")
    before = one_list(WAY_DRIVER, WAY_HOLDER, RED_DRIVER)
    after = one_list(WAY_DRIVER, RED_DRIVER, RED_HOLDER, month=OCTOBER)
    lost, proven = changes(catalogue, before, after)
    assert (lost.offence, lost.answering, lost.difference) == ("wrong-way", Answering.HOLDER, Difference.UNPROVEN)
    assert lost.now.standing is Standing.VANISHED
    assert (proven.offence, proven.now.number, proven.difference) == ("red-light", 40001, Difference.PROVEN)


def test_other_words_for_the_same_code_are_told() -> None:
    catalogue = only("wrong-way")
    after = one_list(
        replace(WAY_DRIVER, label="CIRCULATION A CONTRESENS"),
        replace(WAY_HOLDER, punished_by="ART.R.412-28 AL.2 C.ROUTE."),
        month=OCTOBER,
    )
    relabelled, redefined = changes(catalogue, one_list(WAY_DRIVER, WAY_HOLDER), after)
    assert (relabelled.difference, relabelled.said) == (Difference.RELABELLED, "CIRCULATION A CONTRESENS")
    assert redefined.difference is Difference.REDEFINED
    assert "ART.R.412-28 AL.2" in redefined.said


def test_the_same_words_are_no_change() -> None:
    assert list(changes(only("wrong-way"), one_list(WAY_DRIVER, WAY_HOLDER), one_list(WAY_DRIVER, WAY_HOLDER))) == []
