"""Which service a fact belongs to, and what each is told: the least that serves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verbalise.law.catalogue import Handling, Offence
from verbalise.model import Agent, Alert, AlertKind, Capacity, Claim, OffenceId, Service

BOTH = (Service.NATIONAL_POLICE, Service.MUNICIPAL_POLICE)
COMPETENT: Mapping[AlertKind, tuple[Service, ...]] = {
    AlertKind.VEHICLE_IN_PEDESTRIAN_AREA: (Service.MUNICIPAL_POLICE,),
    AlertKind.BOLLARD_FORCED: BOTH,
    AlertKind.BOLLARD_STRUCK: BOTH,
    AlertKind.BOLLARD_FAULT: (Service.MUNICIPAL_POLICE,),
    AlertKind.OFFENCE: (Service.MUNICIPAL_POLICE,),
    AlertKind.DANGER: BOTH,
    AlertKind.OTHER: (Service.MUNICIPAL_POLICE, Service.NATIONAL_POLICE),
}
"""Services that an alert of each kind may go to, the one it belongs to first: délits and danger are the State's."""

_SCENE_TO_STATE = frozenset({AlertKind.BOLLARD_FORCED, AlertKind.BOLLARD_STRUCK, AlertKind.DANGER})
"""Kinds of which the national police needs to see the scene: damage to be proven, people to be found."""
_KIND_OF: Mapping[OffenceId, AlertKind] = {
    OffenceId("pedestrian-area-driving"): AlertKind.VEHICLE_IN_PEDESTRIAN_AREA,
    OffenceId("bollard-damage"): AlertKind.BOLLARD_STRUCK,
}


@dataclass(frozen=True, slots=True)
class ProposedAlert:
    """An alert that a page offers, filled in; a person sends it."""

    to: Service
    kind: AlertKind
    text: str


def is_competent(service: Service, kind: AlertKind) -> bool:
    """Whether an alert of that kind may go to that service."""
    return service in COMPETENT[kind]


def services_for(offence: Offence) -> tuple[Service, ...]:
    """Services that an offence concerns, the one it belongs to first: a délit is the State's police's."""
    return BOTH if offence.handling is Handling.REFER else (Service.MUNICIPAL_POLICE,)


def service_of(agent: Agent) -> Service:
    """Whose alerts an agent answers."""
    return Service.NATIONAL_POLICE if agent.capacity is Capacity.NATIONAL_POLICE else Service.MUNICIPAL_POLICE


def alerts_of(agent: Agent, alerts: list[Alert]) -> list[Alert]:
    """The alerts that are this agent's service's; nobody reads another's."""
    own = service_of(agent)
    return [alert for alert in alerts if alert.to is own]


def shows_scene(alert: Alert) -> bool:
    """Whether those who get the alert may see the scene behind it."""
    return alert.case is not None and (alert.to is Service.MUNICIPAL_POLICE or alert.kind in _SCENE_TO_STATE)


def proposed_alerts(claim: Claim, offence: Offence) -> tuple[ProposedAlert, ...]:
    """Alerts to offer about a claim, the first one first. A délit always offers one to the national police."""
    kind = _KIND_OF.get(claim.offence, AlertKind.OFFENCE)
    text = "" if claim.offence in _KIND_OF and offence.handling is not Handling.REFER else offence.title_fr
    return tuple(ProposedAlert(service, kind, text) for service in services_for(offence))
