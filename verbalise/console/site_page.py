"""What the page of the site shows of each camera: what it may be used for now and why, and how it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.health import CameraHealth, CameraState
from ingest.model import CameraId
from verbalise.access import party_name
from verbalise.console.views import offence_title
from verbalise.console.wording import Words
from verbalise.gate import Permission, camera_gate, may_help
from verbalise.site.model import Site, SiteCamera
from verbalise.steward.notices import due_notices
from verbalise.steward.ports import Notice
from verbalise.uptime import CameraHour

FRESH = timedelta(seconds=60)
"""Older words of ingest say nothing of now."""


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use and what the gate says of it; the sentence is French, as the ledger has it."""

    name: str
    is_open: bool
    text_fr: str
    until: str


@dataclass(frozen=True, slots=True)
class HealthLine:
    """How a camera does.

    Attributes:
        is_well: Whether pictures come now.
        why: What ingest last met, where they do not come.
        uptime: Share of today's allowed and measured time with video.
    """

    state: str
    is_well: bool
    why: str
    last_packet: str
    uptime: str
    connections: str


@dataclass(frozen=True, slots=True)
class CameraCard:
    """One camera of the page."""

    id: str
    name: str
    owner: str
    network: str
    uses: tuple[UseLine, ...]
    health: HealthLine


@dataclass(frozen=True, slots=True)
class ByLawLine:
    """The by-law in force on one zone; no reference where there is none."""

    place: str
    camera: str
    reference: str
    title_fr: str


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of the cameras: the newest word of each, and today's hours."""

    newest: Mapping[CameraId, CameraHealth]
    today: tuple[CameraHour, ...]

    @classmethod
    def of(cls, newest: Iterable[CameraHealth], today: Iterable[CameraHour]) -> Measures:
        """From the register's lists."""
        return cls({health.camera: health for health in newest}, tuple(today))


def help_line(site: Site, at: datetime, words: Words) -> UseLine:
    """Whether a machine may help with clips."""
    return _use(words("gate.help"), may_help(site, at), words)


def camera_cards(site: Site, measures: Measures, at: datetime, words: Words) -> list[CameraCard]:
    """Every camera, in the order of the site."""
    return [
        CameraCard(
            id=camera_id,
            name=camera.name,
            owner=party_name(site, camera.owner),
            network=words(f"network.{camera.network}"),
            uses=tuple(_uses(site, camera, at, words)),
            health=_health(camera_id, measures, at, words),
        )
        for camera_id, camera in site.cameras.items()
    ]


def by_law_lines(site: Site, at: datetime) -> list[ByLawLine]:
    """The by-law in force on every zone now."""
    lines = []
    for camera in site.cameras.values():
        for zone in camera.zones:
            law = site.by_law_on(zone.id, at)
            found = ("", "") if law is None else (law.reference, law.title)
            lines.append(ByLawLine(zone.place, camera.name, *found))
    return lines


def standing_notices(site: Site, given: Iterable[Notice], at: datetime) -> list[Notice]:
    """Of the notices given, those that still hold: what was renewed since is not warned of any more."""
    due = {notice.id for notice in due_notices(site, at)}
    return [notice for notice in given if notice.id in due]


def _uses(site: Site, camera: SiteCamera, at: datetime, words: Words) -> Iterable[UseLine]:
    gate = camera_gate(site, camera, at)
    yield _use(words("gate.ingest"), gate.ingest, words)
    yield _use(words("gate.device"), gate.device, words)
    yield _use(words("gate.agent"), gate.agent, words)
    based = {basis.offence for basis in camera.analysis}
    for offence, permission in gate.analysis.items():
        if offence in based:
            yield _use(words("gate.analysis", offence=offence_title(offence, words)), permission, words)
    if not based:
        yield UseLine(words("gate.any-analysis"), False, words("gate.no-analysis"), "")


def _use(name: str, permission: Permission, words: Words) -> UseLine:
    until = "" if permission.until is None else words.instant(permission.until)
    return UseLine(name, permission.allowed, permission.text_fr, until)


def _health(camera: CameraId, measures: Measures, at: datetime, words: Words) -> HealthLine:
    health = measures.newest.get(camera)
    uptime = _uptime([hour for hour in measures.today if hour.camera == camera], words)
    if health is None:
        return HealthLine(words("camera-state.unknown"), False, "", "", uptime, "")
    is_fresh = at - health.at <= FRESH
    state = words(f"camera-state.{health.state}") if is_fresh else words("camera-state.silent")
    is_well = is_fresh and health.state is CameraState.RUNNING
    return HealthLine(
        state=state,
        is_well=is_well,
        why="" if is_well or health.last_error is None else health.last_error,
        last_packet="" if health.last_packet_at is None else words.instant(health.last_packet_at),
        uptime=uptime,
        connections=words("gate.connections-of", now=health.connections, most=health.most_connections),
    )


def _uptime(hours: list[CameraHour], words: Words) -> str:
    allowed_s = sum(hour.allowed_s for hour in hours)
    if not allowed_s:
        return words("gate.not-measured")
    return words("gate.uptime-of", share=f"{100 * sum(hour.up_s for hour in hours) / allowed_s:.1f}")
