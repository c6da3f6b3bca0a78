"""What will end soon: orders, legal bases, machine help, the convention, agents' acts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from verbalise.gate import day_fr
from verbalise.months import months_before
from verbalise.site.model import Site, SiteCamera
from verbalise.steward.ports import Lead, Notice


@dataclass(frozen=True, slots=True)
class _Ending:
    """Something that runs out. `said_fr` names it and what happens, up to the day."""

    subject: str
    said_fr: str
    ends_at: datetime


class _Text(Protocol):
    @property
    def valid_from(self) -> datetime: ...

    @property
    def valid_until(self) -> datetime: ...


def due_notices(site: Site, at: datetime) -> list[Notice]:
    """The notice now due of everything in force that ends without being followed, the nearest end first.

    One per end: the shortest lead that has begun. What another text of its kind takes over gets none.
    """
    found = [_due(site, ending, at) for ending in _endings(site, at)]
    return sorted((notice for notice in found if notice is not None), key=lambda notice: (notice.ends_at, notice.id))


def _due(site: Site, ending: _Ending, at: datetime) -> Notice | None:
    begun = [(begins, lead) for begins, lead in _leads(site, ending) if begins <= at < ending.ends_at]
    if not begun:
        return None
    _, lead = max(begun, key=lambda each: each[0])
    return Notice(
        id=f"{ending.subject}/{lead}/{ending.ends_at:%Y%m%dT%H%M%SZ}",
        subject=ending.subject,
        lead=lead,
        ends_at=ending.ends_at,
        text=f"{ending.said_fr} {day_fr(site, ending.ends_at)}",
        raised_at=at,
    )


def _leads(site: Site, ending: _Ending) -> Iterator[tuple[datetime, Lead]]:
    """When each notice of an end begins."""
    zone, end = site.timezone, ending.ends_at
    yield months_before(end, 3, zone), Lead.THREE_MONTHS
    yield months_before(end, 1, zone), Lead.ONE_MONTH
    yield end - timedelta(weeks=1), Lead.ONE_WEEK


def _endings(site: Site, at: datetime) -> Iterator[_Ending]:
    for camera in site.cameras.values():
        yield from _endings_of(camera, at)
    for help_ in site.help:
        if _ends_alone(help_, site.help, at):
            yield _Ending(
                "site/help", f"La décision sur l’aide automatique ({help_.text}) prend fin le", help_.valid_until
            )
    convention = site.convention
    if convention is not None and convention.in_force(at):
        named, zone = f"convention {convention.reference}", site.timezone
        notice_by = months_before(convention.valid_until, convention.notice_months, zone)
        yield _Ending("convention/notice", f"Le préavis de la {named} est à donner avant le", notice_by)
        yield _Ending("convention", f"La {named} prend fin le", convention.valid_until)
    for agent in site.agents:
        if _ends_alone(agent, [other for other in site.agents if other.id == agent.id], at):
            named = f"L’acte {agent.act} de l’agent {agent.number} prend fin le"
            yield _Ending(f"agent/{agent.id}", named, agent.valid_until)


def _endings_of(camera: SiteCamera, at: datetime) -> Iterator[_Ending]:
    camera_id = camera.camera.id
    for order in camera.authorisations:
        as_wide = [other for other in camera.authorisations if other.aims >= order.aims]
        if _ends_alone(order, as_wide, at):
            named = f"L’arrêté préfectoral {order.reference} de la caméra {camera_id} prend fin le"
            yield _Ending(f"camera/{camera_id}/order/{order.reference}", named, order.valid_until)
    for basis in camera.analysis:
        same = [other for other in camera.analysis if other.offence == basis.offence]
        if _ends_alone(basis, same, at):
            named = f"La base légale de l’analyse ({basis.text}) sur la caméra {camera_id} prend fin le"
            yield _Ending(f"camera/{camera_id}/analysis/{basis.offence}", named, basis.valid_until)


def _ends_alone(text: _Text, alike: Sequence[_Text], at: datetime) -> bool:
    """Whether a text is in force and no other of its kind is in force as it ends."""
    end = text.valid_until
    return text.valid_from <= at < end and not any(other.valid_from <= end < other.valid_until for other in alike)
