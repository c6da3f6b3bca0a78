"""The offence catalogue: what the law says of each offence, read from data files with their sources and dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from ingest.errors import Halt
from verbalise.model import Capacity, OffenceId, Trigger


class Liability(StrEnum):
    """How the vehicle's holder answers for an offence whose driver nobody met."""

    PARKING = "L.121-2"
    """Responsible in money for parking."""
    MOVING = "L.121-3"
    """Liable for the fine only, for what R.121-6 lists."""
    NONE = "none"
    """Only the author answers, and must be known."""


class Grade(StrEnum):
    """How grave the law takes it."""

    CLASS_1 = "1"
    CLASS_2 = "2"
    CLASS_3 = "3"
    CLASS_4 = "4"
    CLASS_5 = "5"
    DELIT = "délit"
    UNKNOWN = "unknown"
    """No source read says it; nothing of it can be exported."""


class Handling(StrEnum):
    """What Constat can do with it."""

    FINE = "fine"
    """An agent may find it; the finding may leave for the PVe chain."""
    REFER = "refer"
    """A délit: a dossier for the officer of the judicial police, never a fine."""
    INSTRUMENT = "instrument"
    """Needs an approved instrument's record (speed, noise) or a file (insurance): never offered as a fine."""


class Confidence(StrEnum):
    """How the facts of an entry are known."""

    READ = "read"
    """Read in the official text."""
    OLD = "read-old"
    """Read in an older consolidation of it."""
    SECONDARY = "secondary"
    """Press, editor or union."""
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Fine:
    """Amounts of the fixed fine in euros; `reduced` is None where the law offers none (parking)."""

    reduced: int | None
    fixed: int
    increased: int


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a finding must show, ticked by the agent."""

    id: str
    text_fr: str


@dataclass(frozen=True, slots=True)
class Offence:
    """One offence with its legal anchors.

    Attributes:
        item: The item of R.121-6 that makes the holder liable, if any.
        natinf_driver, natinf_holder: National codes; None where no list that was read proves them.
        natinf_source: Where the codes were read; empty where there are none.
        natinf_confidence: How the codes are known; None where there are none. Only `read` proves them without a list.
        fine_eur: None where there is no fixed fine, or no source says how much.
        driver_points: Of an identified driver, for information; None where no source says.
        holder_points: Always 0: a holder who pays loses no points.
        capacities: Who may establish it.
        triggers: What may say "look here". Empty: shown for completeness, reachable by nothing.
        valid_from, valid_until: When the text is in force, as far as the source says.
        note_fr: What an agent or a lawyer should know of gaps in the sources.
        natinf_words: Words by which the national list tells this act from others of the same article; they only narrow
            the search for a code that is not known yet.
    """

    id: OffenceId
    title_fr: str
    title_en: str
    article: str
    item: str | None
    liability: Liability
    natinf_driver: int | None
    natinf_holder: int | None
    natinf_source: str
    natinf_confidence: Confidence | None
    grade: Grade
    fine_eur: Fine | None
    driver_points: int | None
    holder_points: Literal[0]
    capacities: frozenset[Capacity]
    triggers: frozenset[Trigger]
    handling: Handling
    short_fr: str
    elements: tuple[Element, ...]
    source: str
    source_date: date
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None
    note_fr: str = ""
    natinf_words: tuple[str, ...] = ()


FILES = ("r121-6-items-1-to-6bis.yaml", "r121-6-items-7-to-14.yaml", "parking.yaml", "bollard.yaml")
"""The data files under `offences/`, in the order in which people read them."""
_OFFENCES: TypeAdapter[list[Offence]] = TypeAdapter(list[Offence])


@cache
def offences() -> Mapping[OffenceId, Offence]:
    """Every offence of the catalogue by its id, in the order of the files.

    Raises:
        Halt: the catalogue does not parse, or names an offence twice; the text names file, entry and field.
    """
    catalogue: dict[OffenceId, Offence] = {}
    for name in FILES:
        text = files("verbalise.law").joinpath("offences", name).read_text(encoding="utf-8")
        for entry in read_offences(name, text):
            if entry.id in catalogue:
                raise Halt(f"verbalise/law/offences/{name}: {entry.id} is in the catalogue twice")
            catalogue[entry.id] = entry
    return catalogue


def read_offences(name: str, text: str) -> list[Offence]:
    """The offences of one data file.

    Args:
        name: The file's name, for the error's text.
        text: Its content: a YAML list whose entries have the fields of `Offence`.

    Raises:
        Halt: an entry lacks a field or has a value that does not fit; the text names file, entry and field.
    """
    try:
        return _OFFENCES.validate_python(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Halt(f"verbalise/law/offences/{name}: {where}: {first['msg']}") from error
