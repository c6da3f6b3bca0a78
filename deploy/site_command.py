"""`constat site`: check, import, show, compare and export descriptions of the site."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.guarding import guarded
from deploy.permit_key import throwaway_hasher, token_hasher
from deploy.register_access import opened_register
from deploy.secrets import secrets_from
from deploy.settings import load_register_access
from deploy.site_tables import print_site
from deploy.site_versions import in_force, instant_of, named
from ingest.errors import Halt
from verbalise.site.changes import Change, site_changes
from verbalise.site.exporting import site_yaml
from verbalise.site.file import load_description
from verbalise.site.importing import Importing, SiteImport
from verbalise.site.register import SiteVersion, editions_of
from verbalise.site.watched import LEAD

app = typer.Typer(no_args_is_help=True, help="The description of the site, and its versions in the register.")

_out = Console(highlight=False)
_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}
AsOf = Annotated[str | None, typer.Option(help="Instant, for example 2026-01-31T08:00:00+01:00. Now, if left out.")]
From = Annotated[
    str | None, typer.Option("--from", help=f"Instant from which it holds. In {LEAD.seconds} s, if left out.")
]


@app.command()
def check(path: Path) -> None:
    """Say whether a site file can be used, and if not, where it is wrong. Needs neither register nor key."""

    def run() -> int:
        hasher = token_hasher(secrets_from(None)) or throwaway_hasher()
        site = load_description(path, hasher=hasher).site
        counts = f"{len(site.by_laws)} by-laws, {len(site.permits)} permits, {len(site.agents)} people"
        _out.print(f"{path}: {len(site.cameras)} cameras, {counts}", markup=False)
        return 0

    sys.exit(guarded(run))


@app.command()
def show(as_of: AsOf = None) -> None:
    """Show what holds: cameras with what each may be used for, by-laws, how many permits, people."""

    def run() -> int:
        at = instant_of(as_of, datetime.now(UTC))
        with opened_register() as register:
            version = in_force(register.sites.versions(), at)
        (edition,) = editions_of([version])
        print_site(_out, version, edition.site, at)
        return 0

    sys.exit(guarded(run))


@app.command("import")
def import_file(
    path: Path,
    start: From = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="From now on; only while no worker runs.")] = False,
    by: Annotated[str | None, typer.Option(help="Who imports it. The name of this account, if left out.")] = None,
) -> None:
    """Record a site file as the next version, and its people."""

    def run() -> int:
        now = datetime.now(UTC)
        starts = _start(start, at_once, now)
        hasher = token_hasher(secrets_from(load_register_access().secrets_dir))
        description = load_description(path, hasher=hasher)
        wanted = Importing(description, path.parent.resolve(), starts, now, by or getpass.getuser())
        with opened_register() as register:
            version = SiteImport(register.sites, register.agents, register.ledger).run(wanted)
        _out.print(f"{path}: {_said(version)}", markup=False)
        return 0

    sys.exit(guarded(run))


@app.command()
def export(path: Path, as_of: AsOf = None) -> None:
    """Write the version in force as a site file that loads back to it; plates and badges stay hashed."""

    def run() -> int:
        with opened_register() as register:
            version = in_force(register.sites.versions(), instant_of(as_of, datetime.now(UTC)))
        path.write_text(site_yaml(version.document), encoding="utf-8")
        _out.print(f"{path}: version {version.number} ({version.digest[:12]})", markup=False)
        return 0

    sys.exit(guarded(run))


@app.command()
def diff(before: str, after: str) -> None:
    """Say what changed between two descriptions, each a file, the number of a version or an instant."""

    def run() -> int:
        for difference in site_changes(_document(before), _document(after)):
            text = f": {difference.text}" if difference.text else ""
            _out.print(f"{_SIGNS[difference.change]} {difference.path}{text}", markup=False)
        return 0

    sys.exit(guarded(run))


def _start(start: str | None, at_once: bool, now: datetime) -> datetime:
    """From when an import holds. Raises Halt where running workers could not all know it in time."""
    if at_once and start is not None:
        raise Halt("--from and --at-once exclude each other")
    if start is None:
        return now if at_once else now + LEAD
    starts = instant_of(start, now)
    if now <= starts < now + LEAD:
        raise Halt(
            f"--from {start} is less than {LEAD.seconds} s away: not every worker would know it in time; "
            "leave --from out, or stop the workers and say --at-once"
        )
    return starts


def _said(version: SiteVersion | None) -> str:
    if version is None:
        return "the latest version says the same; people are up to date"
    since = "always" if version.effective_from is None else f"from {version.effective_from.isoformat()}"
    return f"version {version.number} ({version.digest[:12]}), in force {since}"


def _document(name: str) -> str:
    """Of a file if there is one of that name, else of a recorded version."""
    if Path(name).is_file():
        access = load_register_access()
        return load_description(Path(name), hasher=token_hasher(secrets_from(access.secrets_dir))).document
    with opened_register() as register:
        return named(register.sites.versions(), name, datetime.now(UTC)).document
