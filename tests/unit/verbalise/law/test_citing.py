"""A text of the list cites an article, not one that looks like it."""

from __future__ import annotations

import pytest

from verbalise.law.catalogue import Offence, offences
from verbalise.law.citing import Reference, cites, references

LANE = Reference("C.ROUTE", "R.412-7")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("C. route R.412-7 II", [("R.412-7", "")]),
        ("C. route R.417-10 II 9°, R.421-7", [("R.417-10", "9°"), ("R.421-7", "")]),
        ("C. route R.413-14, R.413-14-1", [("R.413-14", ""), ("R.413-14-1", "")]),
        ("R.121-6 6° bis", [("R.121-6", "6° bis")]),
    ],
)
def test_the_catalogue_names_articles(text: str, read: list[tuple[str, str]]) -> None:
    assert references(text) == tuple(Reference("C.ROUTE", article, item) for article, item in read)


def test_each_article_is_of_its_code_of_law() -> None:
    assert references("C. pénal 322-1, 322-3 8°") == (
        Reference("C.PENAL", "322-1"),
        Reference("C.PENAL", "322-3", "8°"),
    )
    assert references("C. route L.324-2, C. assurances L.211-1") == (
        Reference("C.ROUTE", "L.324-2"),
        Reference("C.ASSURANCES", "L.211-1"),
    )


@pytest.mark.parametrize("entry", offences().values(), ids=lambda entry: entry.id)
def test_every_offence_names_an_article(entry: Offence) -> None:
    assert references(entry.article)


@pytest.mark.parametrize(
    "text",
    [
        "ART.R.412-7 §II C.ROUTE.",
        "ART.R.412-7 §II, ART.R.318-2 §I C.ROUTE.",
        "ART.L.121-3,ART.R.412-7 C.ROUTE. ART.7 ARR.MINIST DU 24/11/1967.",
        "ART.322-1 C.PENAL. ART.L.232-2, R.412-7 C.ROUTE.",
    ],
)
def test_an_article_is_cited(text: str) -> None:
    assert cites(text, LANE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ART.R.412-71 C.ROUTE.",
        "ART.R.412-7-1 C.ROUTE.",
        "ART.L.412-7 C.ROUTE.",
        "ART.R.1412-7 C.ROUTE.",
        "ART.R.412-7 C.ENVIR. ART.R.412-8 C.ROUTE.",
        "ART.R.412-7",
    ],
)
def test_another_article_is_not_it(text: str) -> None:
    assert not cites(text, LANE)


@pytest.mark.parametrize(
    ("text", "item", "is_cited"),
    [
        ("ART.L.121-3, ART.R.121-6 6BIS°, ART.R.130-11 6BIS° C.ROUTE.", "6° bis", True),
        ("ART.L.121-3, ART.R.121-6 6BIS° C.ROUTE.", "6°", False),
        ("ART.R.121-6 1°, 2° C.ROUTE.", "2°", True),
        ("ART.R.121-6 12° C.ROUTE.", "2°", False),
        ("ART.R.121-6, ART.R.130-11 7° C.ROUTE.", "7°", False),
    ],
)
def test_an_item_is_cited_of_its_article(text: str, item: str, is_cited: bool) -> None:
    assert cites(text, Reference("C.ROUTE", "R.121-6", item)) == is_cited
