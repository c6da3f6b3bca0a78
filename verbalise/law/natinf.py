"""The national nomenclature of offences (NATINF): its codes, its quarterly lists, and what keeps them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.errors import Reject


@dataclass(frozen=True, slots=True)
class NatinfCode:
    """One line of a list, in the list's own capitals and abbreviations.

    Attributes:
        nature: How grave it is, for example `Contravention de classe 4`.
        label: The act, in at most 210 characters.
        defined_by: Articles that say what is forbidden, for example `ART.R.412-7 §II C.ROUTE.`
        punished_by: Articles that say what it costs. For a holder's code, the article of the act stands here.
    """

    code: int
    nature: str
    label: str
    defined_by: str
    punished_by: str


@dataclass(frozen=True, slots=True)
class NatinfList:
    """One list of the Ministry of Justice, as it was imported.

    Attributes:
        list_date: Month for which the Ministry published it, `YYYY-MM`.
        sha256: Hex digest of the file's bytes.
        codes: How many codes it has.
        imported_by: Who imported it: a login of the machine, not an agent.
    """

    list_date: str
    sha256: str
    codes: int
    imported_at: datetime
    imported_by: str

    def refuse_other(self, offered: NatinfList) -> None:
        """Raise Reject if `offered`, of the same month, is another list than this one."""
        if self.sha256 != offered.sha256:
            raise Reject(f"another list of {self.list_date} is already there, with SHA-256 {self.sha256}")


class NatinfRegister(Protocol):
    """The lists imported so far. A list is added whole, and never changed."""

    def load(self, head: NatinfList, codes: Sequence[NatinfCode]) -> bool:
        """Add a list, in one transaction. False if the same bytes are there for that month already.

        Raises:
            Reject: another list is there for that month; nothing is changed.
            RetryLater: the register is away.
        """
        ...

    def held(self, list_date: str) -> NatinfList | None:
        """The list of that month; None where there is none."""
        ...

    def newest(self) -> NatinfList | None:
        """The list of the latest month; None while there is none."""
        ...

    def matching(self, list_date: str, numbers: Collection[int], cited: Collection[str]) -> list[NatinfCode]:
        """Codes of one list that have one of the numbers, or cite one of the texts, by number.

        Args:
            list_date: Month of the list; an unknown one has no codes.
            numbers: Codes that are wanted whatever they say.
            cited: Texts of which one must stand in `defined_by` or `punished_by`, letter for letter. A text may
                stand inside a longer one: whoever asks looks again.
        """
        ...
