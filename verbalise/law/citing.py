"""Tells which articles a text of the national list cites: `ART.L.121-3, ART.R.121-6 6BIS° C.ROUTE.`"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ARTICLE = r"(?:[LRDA]\.)?\d+(?:-\d+)*"
_IN_CATALOGUE = re.compile(
    rf"C\. (?P<law>\w+)|(?<![\w.])(?P<article>{_ARTICLE})(?![\w°-])(?: [IVX]+\b)?(?: (?P<item>\d+°(?: bis)?))?"
)
_CLAUSES = r"(?P<clauses>(?:[\s,]*(?:§[\w-]+|AL\.\d+|\d+(?:BIS|TER)?°))*)"
_LAW = re.compile(r"\bC\.[A-Z.]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """One article of one code of law, as the list abbreviates them.

    Attributes:
        law: For example `C.ROUTE`.
        article: For example `R.412-7`, without paragraph or item.
        item: For example `6° bis`; empty where the whole article is meant.
    """

    law: str
    article: str
    item: str = ""


ROAD = "C.ROUTE"
HOLDER = Reference(ROAD, "L.121-3")
"""What the list cites where the holder is liable for the fine."""


def references(text: str) -> tuple[Reference, ...]:
    """The articles that a text of the catalogue names, for example `C. route R.417-10 II 9°, R.421-7`."""
    found: list[Reference] = []
    law = ROAD
    for match in _IN_CATALOGUE.finditer(text):
        if match["law"]:
            law = f"C.{capitals(match['law'])}"
        else:
            found.append(Reference(law, match["article"], match["item"] or ""))
    return tuple(found)


def cites(text: str, reference: Reference) -> bool:
    """Whether a text of the list cites an article, and the item of it where one is meant.

    An article whose number only begins alike is another one: R.412-7 is not R.412-71, nor R.412-7-1.
    """
    wanted = _as_listed(reference.item)
    for match in re.finditer(rf"(?<![\w.-])(?:ART\.)?{re.escape(reference.article)}(?![\d-]){_CLAUSES}", text):
        law = _LAW.search(text, match.end())
        if law is None or law[0].rstrip(".") != reference.law:
            continue
        if not wanted or wanted in re.findall(r"\d+(?:BIS|TER)?°", match["clauses"]):
            return True
    return False


def capitals(text: str) -> str:
    """In capitals without accents, as the list writes."""
    letters = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _as_listed(item: str) -> str:
    """`6° bis` as the list writes it: `6BIS°`."""
    number, _, suffix = item.partition("° ")
    return f"{number}{suffix.upper()}°" if suffix else item
