"""Tables as CSV that spreadsheets of the administration open: `;`, UTF-8, nothing that they would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from starlette.responses import Response, StreamingResponse

_BOM = "\ufeff"


def csv_file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]], bom: bool = True) -> Response:
    """A table as a download, row by row.

    Args:
        bom: The mark by which Excel knows UTF-8.
    """
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_text(columns, rows, bom), headers=headers, media_type="text/csv; charset=utf-8")


def _text(columns: Iterable[str], rows: Iterable[Iterable[object]], bom: bool) -> Iterator[str]:
    if bom:
        yield _BOM
    yield _row(columns)
    for row in rows:
        yield _row(map(_cell, row))


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    """A cell as text; one that a spreadsheet would run as a formula is quoted with an apostrophe."""
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r", "\n")) else text
