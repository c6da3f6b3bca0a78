"""The French sentences in which a rule gives its reasons. Times are local to the site."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from detect.model import RoadUser
from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.agreements import Hours
from verbalise.history import Entry, TrackMemory
from verbalise.model import Reason
from verbalise.rules.bollard import Doubt
from verbalise.site import ByLaw

KINDS_FR = {
    RoadUser.CAR: "voiture",
    RoadUser.TRUCK: "camion ou camionnette",
    RoadUser.BUS: "bus",
    RoadUser.MOTORCYCLE: "deux-roues motorisé",
    RoadUser.BICYCLE: "vélo",
    RoadUser.PERSON: "piéton",
}
DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DOUBTS_FR = {
    Doubt.RAISED: "La borne était signalée levée : le passage ne s’explique pas",
    Doubt.UNKNOWN: "La position de la borne à cet instant n’est pas connue",
    Doubt.FAULT: "La borne était signalée en panne",
    Doubt.WORKS: "La borne était en mode travaux",
    Doubt.FORCED: "La borne était signalée forcée ou heurtée",
    Doubt.HELD_OPEN: "La borne était abaissée depuis plus de cinq minutes : elle était tenue ouverte",
}


def hour(at: datetime, zone: ZoneInfo) -> str:
    """Local time of day to the second."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def credential_name(event: DeviceEvent) -> str:
    """The permit or call of an event, as shown to agents."""
    if event.permit is not None:
        return event.permit
    return "appel sans référence" if event.kind is DeviceEventKind.OPERATOR_OPENED else "badge sans référence"


def law_in_force(law: ByLaw) -> Reason:
    return Reason("by-law-in-force", True, f"Arrêté {law.reference} en vigueur : {law.title}")


def no_law() -> Reason:
    return Reason("no-by-law", False, "Aucun arrêté en vigueur sur cette zone à cet instant")


def closed(closure: Hours, at: datetime, zone: ZoneInfo) -> Reason:
    until = "24:00" if closure.end == time.max else f"{closure.end:%H:%M}"
    return Reason(
        "closed-hours",
        True,
        f"{_day_and_hour(at, zone)} : circulation motorisée fermée de {closure.start:%H:%M} à {until}",
    )


def open_hours(at: datetime, zone: ZoneInfo) -> Reason:
    return Reason("open-hours", False, f"{_day_and_hour(at, zone)} : hors des heures de fermeture")


def _day_and_hour(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{DAYS_FR[local.weekday()].capitalize()} à {local:%H:%M:%S}"


def motor_vehicle(track: TrackMemory | None, kind: RoadUser) -> Reason:
    seen = "" if track is None else f" (ainsi vu sur {dict(track.kinds).get(kind, 0)} images sur {track.seen})"
    return Reason("motor-vehicle", True, f"Véhicule motorisé : {KINDS_FR[kind]}{seen}")


def not_motor(kind: RoadUser) -> Reason:
    return Reason("not-a-motor-vehicle", False, f"Vu le plus souvent comme {KINDS_FR[kind]} : non motorisé")


def admitted(law: ByLaw, kind: RoadUser) -> Reason:
    return Reason("class-admitted", False, f"L’arrêté {law.reference} admet cette catégorie : {KINDS_FR[kind]}")


def seen_coming(entry: Entry, place: str, zone: ZoneInfo) -> Reason:
    return Reason("entry-seen", True, f"Entrée vue du dehors vers le dedans à {hour(entry.at, zone)}, {place}")


def entry_unseen() -> Reason:
    return Reason("entry-unseen", False, "Entrée non vue : le véhicule apparaît déjà dans la zone")


def same_vehicle() -> Reason:
    return Reason("same-vehicle", False, "Le même véhicule était déjà entré : il est ressorti puis revenu")


def broken_track() -> Reason:
    return Reason("broken-track", False, "Sans doute le même véhicule que l’entrée précédente, suivi deux fois")


def doubtful(doubt: Doubt) -> Reason:
    return Reason(doubt.value, False, _DOUBTS_FR[doubt])


def unexplained_opening(start: datetime, zone: ZoneInfo) -> Reason:
    return Reason(
        "opening-unexplained",
        False,
        f"Borne abaissée à {hour(start, zone)} sans badge ni appel connu : un droit a pu ne pas être transmis",
    )


def opened_for(device: str, start: datetime, credential: DeviceEvent, zone: ZoneInfo) -> Reason:
    return Reason("opening", True, f"{device} abaissée à {hour(start, zone)} pour {credential_name(credential)}")


def covered(credential: DeviceEvent, zone: ZoneInfo) -> Reason:
    return Reason(
        "covered", False, f"Passage couvert par {credential_name(credential)}, lu à {hour(credential.at, zone)}"
    )


def earlier_passage(entry: Entry, zone: ZoneInfo) -> Reason:
    by = f"couvert par {entry.covered_by}" if entry.covered_by else "sans droit lu"
    return Reason("earlier-passage", True, f"Passage à {hour(entry.at, zone)} ({KINDS_FR[entry.kind]}) {by}")


def nth_passage(number: int) -> Reason:
    name = "1er" if number == 1 else f"{number}e"
    return Reason(
        "second-passage" if number == 2 else "later-passage", True, f"Ce passage est le {name} de l’ouverture"
    )


def no_credential() -> Reason:
    return Reason("no-credential", True, "Aucun badge ni appel n’a été lu pour ce véhicule")


def no_gate() -> Reason:
    return Reason("no-gate", True, "Zone sans borne : aucun droit n’y est lu")
