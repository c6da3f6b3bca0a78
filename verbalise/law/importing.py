"""Adds a list of the Ministry to the register, and says what it changes for the offences of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verbalise.law.catalogue import Offence, offences
from verbalise.law.codes import Answering, CodeStatus, ListedCodes, OffenceCodes, codes_of, newest_listed
from verbalise.law.natinf import NatinfList, NatinfRegister
from verbalise.law.natinf_file import NatinfFile
from verbalise.model import Access, AccessEntry, OffenceId
from verbalise.ports import AccessLedger

LOCAL = "local"
"""Address in the ledger of what was done on the machine itself, outside the console."""


class Difference(StrEnum):
    """What a new list changes for one code of one offence."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    RELABELLED = "relabelled"
    REDEFINED = "redefined"


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One change that a lawyer of the city should read.

    Attributes:
        now: How the code is known with the new list.
        said: What the list now says where its words changed; empty otherwise.
    """

    offence: OffenceId
    answering: Answering
    difference: Difference
    now: CodeStatus
    said: str = ""


def import_list(
    natinf: NatinfRegister, ledger: AccessLedger, file: NatinfFile, month: str, at: datetime, by: str
) -> list[CodeChange] | None:
    """Add a list; the ledger is written first, so that none gets in unseen.

    Args:
        month: The list's month, `YYYY-MM`.
        by: Who imports it: a login of the machine.

    Returns:
        What changes for the catalogue against the newest list so far; None where this list is there already, and then
        nothing was written anywhere.

    Raises:
        Reject: another list is there for that month.
        RetryLater: register or ledger is away.
    """
    head = NatinfList(month, file.sha256, len(file.codes), at, by)
    held = natinf.held(month)
    if held is not None:
        held.refuse_other(head)
        return None
    before = newest_listed(natinf, offences())
    purpose = f"{head.codes} codes, SHA-256 {head.sha256}, par {by}"
    ledger.write(AccessEntry(at, None, Access.NATINF_IMPORTED, f"natinf/{month}", purpose, LOCAL))
    natinf.load(head, file.codes)
    return list(changes(offences(), before, newest_listed(natinf, offences())))


def changes(
    catalogue: Mapping[OffenceId, Offence], before: ListedCodes | None, after: ListedCodes | None
) -> Iterator[CodeChange]:
    """What is proven, not proven any more, or said otherwise after a list than before it, in the catalogue's order."""
    was, now = codes_of(catalogue, before), codes_of(catalogue, after)
    for offence in catalogue:
        for answering in Answering:
            old, new = _of(was[offence], answering), _of(now[offence], answering)
            if old.is_proven != new.is_proven:
                difference = Difference.PROVEN if new.is_proven else Difference.UNPROVEN
                yield CodeChange(offence, answering, difference, new)
            for difference, said in _said_otherwise(new.number, before, after):
                yield CodeChange(offence, answering, difference, new, said)


def _of(codes: OffenceCodes, answering: Answering) -> CodeStatus:
    return codes.driver if answering is Answering.DRIVER else codes.holder


def _said_otherwise(
    number: int | None, before: ListedCodes | None, after: ListedCodes | None
) -> Iterator[tuple[Difference, str]]:
    if number is None or before is None or after is None:
        return
    old, new = before.codes.get(number), after.codes.get(number)
    if old is None or new is None:
        return
    if old.label != new.label:
        yield Difference.RELABELLED, new.label
    texts = (new.nature, new.defined_by, new.punished_by)
    if (old.nature, old.defined_by, old.punished_by) != texts:
        yield Difference.REDEFINED, " | ".join(texts)
