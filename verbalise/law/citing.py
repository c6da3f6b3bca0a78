"""Tells which articles a text of the national list cites: `ART.L.121-3, ART.R.121-6 6BIS° C.ROUTE.`"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

_ARTICLE = r"(?:[LRDA]\.)?\d+(?:-\d+)*"
_IN_CATALOGUE = re.compile(
    rf"C\. (?P<law>\w+)|(?<![\w.])(?P<article>{_ARTICLE})(?![\w°-])(?: [IVX]+\b)?(?: (?P<item>\d+°(?: bis)?))?"
)
_IN_LIST = re.compile(
    rf"(?<![\w.-])(?:ART\.)?(?P<article>{_ARTICLE})(?![\w°-])(?P<clauses>(?:[\s,]*(?:§[\w-]+|AL\.\d+|\d+(?:BIS|TER)?°))*)"
)
_ITEM = re.compile(r"(\d+)(BIS|TER)?°")
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
    return reference in citations(text)


@lru_cache(maxsize=8_192)
def citations(text: str) -> frozenset[Reference]:
    """Every article that a text of the list cites, each as a whole and by each of its items.

    An article belongs to the code of law that is named after it.
    """
    found: set[Reference] = set()
    for match in _IN_LIST.finditer(text):
        law = _LAW.search(text, match.end())
        if law is None:
            break
        whole = Reference(law[0].rstrip("."), match["article"])
        items = [
            f"{number}°{f' {suffix.lower()}' if suffix else ''}" for number, suffix in _ITEM.findall(match["clauses"])
        ]
        found.update([whole, *(replace(whole, item=item) for item in items)])
    return frozenset(found)


def capitals(text: str) -> str:
    """In capitals without accents, as the list writes."""
    letters = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
