"""The codes are worked out once per list, and anew as soon as there is a newer one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from storage.memory_natinf import MemoryNatinf
from tests.contract.storage.builders import NOON
from tests.unit.verbalise.law.lists import driver
from verbalise.law.code_book import CodeBook
from verbalise.law.codes import Standing
from verbalise.law.natinf import NatinfCode, NatinfList
from verbalise.model import OffenceId

WAY = OffenceId("wrong-way")


@dataclass
class CountedNatinf(MemoryNatinf):
    """Lists that remember how often they were searched."""

    searched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def matching(self, list_date: str, numbers: Collection[int], cited: Collection[str]) -> list[NatinfCode]:
        self.searched.append(list_date)
        return super().matching(list_date, numbers, cited)


def test_without_a_list_the_catalogue_alone_is_known() -> None:
    natinf = CountedNatinf()
    known = CodeBook(natinf).known()
    assert (known.newest, known.of[WAY].driver.standing, natinf.searched) == (None, Standing.READ, [])


def test_a_list_is_searched_once_until_a_newer_one_is_there() -> None:
    natinf = CountedNatinf()
    book = CodeBook(natinf)
    assert book.known() is book.known()
    july = NatinfList("2026-07", "a" * 64, 1, NOON, "claire")
    natinf.load(july, [driver(256, "R.412-28")])
    assert book.known() is book.known()
    assert (book.known().newest, book.known().of[WAY].driver.standing) == (july, Standing.LISTED)
    natinf.load(NatinfList("2026-10", "b" * 64, 1, NOON, "claire"), [driver(1, "R.1-1")])
    assert book.known().of[WAY].driver.standing is Standing.VANISHED
    assert natinf.searched == ["2026-07", "2026-10"]
