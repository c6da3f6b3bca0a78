"""The French sentences in which a device rule gives its reasons. Times are local to the site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.model import DeviceEvent, DeviceEventKind
from verbalise.model import Outcome, Reason
from verbalise.rules.bollard import CLOCK_TOLERANCE, Doubt
from verbalise.rules.spells import Spell
from verbalise.rules.wording import DOUBTS_FR, hour
from verbalise.site.model import Site

_PHASES_FR = {
    DeviceEventKind.GREEN: "vert",
    DeviceEventKind.AMBER: "jaune",
    DeviceEventKind.RED: "rouge",
    DeviceEventKind.DARK: "éteint",
}


def _name(site: Site, event: DeviceEvent) -> str:
    known = site.devices.get(event.device)
    return event.device if known is None else known.name


def not_authorised(text: str) -> Reason:
    return Reason("not-authorised", False, text)


def clock_off(event: DeviceEvent, site: Site) -> Reason:
    off_s = round((event.received_at - event.at).total_seconds())
    text = f"{_name(site, event)} : rapport reçu {off_s} s après son heure, son horloge ou sa liaison n’est pas fiable"
    return Reason("device-clock-off", False, text)


def not_banned_when_received(event: DeviceEvent, site: Site) -> Reason:
    received = hour(event.received_at, site.timezone)
    text = f"{_name(site, event)} : rapport reçu à {received}, où l’arrêté n’interdit plus ou pas encore"
    return Reason("not-banned-when-received", False, text)


def doubtful(doubt: Doubt, spells: Iterable[Spell], at: datetime, clock: ZoneInfo) -> Reason:
    """Why the device's reports decide nothing, with since when."""
    since = [spell.since for spell in spells if spell.doubt is doubt and spell.since <= at + CLOCK_TOLERANCE]
    when = f" (depuis {since[-1].astimezone(clock):%d/%m à %H:%M:%S})" if since else ""
    return Reason(doubt.value, False, DOUBTS_FR[doubt] + when)


def left_to_analysis(outcome: Outcome) -> Reason:
    made = "en a fait un constat à relire" if outcome is Outcome.CLAIMED else "ne retient pas ce passage"
    return Reason("left-to-analysis", False, f"L’analyse des images, autorisée ici, {made}")


def repeated(earlier: DeviceEvent, clock: ZoneInfo) -> Reason:
    return Reason("same-vehicle", False, f"Sans doute le même véhicule ou le même fait qu’à {hour(earlier.at, clock)}")


def passed(event: DeviceEvent, site: Site) -> Reason:
    text = f"Véhicule compté par {_name(site, event)} à {hour(event.at, site.timezone)}"
    return Reason("loop-passage", True, text)


def lowered(start: datetime, clock: ZoneInfo) -> Reason:
    return Reason("opening", True, f"Borne abaissée à {hour(start, clock)}")


def earlier_passage(at: datetime, covered_by: str | None, clock: ZoneInfo) -> Reason:
    by = f"couvert par {covered_by}" if covered_by else "sans droit lu"
    return Reason("earlier-passage", True, f"Passage à {hour(at, clock)} {by}")


def refused(refusal: DeviceEvent, site: Site) -> Reason:
    text = f"{_name(site, refusal)} : badge refusé à {hour(refusal.at, site.timezone)}, aucun droit lu depuis"
    return Reason("badge-refused", True, text)


def forced(event: DeviceEvent, site: Site) -> Reason:
    return Reason("bollard-forced", True, f"{_name(site, event)} forcée à {hour(event.at, site.timezone)}")


def struck(event: DeviceEvent, site: Site) -> Reason:
    return Reason("bollard-struck", True, f"{_name(site, event)} heurtée à {hour(event.at, site.timezone)}")


def phase_unknown() -> Reason:
    return Reason("phase-unknown", False, "La phase du feu à cet instant n’est pas connue")


def not_red(kind: DeviceEventKind, since: datetime, clock: ZoneInfo) -> Reason:
    return Reason(f"signal-{kind}", False, f"Feu {_PHASES_FR[kind]} depuis {hour(since, clock)}")


def red(since: datetime, at: datetime, site: Site) -> Reason:
    text = f"Feu rouge depuis {hour(since, site.timezone)}, soit {_seconds(at - since)}"
    return Reason("signal-red", True, text)


def red_too_fresh(since: datetime, at: datetime) -> Reason:
    text = f"Feu rouge depuis {_seconds(at - since)} seulement : les horloges ne permettent pas d’en décider"
    return Reason("red-just-begun", False, text)


def red_ending() -> Reason:
    return Reason("red-just-ended", False, "Le feu a changé à une seconde près : les horloges n’en décident pas")


def red_not_confirmed() -> Reason:
    text = "Dans l’ordre où les rapports sont arrivés, le feu n’était pas au rouge : les horloges n’en décident pas"
    return Reason("clocks-disagree", False, text)


def red_too_long(since: datetime, clock: ZoneInfo) -> Reason:
    text = f"Feu rouge depuis {since.astimezone(clock):%d/%m à %H:%M:%S} : trop longtemps pour un feu qui fonctionne"
    return Reason("signal-stuck", False, text)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f} s".replace(".", ",")
