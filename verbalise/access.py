"""Who may look at which camera, for which aim, at an instant, and why not. Pure; every live view asks it.

The owner's agents see its cameras. Agents of another party see what the convention shares with that party: which
networks, for which aims, in which hours. Nothing is seen without a prefect's order that names the aim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from verbalise.gate import Permission, day_fr, first_shut, may_ingest
from verbalise.hours_wording import hours_fr
from verbalise.model import Agent, Capacity
from verbalise.site.agreements import Aim, Convention, Hours, PartyId, Sharing
from verbalise.site.model import Site, SiteCamera

AIMS_FR: Mapping[Aim, str] = {
    Aim.OFFENCES: "la constatation des infractions",
    Aim.TRAFFIC: "la gestion du trafic",
    Aim.SAFETY: "la sécurité publique",
    Aim.BOLLARDS: "l’exploitation des bornes",
}
AIMS_OF: Mapping[Capacity, frozenset[Aim]] = {Capacity.TRAFFIC_OPERATOR: frozenset({Aim.TRAFFIC})}
"""Capacities that look for some aims alone, whatever else is shared with their party."""


def may_look(
    site: Site, agent: Agent, camera: SiteCamera, aim: Aim, at: datetime, on_call_until: datetime | None = None
) -> Permission:
    """Whether an agent may look at a camera for an aim.

    Args:
        on_call_until: Until when a declared call opens the on-call hours of the agent's party, exclusive; None where
            none was declared. See `verbalise.exchanges.on_call_until`.
    """
    return first_shut(
        _by_act(site, agent, at),
        _by_capacity(agent, aim),
        _by_owner(site, agent, camera, aim, at, on_call_until),
        may_ingest(site, camera, at),
        _by_order(site, camera, aim, at),
    )


def open_aims(
    site: Site, agent: Agent, camera: SiteCamera, at: datetime, on_call_until: datetime | None = None
) -> tuple[Aim, ...]:
    """The aims for which an agent may look at a camera now; empty where the camera is not theirs to see."""
    return tuple(aim for aim in Aim if may_look(site, agent, camera, aim, at, on_call_until).allowed)


def sharing_state(site: Site, share: Sharing, at: datetime, on_call_until: datetime | None = None) -> Permission:
    """Whether one sharing of the convention is open at an instant, whatever the camera's own order says."""
    convention = site.convention
    if convention is None or not convention.in_force(at):
        return _out_of_force(site, convention, at)
    return _by_hours(site, convention, [share], at, on_call_until)


def answers_calls(site: Site, party: PartyId, at: datetime) -> bool:
    """Whether the convention in force opens cameras to a party on call."""
    convention = site.convention
    if convention is None or not convention.in_force(at):
        return False
    return any(share.party == party and share.on_call for share in convention.sharings)


def party_name(site: Site, party: PartyId) -> str:
    """A party as the site names it, its id where it does not."""
    known = site.parties.get(party)
    return party if known is None else known.name


def _by_act(site: Site, agent: Agent, at: datetime) -> Permission:
    if not agent.in_force(at):
        return Permission(False, "out-of-office", "Votre habilitation n’est pas en vigueur à cet instant")
    return Permission(True, "allowed", f"Habilitation jusqu’au {day_fr(site, agent.valid_until)}", agent.valid_until)


def _by_capacity(agent: Agent, aim: Aim) -> Permission:
    if aim not in AIMS_OF.get(agent.capacity, frozenset(Aim)):
        return Permission(False, "capacity", f"Votre qualité ne permet pas de regarder pour {AIMS_FR[aim]}")
    return Permission(True, "allowed", "Qualité de l’agent")


def _by_order(site: Site, camera: SiteCamera, aim: Aim, at: datetime) -> Permission:
    in_force = [order for order in camera.authorisations if order.in_force(at)]
    naming = [order for order in in_force if aim in order.aims]
    if naming:
        order = max(naming, key=lambda each: each.valid_until)
        text = f"Arrêté préfectoral {order.reference}, jusqu’au {day_fr(site, order.valid_until)}"
        return Permission(True, "allowed", text, order.valid_until)
    named = f" {in_force[0].reference}" if in_force else ""
    text = f"L’arrêté préfectoral{named} ne compte pas {AIMS_FR[aim]} parmi ses finalités"
    return Permission(False, "aim-missing", text)


def _by_owner(
    site: Site, agent: Agent, camera: SiteCamera, aim: Aim, at: datetime, on_call_until: datetime | None
) -> Permission:
    if agent.party == camera.owner:
        return Permission(True, "allowed", f"Caméra de {party_name(site, camera.owner)}")
    convention = site.convention
    if convention is None or not convention.in_force(at):
        return _out_of_force(site, convention, at)
    who = party_name(site, agent.party)
    of_network = [
        share for share in convention.sharings if share.party == agent.party and camera.network in share.networks
    ]
    if not of_network:
        text = f"La convention {convention.reference} ne partage pas ce réseau de caméras avec {who}"
        return Permission(False, "not-shared", text)
    shares = [share for share in of_network if aim in share.aims]
    if not shares:
        text = f"La convention {convention.reference} ne partage pas cette caméra avec {who} pour {AIMS_FR[aim]}"
        return Permission(False, "aim-not-shared", text)
    return _by_hours(site, convention, shares, at, on_call_until)


def _out_of_force(site: Site, convention: Convention | None, at: datetime) -> Permission:
    if convention is None:
        return Permission(False, "no-convention", "Caméra d’une autre partie, qu’aucune convention ne partage")
    if at < convention.valid_from:
        begins = day_fr(site, convention.valid_from)
        text = f"La convention {convention.reference} n’est en vigueur qu’à partir du {begins}"
        return Permission(False, "convention-not-yet", text)
    text = f"La convention {convention.reference} a pris fin le {day_fr(site, convention.valid_until)}"
    return Permission(False, "convention-ended", text)


def _by_hours(
    site: Site, convention: Convention, shares: Sequence[Sharing], at: datetime, on_call_until: datetime | None
) -> Permission:
    by_text = f"Convention {convention.reference}"
    if any(not share.hours for share in shares):
        return Permission(True, "allowed", by_text, convention.valid_until)
    hours = [span for share in shares for span in share.hours]
    ends = [end for span in hours if (end := _ends_at(span, at, site.timezone)) is not None]
    if ends:
        return Permission(True, "allowed", f"{by_text}, {hours_fr(hours)}", min(max(ends), convention.valid_until))
    answers_calls = any(share.on_call for share in shares)
    if answers_calls and on_call_until is not None and at < on_call_until:
        until = min(on_call_until, convention.valid_until)
        return Permission(True, "allowed", f"{by_text}, appel d’astreinte jusqu’au {day_fr(site, until)}", until)
    text = f"La convention {convention.reference} n’ouvre ces images que {hours_fr(hours)}"
    on_call = " ; hors de ces heures, sur appel d’astreinte déclaré" if answers_calls else ""
    return Permission(False, "outside-hours", text + on_call)


def _ends_at(span: Hours, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the span that holds an instant ends, None where it does not hold it."""
    local = at.astimezone(zone)
    started = span.started_on(local)
    if started is None:
        return None
    if span.end == time.max:
        return datetime.combine(local.date() + timedelta(days=1), time.min, zone).astimezone(UTC)
    day = started + timedelta(days=1) if span.end <= span.start else started
    # In autumn's repeated hour the span ends at the next time that the clock shows its end, not at the one before.
    return datetime.combine(day, span.end, zone).replace(fold=local.fold).astimezone(UTC)
