"""Reads the offence catalogue and answers what an offence needs to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from ingest.errors import Halt
from verbalise.model import Capacity, OffenceId, Trigger


@dataclass(frozen=True, slots=True)
class Fine:
    """Amounts of the fixed fine in euros."""

    reduced: int
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
        liability: `L.121-2` (parking) or `L.121-3` (moving): the regime of the vehicle's holder.
        natinf_driver, natinf_holder: National codes; None where no official list proves them.
        holder_points: Always 0: a holder who pays loses no points.
        capacities: Who may establish it.
        confidence: How the facts are known: `read` in the official text, or `secondary`.
    """

    id: OffenceId
    title_fr: str
    title_en: str
    article: str
    item: str | None
    liability: str
    natinf_driver: int | None
    natinf_holder: int | None
    fine_class: int
    fine_eur: Fine
    holder_points: int
    capacities: frozenset[Capacity]
    triggers: frozenset[Trigger]
    short_fr: str
    elements: tuple[Element, ...]
    source: str
    source_date: date
    confidence: str


_OFFENCES: TypeAdapter[list[Offence]] = TypeAdapter(list[Offence])


@cache
def offences() -> Mapping[OffenceId, Offence]:
    """Every offence of the catalogue by its id.

    Raises:
        Halt: the catalogue does not parse; the text names the entry and the field.
    """
    text = files("verbalise.law").joinpath("offences.yaml").read_text(encoding="utf-8")
    try:
        entries = _OFFENCES.validate_python(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Halt(f"verbalise/law/offences.yaml: {where}: {first['msg']}") from error
    return {entry.id: entry for entry in entries}
