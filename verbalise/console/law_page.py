"""The catalogue of offences as the console shows it: what the law says, how sure that is, what blocks an export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verbalise.console.views import fine_text
from verbalise.console.wording import Words
from verbalise.law.catalogue import Element, Handling, Liability, Offence
from verbalise.law.codes import CodeStatus, OffenceCodes, export_blocks
from verbalise.law.natinf import NatinfList
from verbalise.model import Capacity, OffenceId, Trigger

LIABILITIES: Mapping[Liability, str] = {
    Liability.PARKING: "parking",
    Liability.MOVING: "moving",
    Liability.NONE: "none",
}
"""The key of its sentence for each; an article's number is no key."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One national code.

    Attributes:
        number: Empty where none is known.
        said: How it is known, and where it stands.
    """

    number: str
    said: str
    is_proven: bool
    is_needed: bool


@dataclass(frozen=True, slots=True)
class OffenceCard:
    """One offence, in words."""

    id: str
    title: str
    article: str
    item: str
    liability: str
    grade: str
    fine: str
    driver: CodeLine
    holder: CodeLine
    driver_points: str
    holder_points: str
    capacities: str
    triggers: str
    handling: str
    confidence: str
    source: str
    source_date: str
    short_fr: str
    note_fr: str
    elements: tuple[Element, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OffenceGroup:
    """Offences of one item of R.121-6, or of one kind beyond it."""

    anchor: str
    title: str
    cards: tuple[OffenceCard, ...]

    @property
    def exportable(self) -> int:
        """How many of them could leave for the PVe chain."""
        return sum(not card.blocks for card in self.cards)


def offence_groups(
    catalogue: Mapping[OffenceId, Offence], codes: Mapping[OffenceId, OffenceCodes], words: Words
) -> list[OffenceGroup]:
    """Every offence: the items of R.121-6 in their order, then parking, then what happens to bollards."""
    cards: dict[str, list[OffenceCard]] = {}
    for entry in catalogue.values():
        cards.setdefault(_group(entry), []).append(_card(entry, codes[entry.id], words))
    return [OffenceGroup(anchor(name), _heading(name, words), tuple(group)) for name, group in cards.items()]


def list_text(newest: NatinfList | None, words: Words) -> str:
    """Which list of the Ministry proves the codes, and who imported it."""
    if newest is None:
        return words("law-page.no-list")
    at = words.instant(newest.imported_at)
    return words("law-page.list", month=newest.list_date, codes=newest.codes, at=at, by=newest.imported_by)


def anchor(name: str) -> str:
    """A group's name as the page links to it: `R.121-6 6° bis` is `r-121-6-6-bis`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _group(entry: Offence) -> str:
    if entry.item:
        return entry.item
    return "bollard" if entry.handling is Handling.REFER else "parking"


def _heading(name: str, words: Words) -> str:
    return name if name.startswith("R.") else words(f"law-page.{name}")


def _card(entry: Offence, codes: OffenceCodes, words: Words) -> OffenceCard:
    return OffenceCard(
        id=entry.id,
        title=words.title(entry),
        article=entry.article,
        item=entry.item or "",
        liability=words(f"liability.{LIABILITIES[entry.liability]}"),
        grade=words(f"grade.{entry.grade}"),
        fine=fine_text(entry, words),
        driver=_code_line(codes.driver, words),
        holder=_code_line(codes.holder, words),
        driver_points="?" if entry.driver_points is None else str(entry.driver_points),
        holder_points=str(entry.holder_points),
        capacities=_listed("capacity", Capacity, entry.capacities, words),
        triggers=_listed("trigger", Trigger, entry.triggers, words),
        handling=words(f"handling.{entry.handling}"),
        confidence=words(f"confidence.{entry.confidence}"),
        source=entry.source,
        source_date=entry.source_date.strftime("%d/%m/%Y"),
        short_fr=entry.short_fr,
        note_fr=entry.note_fr,
        elements=entry.elements,
        blocks=export_blocks(entry, codes),
    )


def _code_line(status: CodeStatus, words: Words) -> CodeLine:
    said = words(f"standing.{status.standing}")
    if status.candidates:
        said = f"{said} ({', '.join(map(str, status.candidates))})"
    elif status.source:
        said = f"{said} · {status.source}"
    number = "" if status.number is None else str(status.number)
    return CodeLine(number, said, status.is_proven, status.is_needed)


def _listed(prefix: str, order: Iterable[str], held: Iterable[str], words: Words) -> str:
    return ", ".join(words(f"{prefix}.{value}") for value in order if value in held) or "—"
