"""A version of the site as tables for a terminal: what holds, and what each camera may be used for now."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verbalise.gate import Permission, camera_gate, may_help
from verbalise.site.model import Site
from verbalise.site.permits import Permit
from verbalise.site.register import SiteVersion


def print_site(out: Console, version: SiteVersion, site: Site, at: datetime) -> None:
    """Cameras, by-laws, permits by reason, people. No plate and no badge."""
    out.print(f"{site.commune} ({site.insee}), version {version.number} ({version.digest[:12]})", highlight=False)
    out.print(f"recorded {_day(version.recorded_at, site.timezone)} by {escape(version.recorded_by)}", highlight=False)
    if site.convention is not None:
        until = _day(site.convention.valid_until, site.timezone)
        out.print(f"convention {escape(site.convention.reference)}, until {until}", highlight=False)
    out.print(f"machine help: {escape(may_help(site, at).text_fr)}", highlight=False)
    for table in (_cameras(site, at), _by_laws(site, at), _permits(site, at), _people(site, at)):
        out.print(table)


def _cameras(site: Site, at: datetime) -> Table:
    table = _table("Cameras", "id", "name", "owner", "network", "video", "devices and agents", "analysis")
    for camera_id, camera in site.cameras.items():
        gate = camera_gate(site, camera, at)
        analysed = [offence for offence, permission in gate.analysis.items() if permission.allowed]
        table.add_row(
            camera_id,
            escape(camera.name),
            camera.owner,
            camera.network.value,
            _said(gate.ingest),
            _said(gate.device),
            ", ".join(analysed) or "none",
        )
    return table


def _by_laws(site: Site, at: datetime) -> Table:
    table = _table("By-laws", "reference", "zone", "title", "from", "until", "now")
    for law in site.by_laws:
        is_suspended = any(suspension.in_force(at) for suspension in law.suspensions)
        state = "suspended" if is_suspended else "in force" if law.in_force(at) else "not in force"
        until = "" if law.valid_until is None else _day(law.valid_until, site.timezone)
        table.add_row(
            escape(law.reference), law.zone, escape(law.title), _day(law.valid_from, site.timezone), until, state
        )
    return table


def _permits(site: Site, at: datetime) -> Table:
    table = _table("Permits in force", "zone", "reason", "by", "count")

    def kind(permit: Permit) -> tuple[str, str, str]:
        return permit.zone, permit.reason.value, permit.kind.value

    for key, count in sorted(Counter(kind(permit) for permit in site.permits if permit.in_force(at)).items()):
        table.add_row(*key, str(count))
    return table


def _people(site: Site, at: datetime) -> Table:
    table = _table("People", "login", "name", "number", "capacity", "sworn", "desks", "party", "until", "now")
    for agent in site.agents:
        table.add_row(
            agent.login,
            escape(agent.name),
            escape(agent.number),
            agent.capacity.value,
            "yes" if agent.sworn else "no",
            ", ".join(sorted(agent.desks)),
            agent.party,
            _day(agent.valid_until, site.timezone),
            "in office" if agent.in_force(at) else "not in office",
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _said(permission: Permission) -> str:
    return "yes" if permission.allowed else f"no: {escape(permission.text_fr)}"


def _day(at: datetime, clock: ZoneInfo) -> str:
    return f"{at.astimezone(clock):%Y-%m-%d %H:%M}"
