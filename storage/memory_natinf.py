"""The lists of the NATINF nomenclature, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from threading import RLock

from verbalise.law.natinf import NatinfCode, NatinfList


class MemoryNatinf:
    """The lists, for as long as the process lasts."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._lists: dict[str, tuple[NatinfList, list[NatinfCode]]] = {}

    def load(self, head: NatinfList, codes: Sequence[NatinfCode]) -> bool:
        """Add a list; see the port."""
        with self._lock:
            if head.list_date in self._lists:
                self._lists[head.list_date][0].refuse_other(head)
                return False
            self._lists[head.list_date] = (head, sorted(codes, key=lambda code: code.code))
            return True

    def held(self, list_date: str) -> NatinfList | None:
        """The list of that month; None where there is none."""
        with self._lock:
            return self._lists[list_date][0] if list_date in self._lists else None

    def newest(self) -> NatinfList | None:
        """The list of the latest month; None while there is none."""
        with self._lock:
            return self._lists[max(self._lists)][0] if self._lists else None

    def matching(self, list_date: str, numbers: Collection[int], cited: Collection[str]) -> list[NatinfCode]:
        """Codes that have one of the numbers or cite one of the texts; see the port."""
        with self._lock:
            _, codes = self._lists.get(list_date, (None, []))
        return [code for code in codes if code.code in numbers or _cites(code, cited)]


def _cites(code: NatinfCode, cited: Collection[str]) -> bool:
    return any(text in code.defined_by or text in code.punished_by for text in cited)
