"""`constat report`: what the parties of the convention read at their meeting."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.guarding import guarded
from deploy.register_access import opened_register
from ingest.errors import Halt
from storage.model import Register
from verbalise.coordination_paper import coordination_paper
from verbalise.coordination_sources import CoordinationSources
from verbalise.law.importing import LOCAL
from verbalise.model import Access, AccessEntry
from verbalise.months import Month
from verbalise.paper import print_paper
from verbalise.site.history import SiteHistory
from verbalise.site.watched import WatchedSites

report_app = typer.Typer(no_args_is_help=True, help=__doc__)

_out = Console(soft_wrap=True, highlight=False, markup=False)


@report_app.callback()
def _reports() -> None:
    """Keeps `coordination` a word of its own while it is the only report."""


@report_app.command()
def coordination(
    month: Annotated[str, typer.Option(help="The month, YYYY-MM.")],
    pdf: Annotated[Path, typer.Option(help="Where to write the report.")],
) -> None:
    """Print the month of the convention: uptime, looks, incidents, disturbances, what ends and what is missing."""
    sys.exit(guarded(lambda: _print_coordination(month, pdf)))


def _print_coordination(month: str, pdf: Path) -> int:
    wanted, now = month_of(month), datetime.now(UTC)
    with opened_register() as register:
        sites = WatchedSites(register.sites)
        if wanted > Month.of(now, sites.as_of(now).timezone):
            raise Halt(f"--month {month}: that month has not begun")
        printed = coordination_pdf(wanted, sites, register, now)
    try:
        pdf.write_bytes(printed)
    except OSError as error:
        raise Halt(f"{pdf}: {error.strerror}; name a file that this user can write") from error
    _out.print(f"{pdf}: coordination report of {wanted}, {len(printed)} bytes")
    return 0


def month_of(text: str) -> Month:
    """The month as a person typed it. Raises Halt for anything else."""
    try:
        return Month.read(text)
    except ValueError as error:
        raise Halt(f"--month {text}: not a month; write YYYY-MM, for example 2026-11") from error


def coordination_pdf(month: Month, sites: SiteHistory, register: Register, now: datetime) -> bytes:
    """The month's report as a PDF, once the ledger says who read it. Raises RetryLater."""
    purpose = f"convention, par {getpass.getuser()}"
    register.ledger.write(AccessEntry(now, None, Access.VIEW_REPORT, f"coordination/{month}", purpose, LOCAL))
    sources = CoordinationSources(
        sites, register.uptime, register.exchanges, register.analysts, register.gates, register.ledger
    )
    return print_paper(coordination_paper(sources.report(month, now)))
