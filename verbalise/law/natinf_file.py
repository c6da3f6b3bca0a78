"""Reads the Ministry of Justice's CSV of the NATINF nomenclature: all of it, or nothing and the reason why."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingest.errors import Halt
from verbalise.law.natinf import NatinfCode

UTF_8 = "utf-8"
_COLUMNS: Mapping[str, str] = {
    "numero natinf": "code",
    "nature de l infraction": "nature",
    "qualification de l infraction": "label",
    "definie par": "defined_by",
    "reprimee par": "punished_by",
}
"""Fields of `NatinfCode` by the official header, without accents, capitals or marks."""
_SHORT_HEADERS: Mapping[str, str] = {
    "numero": "numero natinf",
    "n natinf": "numero natinf",
    "natinf": "numero natinf",
    "nature": "nature de l infraction",
    "qualification": "qualification de l infraction",
}
_REQUIRED = ("code", "nature", "label")
"""Fields that no line may leave empty. A code that cites no text is never taken for an offence's: it does no harm."""
_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)


@dataclass(frozen=True, slots=True)
class NatinfFile:
    """What one file holds.

    Attributes:
        sha256: Hex digest of the file's bytes.
        codes: Every code, in the order of the file.
    """

    sha256: str
    codes: tuple[NatinfCode, ...]


def read_natinf(path: Path, encoding: str = UTF_8) -> NatinfFile:
    """The codes of the Ministry's CSV: `;` between cells, French headers in any order.

    Args:
        path: The file as it was downloaded.
        encoding: Of the file. The Ministry's own is Windows-1252 (`cp1252`) more often than UTF-8.

    Raises:
        Halt: the file cannot be read whole; the text names the file, the line and what to do.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Halt(f"{path}: the list cannot be read: {error.strerror}") from error
    return NatinfFile(sha256(data).hexdigest(), tuple(_codes(path, _text(path, data, encoding))))


def month_in_name(path: Path) -> str | None:
    """The month, `YYYY-MM`, that a name such as `liste-natinf-juillet2026.csv` tells; None where it tells none."""
    found = re.search(rf"({'|'.join(_MONTHS)})(20\d\d)", _plain(path.stem).replace(" ", ""))
    return f"{found[2]}-{_MONTHS.index(found[1]) + 1:02}" if found else None


def _text(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode("utf-8-sig" if encoding.lower() in (UTF_8, "utf8") else encoding)
    except LookupError as error:
        raise Halt(f"{path}: {encoding!r} is not the name of an encoding; write utf-8 or cp1252") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Halt(f"{path}: line {line}: not {encoding}.{_advice(path, data, encoding)}") from error


def _advice(path: Path, data: bytes, encoding: str) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return (
        " It looks like Windows-1252: import it with --encoding cp1252, or convert it first with"
        f" `iconv -f WINDOWS-1252 -t {encoding.upper()} {path.name}`"
    )


def _codes(path: Path, text: str) -> Iterator[NatinfCode]:
    lines = _lines(path, text)
    _, header = next(lines, (1, []))
    if not header:
        raise Halt(f"{path}: line 1: the file is empty")
    fields = _fields(path, header)
    seen: dict[int, int] = {}
    for line, cells in lines:
        entry = _code(path, line, fields, cells)
        if entry.code in seen:
            raise Halt(f"{path}: line {line}: code {entry.code} is already on line {seen[entry.code]}")
        seen[entry.code] = line
        yield entry
    if not seen:
        raise Halt(f"{path}: line 2: the file has a header and no codes")


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not blank, with its number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise Halt(f"{path}: line {reader.line_num}: not CSV: {error}") from error


def _fields(path: Path, header: Sequence[str]) -> list[str | None]:
    """The field that each column holds; None for a column that this list has beyond the official five."""
    names = [_plain(cell) for cell in header]
    fields = [_COLUMNS.get(_SHORT_HEADERS.get(name, name)) for name in names]
    for name, field in _COLUMNS.items():
        if fields.count(field) != 1:
            count = "no column" if field not in fields else "more than one column"
            read = "; ".join(header)
            raise Halt(f"{path}: line 1: {count} {name!r} (accents and capitals do not matter); columns read: {read}")
    return fields


def _code(path: Path, line: int, fields: Sequence[str | None], cells: Sequence[str]) -> NatinfCode:
    if len(cells) != len(fields):
        raise Halt(f"{path}: line {line}: {len(cells)} cells where the header has {len(fields)}")
    values = {field: " ".join(cell.split()) for field, cell in zip(fields, cells, strict=True) if field is not None}
    for field in _REQUIRED:
        if not values[field]:
            raise Halt(f"{path}: line {line}: the column of {field!r} is empty")
    number = values.pop("code")
    if not (number.isascii() and number.isdigit()):
        raise Halt(f"{path}: line {line}: code {number!r} is not a number")
    return NatinfCode(int(number), **values)


def _plain(text: str) -> str:
    """Without accents, capitals or marks: `Définie par` is `definie par`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kept).split())
