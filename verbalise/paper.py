"""Documents on paper: A4 pages in French, with embedded fonts; the same content gives the same bytes.

A page is described in blocks and printed at once. reportlab is imported here and nowhere else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, SimpleDocTemplate, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as Prose

from verbalise.hours_wording import DAYS_FR

PLAIN, BOLD = "Vera", "VeraBd"
"""Bitstream Vera, which reportlab ships: free to embed, with every accent of French."""

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
PADDING = 6
"""What reportlab leaves around what it prints, in points."""
TALLEST_PICTURE = 95 * mm
LARGEST_PIXEL = 3
"""Points per pixel beyond which a small picture is not blown up."""
LINE, HEAD, MUTE = HexColor("#b9c2cb"), HexColor("#eef2f5"), HexColor("#555f69")

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `quiet` for what explains rather than states."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names on the left, what they are on the right."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A table; its head is repeated on every page that it reaches.

    Attributes:
        shares: How the width is divided, one number per column, in any unit.
        numbers: Columns that are set to the right, counted from 0.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at the width of the page, or less if it is tall; `data` is JPEG or PNG."""

    data: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Blank:
    """A line to be filled in by hand."""

    label: str


Block = Heading | Text | Facts | Listing | Picture | Blank


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document.

    Attributes:
        author: Who issues it, as the head of each page names it.
        reference: What each page is marked with, beside its number.
    """

    title: str
    author: str
    reference: str
    blocks: Sequence[Block]


def print_paper(paper: Paper) -> bytes:
    """The document as PDF. The same document gives the same bytes: it holds no instant of printing."""
    _register_fonts()
    out = BytesIO()
    template = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=26 * mm,
        bottomMargin=20 * mm,
        title=paper.title,
        author=paper.author,
        subject=paper.reference,
        lang="fr-FR",
        invariant=1,
    )
    flow: list[Flowable] = [Prose(_printable(paper.title), _style(BOLD, 15, after=8))]
    for block in paper.blocks:
        flow += _PRINTERS[type(block)](block)
    template.build(flow, canvasmaker=_numbered(paper))
    return out.getvalue()


def day_fr(at: datetime, zone: ZoneInfo) -> str:
    """A local day in words: `lundi 23 novembre 2026`."""
    local = at.astimezone(zone)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{DAYS_FR[local.weekday()]} {day} {MONTHS[local.month - 1]} {local.year}"


def month_fr(year: int, month: int) -> str:
    """A month in words: `novembre 2026`."""
    return f"{MONTHS[month - 1]} {year}"


def instant_fr(at: datetime, zone: ZoneInfo) -> str:
    """A local instant in words, to the second: `lundi 23 novembre 2026 à 14 h 07 min 31 s`."""
    local = at.astimezone(zone)
    return f"{day_fr(at, zone)} à {local:%H} h {local:%M} min {local:%S} s"


def clock_fr(at: datetime, zone: ZoneInfo) -> str:
    """A local time of day to the tenth of a second: `14:07:31,2`."""
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S},{local.microsecond // 100_000}"


@cache
def _register_fonts() -> None:
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def _in_font(text: str) -> str:
    """The text in characters that the fonts have: `ᵉ` as `e`, an arrow as `>`, what is unknown as `?`."""
    known: Any = pdfmetrics.getFont(PLAIN)
    glyphs = known.face.charToGlyph

    def shown(letter: str) -> str:
        if ord(letter) in glyphs:
            return letter
        plain = ">" if letter == "→" else unicodedata.normalize("NFKC", letter)
        return plain if all(ord(part) in glyphs for part in plain) else "?"

    return "".join(map(shown, text))


def _printable(text: str) -> str:
    return escape(_in_font(text))


def _style(font: str = PLAIN, size: float = 9, *, after: float = 0, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(font, fontName=font, fontSize=size, leading=size * 1.35, spaceAfter=after, **more)


def _heading(block: Heading) -> list[Flowable]:
    return [Prose(_printable(block.text), _style(BOLD, 10.5, after=4, spaceBefore=10, keepWithNext=1))]


def _text(block: Text) -> list[Flowable]:
    style = _style(size=8, after=4, textColor=MUTE) if block.quiet else _style(after=4)
    return [Prose(_printable(block.text), style)]


def _facts(block: Facts) -> list[Flowable]:
    rows = [[_cell(name, BOLD), _cell(what)] for name, what in block.rows]
    return _table(rows, (0.28, 0.72))


def _listing(block: Listing) -> list[Flowable]:
    head = [_cell(name, BOLD, right=place in block.numbers) for place, name in enumerate(block.head)]
    rows = [[_cell(text, right=place in block.numbers) for place, text in enumerate(row)] for row in block.rows]
    return _table([head, *rows], block.shares, heads=1)


def _cell(text: str, font: str = PLAIN, *, right: bool = False) -> Prose:
    return Prose(_printable(text), _style(font, 8, alignment=2 if right else 0))


def _table(rows: Sequence[Sequence[Flowable]], shares: Sequence[float], heads: int = 0) -> list[Flowable]:
    if not rows:
        return []
    widths = [WIDTH * share / sum(shares) for share in shares]
    table = Table([list(row) for row in rows], widths, repeatRows=heads)
    rules: list[tuple[Any, ...]] = [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    if heads:
        rules.append(("BACKGROUND", (0, 0), (-1, heads - 1), HEAD))
    table.setStyle(TableStyle(rules))
    return [table, Spacer(0, 6)]


def _picture(block: Picture) -> list[Flowable]:
    width_px, height_px = ImageReader(BytesIO(block.data)).getSize()
    scale = min((WIDTH - 2 * PADDING) / width_px, TALLEST_PICTURE / height_px, LARGEST_PIXEL)
    image = Image(BytesIO(block.data), width_px * scale, height_px * scale, hAlign="LEFT")
    image.keepWithNext = True
    return [image, Prose(_printable(block.caption), _style(size=8, after=8, textColor=MUTE))]


def _blank(block: Blank) -> list[Flowable]:
    table = Table([[_cell(block.label, BOLD), ""]], [WIDTH * 0.4, WIDTH * 0.6], [11 * mm])
    table.setStyle(TableStyle([("LINEBELOW", (1, 0), (1, 0), 0.6, MUTE), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]))
    return [table]


_PRINTERS: Mapping[type[Block], Callable[[Any], list[Flowable]]] = {
    Heading: _heading,
    Text: _text,
    Facts: _facts,
    Listing: _listing,
    Picture: _picture,
    Blank: _blank,
}


def _numbered(paper: Paper) -> type[Canvas]:
    """A canvas that keeps its pages until it knows how many there are, then marks each."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  # reportlab's own name
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

        def save(self) -> None:
            for number, page in enumerate(self._kept, start=1):
                self.__dict__.update(page)
                _mark(self, paper, f"page {number} / {len(self._kept)}")
                super().showPage()
            super().save()

    return Numbered


def _mark(canvas: Canvas, paper: Paper, number: str) -> None:
    canvas.setFont(PLAIN, 7.5)
    canvas.setFillColor(MUTE)
    canvas.drawString(MARGIN, A4[1] - 14 * mm, _in_font(paper.author))
    canvas.drawRightString(A4[0] - MARGIN, A4[1] - 14 * mm, "Constat")
    canvas.drawString(MARGIN, 12 * mm, _in_font(paper.reference))
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, number)
