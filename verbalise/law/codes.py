"""Which national code an offence has, how that is known, and what keeps a finding from being exported.

A code is proven by the newest list that was imported, or, while none was, by the official list that the catalogue's
authors read. A code that nobody knows is searched in the list, and used only where one code alone fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from verbalise.law.catalogue import Confidence, Grade, Handling, Liability, Offence
from verbalise.law.citing import HOLDER, Reference, capitals, cites, references
from verbalise.law.natinf import NatinfCode, NatinfRegister
from verbalise.model import OffenceId

LIST_FR = (
    "il reste à prouver par la « Liste des infractions en vigueur de la nomenclature NATINF » "
    "(CSV du ministère de la Justice), à charger avec `constat law import-natinf FICHIER.csv`"
)
"""What closes the gap of an unproven code, for whoever reads why nothing is exported."""


class Answering(StrEnum):
    """For whom a code is."""

    DRIVER = "driver"
    HOLDER = "holder"


class Standing(StrEnum):
    """How a code is known."""

    LISTED = "listed"
    """The catalogue has it and the newest list confirms it."""
    SOLE = "sole"
    """Only the newest list has it: one code fits, and no other offence claims it."""
    READ = "read"
    """No list was imported; the catalogue's authors read it in an official one."""
    SECONDARY = "secondary"
    """No list was imported, and the catalogue has it from a weaker source."""
    VANISHED = "vanished"
    """The newest list does not have it any more."""
    CHANGED = "changed"
    """The newest list has it, with another article, item or class."""
    SEVERAL = "several"
    """Several codes fit, or one fits several offences: a person must choose, in the catalogue."""
    UNKNOWN = "unknown"
    """Neither the catalogue nor the newest list has one."""
    NOT_NEEDED = "not-needed"
    """The offence has one code for whoever answers, or the holder does not answer at all."""


PROVEN = frozenset({Standing.LISTED, Standing.SOLE, Standing.READ})


