"""Lines of a NATINF list, written as the Ministry writes them."""

from __future__ import annotations

from collections.abc import Mapping

from verbalise.law.catalogue import Offence, offences
from verbalise.law.codes import ListedCodes
from verbalise.law.natinf import NatinfCode
from verbalise.model import OffenceId

JULY = "2026-07"


def driver(code: int, article: str, label: str = "UN ACTE DU CONDUCTEUR", grade: str = "4") -> NatinfCode:
    """A code for whoever drove."""
    return NatinfCode(code, f"Contravention de classe {grade}", label, f"ART.{article} C.ROUTE.", f"ART.{article} AL.2")


def holder(code: int, item: str, article: str, label: str = "UN ACTE", grade: str = "4") -> NatinfCode:
    """A code for the holder: the act's article stands only in what punishes it."""
    return NatinfCode(
        code,
        f"Contravention de classe {grade}",
        f"REDEVABLE DE L'AMENDE ENCOURUE POUR {label}",
        f"ART.L.121-3, ART.R.121-6 {item}, ART.R.130-11 {item} C.ROUTE.",
        f"ART.{article} AL.1 C.ROUTE.",
    )


def one_list(*codes: NatinfCode, month: str = JULY) -> ListedCodes:
    """What one list says."""
    return ListedCodes(month, {code.code: code for code in codes})


def only(*ids: str) -> Mapping[OffenceId, Offence]:
    """A catalogue of these offences alone."""
    return {OffenceId(each): offences()[OffenceId(each)] for each in ids}
