"""The codes of the whole catalogue by the newest list, at hand for every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verbalise.law.catalogue import offences
from verbalise.law.codes import OffenceCodes, codes_of, listed
from verbalise.law.natinf import NatinfList, NatinfRegister
from verbalise.model import OffenceId


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What is known of the codes.

    Attributes:
        newest: The list that says it; None while none was imported.
        of: The codes of every offence of the catalogue.
    """

    newest: NatinfList | None
    of: Mapping[OffenceId, OffenceCodes]


class CodeBook:
    """Works the codes out once per list: a list never changes, and searching one takes about a second."""

    def __init__(self, natinf: NatinfRegister) -> None:
        self._natinf = natinf
        self._known: KnownCodes | None = None

    def known(self) -> KnownCodes:
        """The codes by the list that is the newest now. Raises RetryLater."""
        newest = self._natinf.newest()
        if self._known is None or self._known.newest != newest:
            by_list = None if newest is None else listed(self._natinf, newest.list_date, offences())
            self._known = KnownCodes(newest, codes_of(offences(), by_list))
        return self._known