@dataclass(frozen=True, slots=True)
class CodeStatus:
    """One code of one offence.

    Attributes:
        number: None where none is known; a number that is not proven is shown and never used.
        source: Where it stands, for example `Liste NATINF 2026-07`; empty where no number is known.
        candidates: Codes of the newest list among which a person would have to choose.
    """

    standing: Standing
    number: int | None = None
    source: str = ""
    candidates: tuple[int, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether an export may carry it."""
        return self.standing in PROVEN

    @property
    def is_needed(self) -> bool:
        """Whether the offence has such a code at all."""
        return self.standing is not Standing.NOT_NEEDED


@dataclass(frozen=True, slots=True)
class OffenceCodes:
    """The codes of one offence."""

    driver: CodeStatus
    holder: CodeStatus


@dataclass(frozen=True, slots=True)
class ListedCodes:
    """What one list says of the catalogue's offences: codes that it has or that cite their articles."""

    list_date: str
    codes: Mapping[int, NatinfCode]


def newest_listed(register: NatinfRegister, catalogue: Mapping[OffenceId, Offence]) -> ListedCodes | None:
    """What the newest list says of the catalogue; None while no list was imported. Raises RetryLater."""
    newest = register.newest()
    return None if newest is None else listed(register, newest.list_date, catalogue)


def listed(register: NatinfRegister, list_date: str, catalogue: Mapping[OffenceId, Offence]) -> ListedCodes:
    """What the list of one month says of the catalogue. Raises RetryLater."""
    entries = catalogue.values()
    numbers = {code for entry in entries for code in (entry.natinf_driver, entry.natinf_holder) if code is not None}
    cited = {reference.article for entry in entries for reference in references(entry.article)}
    found = register.matching(list_date, numbers, cited)
    return ListedCodes(list_date, {code.code: code for code in found})


def codes_of(catalogue: Mapping[OffenceId, Offence], newest: ListedCodes | None) -> dict[OffenceId, OffenceCodes]:
    """The codes of every offence, given what the newest list says."""
    drivers = _statuses(catalogue, newest, Answering.DRIVER)
    holders = _statuses(catalogue, newest, Answering.HOLDER)
    return {offence: OffenceCodes(drivers[offence], holders[offence]) for offence in catalogue}


def export_code(offence: Offence, codes: OffenceCodes) -> CodeStatus:
    """The code that a report from a camera carries: nobody stopped the driver, so the holder's where there is one."""
    return codes.holder if offence.liability is Liability.MOVING else codes.driver


def export_blocks(offence: Offence, codes: OffenceCodes) -> tuple[str, ...]:
    """What keeps a finding of this offence from leaving for the PVe chain, as French sentences; empty if nothing."""
    if offence.grade is Grade.DELIT:
        return ("Délit : jamais d’amende. Le dossier est transmis à l’officier de police judiciaire.",)
    if offence.handling is Handling.INSTRUMENT:
        return ("Exige la mesure d’un appareil homologué, que Constat n’a pas : rien n’est exporté.",)
    blocks = []
    if offence.liability is Liability.NONE:
        blocks.append("Seul l’auteur répond de cette infraction : le conducteur doit être identifié.")
    if offence.fine_eur is None:
        blocks.append("Classe ou montant de l’amende non lus dans un texte : à compléter dans le catalogue.")
    if offence.confidence is Confidence.UNVERIFIED:
        blocks.append(
            "Texte de l’infraction non vérifié : à relire sur Légifrance, puis à compléter dans le catalogue."
        )
    needed = export_code(offence, codes)
    if not needed.is_proven:
        blocks.append(_unproven_fr(offence, needed))
    return tuple(blocks)


def _unproven_fr(offence: Offence, status: CodeStatus) -> str:
    whose = "du titulaire" if offence.liability is Liability.MOVING else "de l’infraction"
    number = "" if status.number is None else f" {status.number}"
    reason = {
        Standing.SECONDARY: "n’est connu que par une source secondaire",
        Standing.VANISHED: "n’est plus dans la dernière liste chargée",
        Standing.CHANGED: "ne cite plus le même texte ou la même classe dans la dernière liste chargée",
        Standing.SEVERAL: f"reste à choisir dans le catalogue (candidats : {', '.join(map(str, status.candidates))})",
        Standing.UNKNOWN: "n’est pas connu",
    }[status.standing]
    return f"Le code NATINF{number} {whose} {reason} ; {LIST_FR}."


def _statuses(
    catalogue: Mapping[OffenceId, Offence], newest: ListedCodes | None, role: Answering
) -> dict[OffenceId, CodeStatus]:
    claimed = {_number(entry, role) for entry in catalogue.values()}
    fitting = {
        entry.id: _fitting(entry, newest, role, claimed) for entry in catalogue.values() if _number(entry, role) is None
    }
    wanted_by = Counter(code for codes in fitting.values() for code in codes)
    return {
        entry.id: _status(entry, newest, role, fitting.get(entry.id, ()), wanted_by) for entry in catalogue.values()
    }


def _status(
    entry: Offence, newest: ListedCodes | None, role: Answering, fitting: tuple[int, ...], wanted_by: Counter[int]
) -> CodeStatus:
    if role is Answering.HOLDER and entry.liability is not Liability.MOVING:
        return CodeStatus(Standing.NOT_NEEDED)
    number = _number(entry, role)
    if number is not None:
        return _known(entry, number, newest, role)
    if not fitting or newest is None:
        return CodeStatus(Standing.UNKNOWN)
    if len(fitting) > 1 or wanted_by[fitting[0]] > 1:
        return CodeStatus(Standing.SEVERAL, candidates=fitting)
    return CodeStatus(Standing.SOLE, fitting[0], _list_fr(newest))


def _known(entry: Offence, number: int, newest: ListedCodes | None, role: Answering) -> CodeStatus:
    if newest is None:
        is_read = entry.natinf_confidence is Confidence.READ
        return CodeStatus(Standing.READ if is_read else Standing.SECONDARY, number, entry.natinf_source)
    code = newest.codes.get(number)
    if code is None:
        return CodeStatus(Standing.VANISHED, number, entry.natinf_source)
    whole = [replace(reference, item="") for reference in references(entry.article)]
    fits = _fits(entry, code, role, whole)
    return CodeStatus(Standing.LISTED if fits else Standing.CHANGED, number, _list_fr(newest))


def _fitting(
    entry: Offence, newest: ListedCodes | None, role: Answering, claimed: Iterable[int | None]
) -> tuple[int, ...]:
    """Codes of the list that could be this offence's and that the catalogue gives to no other."""
    if newest is None:
        return ()
    act, words = references(entry.article), [capitals(word) for word in entry.natinf_words]
    return tuple(
        number
        for number, code in sorted(newest.codes.items())
        if number not in claimed
        and _fits(entry, code, role, act)
        and all(word in capitals(code.label) for word in words)
    )


def _fits(entry: Offence, code: NatinfCode, role: Answering, act: Iterable[Reference]) -> bool:
    """Whether a code's texts, class and addressee are the offence's; `act` are the articles of which it must cite one.

    A holder's code is defined by L.121-3 and an item of R.121-6; the article of the act is only in what punishes it.
    A driver's code is defined by the act's article, and may cite L.121-3 as well where it serves for both.
    """
    in_definition = _cites_any(code.defined_by, act)
    if not in_definition and not (role is Answering.HOLDER and _cites_any(code.punished_by, act)):
        return False
    for_holder = cites(code.defined_by, HOLDER)
    if role is Answering.DRIVER:
        return (code.code == entry.natinf_driver or not for_holder) and _same_class(entry, code)
    by_item = entry.item is not None and _cites_any(code.defined_by, references(entry.item))
    return for_holder and by_item and _same_class(entry, code)


def _cites_any(text: str, wanted: Iterable[Reference]) -> bool:
    return any(cites(text, reference) for reference in wanted)


def _same_class(entry: Offence, code: NatinfCode) -> bool:
    if entry.grade is Grade.UNKNOWN:
        return True
    nature = capitals(code.nature)
    return nature.startswith("DELIT") if entry.grade is Grade.DELIT else nature.endswith(f"CLASSE {entry.grade}")


def _number(entry: Offence, role: Answering) -> int | None:
    return entry.natinf_driver if role is Answering.DRIVER else entry.natinf_holder


def _list_fr(newest: ListedCodes) -> str:
    return f"Liste NATINF {newest.list_date}"
