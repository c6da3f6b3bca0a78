"""What every access ledger does alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from storage.model import LedgerBreak, LedgerHead, Register
from tests.contract.storage.builders import an_entry
from verbalise.model import Access


def test_the_newest_entries_come_first(register: Register) -> None:
    written = [an_entry(f"case-{number}") for number in range(5)]
    for entry in written:
        register.ledger.write(entry)
    assert register.ledger.entries() == written[::-1]
    assert register.ledger.entries(limit=2) == [written[4], written[3]]


def test_entries_of_one_subject(register: Register) -> None:
    seen, listed = an_entry("case-1"), an_entry("queue", Access.VIEW_QUEUE)
    nobody = replace(an_entry("case-1", Access.REFUSED, agent=None), purpose="l’été — 100 %", address="")
    for entry in (seen, listed, nobody):
        register.ledger.write(entry)
    assert register.ledger.entries("case-1") == [nobody, seen]
    assert register.ledger.entries("case-1", limit=1) == [nobody]
    assert register.ledger.entries("case-2") == []


def test_the_same_entry_twice_is_two_views(register: Register) -> None:
    register.ledger.write(an_entry())
    register.ledger.write(an_entry())
    assert register.ledger.entries() == [an_entry(), an_entry()]


def test_the_chain_holds_and_its_head_moves(register: Register) -> None:
    assert register.ledger.head() == LedgerHead(0, "0" * 64)
    assert register.ledger.verify() is None
    register.ledger.write(an_entry())
    first = register.ledger.head()
    register.ledger.write(an_entry())
    assert (first.number, register.ledger.head().number) == (1, 2)
    assert first.digest != register.ledger.head().digest
    assert register.ledger.verify(first) is None


def test_a_noted_head_shows_what_is_no_longer_there(register: Register) -> None:
    register.ledger.write(an_entry())
    noted = register.ledger.head()
    assert register.ledger.verify(replace(noted, digest="f" * 64)) == LedgerBreak(
        1, "its digest is not the one that was noted"
    )
    cut_off = register.ledger.verify(replace(noted, number=3))
    assert cut_off is not None
    assert cut_off.number == 2
    assert "3 entries were noted, 1 are there" in cut_off.reason


def test_writers_at_the_same_time_make_one_chain(register: Register) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: register.ledger.write(an_entry(f"case-{number}")), range(60)))
    assert register.ledger.verify() is None
    assert register.ledger.head().number == 60
    assert sorted(entry.subject for entry in register.ledger.entries()) == sorted(f"case-{n}" for n in range(60))
