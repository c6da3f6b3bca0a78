"""The French sentences in which a right is explained. Times are local to the site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from detect.model import RoadUser
from verbalise.hours_wording import DAYS_FR
from verbalise.model import Reason
from verbalise.site.agreements import Hours
from verbalise.site.model import ByLaw, Suspension
from verbalise.site.permits import Permit, PermitReason

KINDS_FR = {
    RoadUser.CAR: "voiture",
    RoadUser.TRUCK: "camion ou camionnette",
    RoadUser.BUS: "bus",
    RoadUser.MOTORCYCLE: "deux-roues motorisé",
    RoadUser.BICYCLE: "vélo",
    RoadUser.PERSON: "piéton",
}
PERMITS_FR = {
    PermitReason.RESIDENT: "riverain",
    PermitReason.DELIVERY: "livraison",
    PermitReason.WORKS: "travaux",
    PermitReason.SERVICE: "service",
    PermitReason.CARE: "soins",
    PermitReason.EMERGENCY: "urgence",
    PermitReason.INTERCOM: "appel à l’interphone",
}

_LAST = datetime(9999, 12, 30, tzinfo=UTC)
"""What has no end is often given the last day that there is; its local time would lie beyond it."""


def kinds(of: Iterable[RoadUser]) -> str:
    """Road users by name, in the order of the catalogue."""
    named = frozenset(of)
    return " ou ".join(text for kind, text in KINDS_FR.items() if kind in named)


def not_motor(of: frozenset[RoadUser]) -> Reason:
    return Reason("not-a-motor-vehicle", False, f"Non motorisé : {kinds(of)}")


def no_law() -> Reason:
    return Reason("no-by-law", False, "Aucun arrêté en vigueur sur cette zone à cet instant")


def law_in_force(law: ByLaw) -> Reason:
    return Reason("by-law-in-force", True, f"Arrêté {law.reference} en vigueur : {law.title}")


def suspended(suspension: Suspension, clock: ZoneInfo) -> Reason:
    until = _date_and_hour(suspension.valid_until, clock)
    return Reason("suspended", False, f"Arrêté suspendu jusqu’au {until} : {suspension.text}")


def exempt_day(at: datetime, clock: ZoneInfo) -> Reason:
    local = at.astimezone(clock)
    return Reason("exempt-day", False, f"{local:%d/%m/%Y} : jour où l’arrêté ne s’applique pas")


def open_hours(at: datetime, clock: ZoneInfo) -> Reason:
    return Reason("open-hours", False, f"{_day_and_hour(at, clock)} : hors des heures de fermeture")


def closed(closure: Hours, at: datetime, clock: ZoneInfo) -> Reason:
    until = "24:00" if closure.end == time.max else f"{closure.end:%H:%M}"
    return Reason(
        "closed-hours",
        True,
        f"{_day_and_hour(at, clock)} : circulation motorisée fermée de {closure.start:%H:%M} à {until}",
    )


def admitted(law: ByLaw, of: frozenset[RoadUser]) -> Reason:
    return Reason("class-admitted", False, f"L’arrêté {law.reference} admet cette catégorie : {kinds(of)}")


def kind_unknown(law: ByLaw, of: frozenset[RoadUser]) -> Reason:
    text = f"Catégorie inconnue ({kinds(of)}) : l’arrêté {law.reference} ne les traite pas toutes de même"
    return Reason("kind-unknown", False, text)


def motor_vehicle(of: frozenset[RoadUser]) -> Reason:
    return Reason("motor-vehicle", True, f"Véhicule motorisé : {kinds(of)}")


def laws_disagree(laws: Iterable[ByLaw]) -> Reason:
    named = ", ".join(law.reference for law in laws)
    return Reason("by-laws-disagree", False, f"Les arrêtés en vigueur ensemble se contredisent : {named}")


def permitted(permit: Permit) -> Reason:
    return Reason("permit", False, f"Droit de circuler : {_named(permit)}")


def permit_elsewhere(permit: Permit) -> Reason:
    return Reason("permit-elsewhere", True, f"Le droit de ce véhicule vaut dans une autre zone : {_named(permit)}")


def permit_out_of_dates(permit: Permit, clock: ZoneInfo) -> Reason:
    dates = f"du {_date_and_hour(permit.valid_from, clock)} au {_date_and_hour(permit.valid_until, clock)}"
    return Reason("permit-out-of-dates", True, f"Droit hors de ses dates ({dates}) : {_named(permit)}")


def permit_out_of_hours(permit: Permit, at: datetime, clock: ZoneInfo) -> Reason:
    text = f"{_day_and_hour(at, clock)} : hors des heures du droit : {_named(permit)}"
    return Reason("permit-out-of-hours", True, text)


def permit_used(permit: Permit) -> Reason:
    return Reason("permit-used", True, f"Droit pour un seul passage, déjà utilisé : {_named(permit)}")


def plate_not_read() -> Reason:
    text = "Des droits par plaque valent ici à cette heure : la plaque, non lue, est à comparer à leur liste"
    return Reason("plate-not-read", False, text)


def no_permit() -> Reason:
    return Reason("no-permit", True, "Aucun droit connu de ce véhicule dans cette zone à cet instant")


def _named(permit: Permit) -> str:
    return f"{permit.id} ({PERMITS_FR[permit.reason]}, {permit.holder})"


def _day_and_hour(at: datetime, clock: ZoneInfo) -> str:
    local = at.astimezone(clock)
    return f"{DAYS_FR[local.weekday()].capitalize()} à {local:%H:%M:%S}"


def _date_and_hour(at: datetime, clock: ZoneInfo) -> str:
    return f"{min(at, _LAST).astimezone(clock):%d/%m/%Y à %H:%M}"
