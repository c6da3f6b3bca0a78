"""The French sentences in which a rule gives its reasons. Times are local to the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from detect.model import RoadUser
from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import Reason
from verbalise.rights_wording import KINDS_FR
from verbalise.rules.bollard import Doubt
from verbalise.rules.memory import Entry, TrackMemory

DOUBTS_FR = {
    Doubt.RAISED: "La borne était signalée levée : le passage ne s’explique pas",
    Doubt.UNKNOWN: "La position de la borne à cet instant n’est pas connue",
    Doubt.FAULT: "La borne était signalée en panne",
    Doubt.WORKS: "La borne était en mode travaux",
    Doubt.FORCED: "La borne était signalée forcée ou heurtée",
    Doubt.HELD_OPEN: "La borne était abaissée depuis plus de cinq minutes : elle était tenue ouverte",
}

NO_WHY = "Ouverture à distance, sans motif donné"
NO_REFERENCE = "Badge sans référence"
NO_KEY = "Badge accepté ; droits du site non comparés, faute de clé"
UNKNOWN_BADGE = "Badge accepté, inconnu des droits du site"
"""Why no permit of the site is named behind what the devices report."""


def hour(at: datetime, zone: ZoneInfo) -> str:
    """Local time of day to the second."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def credential_name(event: DeviceEvent) -> str:
    """The permit or call of an event, as shown to agents."""
    if event.permit is not None:
        return event.permit
    return "appel sans référence" if event.kind is DeviceEventKind.OPERATOR_OPENED else "badge sans référence"


def with_sight(reason: Reason, track: TrackMemory | None, kind: RoadUser) -> Reason:
    """What the law says of a class, with how often the vehicle was seen as one of it."""
    if track is None:
        return reason
    seen = f" (ainsi vu sur {dict(track.kinds).get(kind, 0)} images sur {track.seen})"
    return replace(reason, text_fr=reason.text_fr + seen)


def seen_coming(entry: Entry, place: str, zone: ZoneInfo) -> Reason:
    return Reason("entry-seen", True, f"Entrée vue du dehors vers le dedans à {hour(entry.at, zone)}, {place}")


def entry_unseen() -> Reason:
    return Reason("entry-unseen", False, "Entrée non vue : le véhicule apparaît déjà dans la zone")


def same_vehicle() -> Reason:
    return Reason("same-vehicle", False, "Le même véhicule était déjà entré : il est ressorti puis revenu")


def broken_track() -> Reason:
    return Reason("broken-track", False, "Sans doute le même véhicule que l’entrée précédente, suivi deux fois")


def doubtful(doubt: Doubt) -> Reason:
    return Reason(doubt.value, False, DOUBTS_FR[doubt])


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


def spent(credential: DeviceEvent, zone: ZoneInfo) -> Reason:
    text = f"{credential_name(credential)}, lu à {hour(credential.at, zone)}, valait pour un seul passage, déjà fait"
    return Reason("permit-used", True, text)


def claimed_by_device(event: DeviceEvent, zone: ZoneInfo) -> Reason:
    text = f"Ce passage est déjà à relire, sur le rapport d’un équipement de {hour(event.at, zone)}"
    return Reason("claimed-by-device", False, text)


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
