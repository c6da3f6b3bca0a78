"""`constat law`: the offences, and the Ministry's lists that prove their national codes."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.guarding import guarded
from deploy.register_access import opened_register
from ingest.errors import Halt
from storage.model import Register
from verbalise.law.catalogue import Offence, offences
from verbalise.law.code_book import CodeBook
from verbalise.law.codes import CodeStatus, OffenceCodes, export_blocks
from verbalise.law.importing import CodeChange, import_list
from verbalise.law.natinf_file import UTF_8, month_in_name, read_natinf

law_app = typer.Typer(no_args_is_help=True, help=__doc__)

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_out = Console(soft_wrap=True, highlight=False, markup=False)


@law_app.command("list")
def list_offences() -> None:
    """Every offence with its national codes, and what keeps it from being exported."""

    def show(register: Register) -> int:
        known = CodeBook(register.natinf).known()
        _out.print(f"NATINF list: {known.newest.list_date if known.newest else 'none imported'}")
        for entry in offences().values():
            _out.print(offence_lines(entry, known.of[entry.id]))
        return 0

    sys.exit(guarded(lambda: _with_register(show)))


@law_app.command("import-natinf")
def import_natinf(
    file: Annotated[Path, typer.Argument(help="The Ministry's CSV, as it was downloaded.")],
    list_date: Annotated[
        str | None, typer.Option(help="The list's month, YYYY-MM; told by the name if it can.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="The file's encoding; the Ministry's own is often cp1252.")] = UTF_8,
) -> None:
    """Add a list of the Ministry of Justice, and say what it changes for the offences of the catalogue."""

    def add(register: Register) -> int:
        month = month_of(file, list_date)
        read = read_natinf(file, encoding)
        changed = import_list(register.natinf, register.ledger, read, month, datetime.now(UTC), getpass.getuser())
        if changed is None:
            _out.print(f"NATINF list {month} is there already: nothing changed")
            return 0
        _out.print(f"NATINF list {month}: {len(read.codes)} codes imported, {len(changed)} changes for the catalogue")
        for change in changed:
            _out.print(change_line(change))
        return 0

    sys.exit(guarded(lambda: _with_register(add)))


def month_of(file: Path, list_date: str | None) -> str:
    """The month of a list: as it was given, or as the file's name tells. Raises Halt if neither says it."""
    month = list_date or month_in_name(file)
    if month is None:
        raise Halt(f"{file}: the name does not tell the list's month; give it with --list-date YYYY-MM")
    if not MONTH.fullmatch(month):
        raise Halt(f"--list-date {month}: not a month; write YYYY-MM, for example 2026-07")
    return month


def offence_lines(entry: Offence, codes: OffenceCodes) -> str:
    """One offence: where it stands, its codes, and the sentences that keep it from being exported."""
    head = (
        f"{entry.id:<36} {entry.item or entry.article:<24} driver {_told(codes.driver)}, holder {_told(codes.holder)}"
    )
    return "\n".join([head, *(f"    {block}" for block in export_blocks(entry, codes))])


def change_line(change: CodeChange) -> str:
    """One change that a list brings."""
    said = f": {change.said}" if change.said else ""
    return f"  {change.difference:<10} {change.offence} {change.answering} {_told(change.now)}{said}"


def _told(status: CodeStatus) -> str:
    if not status.is_needed:
        return "–"
    return f"{status.number or '?'} ({status.standing})"


def _with_register(run: Callable[[Register], int]) -> int:
    with opened_register() as register:
        return run(register)
