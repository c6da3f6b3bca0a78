"""What is printed: words that survive, pages that are numbered, bytes that depend on the content alone."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.pdf_text import text_of
from verbalise.paper import (
    Blank,
    Block,
    Facts,
    Heading,
    Listing,
    Paper,
    Picture,
    Text,
    clock_fr,
    day_fr,
    instant_fr,
    month_fr,
    print_paper,
)

PARIS = ZoneInfo("Europe/Paris")


def paper(*blocks: Block) -> Paper:
    """A document of these blocks."""
    return Paper("Rapport d’essai", "Ville de Rouen", "réf. 2026-11", blocks)


def picture() -> bytes:
    """A small grey picture."""
    out = BytesIO()
    Image.new("RGB", (320, 180), (90, 90, 90)).save(out, "JPEG")
    return out.getvalue()


def test_every_block_is_printed_with_its_accents() -> None:
    printed = text_of(
        print_paper(
            paper(
                Heading("Où & quand"),
                Text("L’œuvre « heurtée » – dégât à 1 000 €"),
                Text("Noël, aîné, ça", quiet=True),
                Facts((("Lieu", "Rue de l’Épicerie"),)),
                Listing(("Pièce", "Taille"), (("<clip>", "12"),), (3, 1), frozenset({1})),
                Picture(picture(), "La scène"),
                Blank("N° de réquisition"),
            )
        )
    )
    for words in (
        "Rapport d’essai",
        "Où & quand",
        "L’œuvre « heurtée » – dégât à 1 000 €",
        "Noël, aîné, ça",
        "Lieu Rue de l’Épicerie",
        "<clip> 12",
        "La scène",
        "N° de réquisition",
        "Ville de Rouen",
        "réf. 2026-11",
        "page 1 / 1",
    ):
        assert words in printed


def test_the_same_document_is_the_same_bytes() -> None:
    first = print_paper(paper(Text("é"), Picture(picture(), "vue")))
    assert first != print_paper(paper(Text("è"), Picture(picture(), "vue")))
    assert first == print_paper(paper(Text("é"), Picture(picture(), "vue")))


def test_a_long_table_goes_on_under_its_head_and_pages_count() -> None:
    rows = tuple((f"pièce {number}", "ab" * 32) for number in range(80))
    printed = text_of(print_paper(paper(Listing(("Nom", "SHA-256"), rows, (1, 3)))))
    assert printed.count("Nom SHA-256") > 1
    assert "page 2 / " in printed
    assert "pièce 79" in printed


def test_letters_that_the_font_lacks_are_printed_plainly() -> None:
    assert "4e classe, 1 000 > 2 ?" in text_of(print_paper(paper(Text("4ᵉ classe, 1\u202f000 → 2 ☃"))))


def test_a_table_without_rows_is_printed_with_its_head() -> None:
    assert "Nom" in text_of(print_paper(paper(Listing(("Nom",), (), (1,)), Facts(()))))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 23, 13, 7, 31, 260_000, UTC), "lundi 23 novembre 2026 à 14 h 07 min 31 s"),
        (datetime(2026, 7, 31, 22, 5, 0, 0, UTC), "samedi 1er août 2026 à 00 h 05 min 00 s"),
    ],
)
def test_instants_are_said_in_french_on_the_clock_of_the_place(at: datetime, said: str) -> None:
    assert instant_fr(at, PARIS) == said
    assert said.startswith(day_fr(at, PARIS))


def test_months_and_tenths() -> None:
    assert month_fr(2026, 2) == "février 2026"
    assert clock_fr(datetime(2026, 11, 23, 13, 7, 31, 260_000, UTC), PARIS) == "14:07:31,2"
