"""The month's report as a document in French: what the parties read at their coordination meeting, on paper or page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ingest.model import CameraId
from verbalise.access import AIMS_FR, party_name
from verbalise.coordination import CoordinationReport, NetworkUptime, notice_day
from verbalise.exchanges import LOOK_LASTS, Exchange, ExchangeKind
from verbalise.model import Trigger
from verbalise.paper import Block, Facts, Heading, Listing, Paper, Text, day_fr, month_fr
from verbalise.site.agreements import Network
from verbalise.steward.gates import HELP

NETWORKS_FR: Mapping[Network | None, str] = {
    Network.BOLLARD: "Bornes",
    Network.TRAFFIC: "Circulation",
    Network.CITY: "Ville",
    None: "Caméra retirée du site",
}
TRIGGERS_FR: Mapping[Trigger, str] = {
    Trigger.DEVICE: "équipement",
    Trigger.AGENT: "agent",
    Trigger.ANALYSIS: "analyse",
    Trigger.INSTRUMENT: "appareil homologué",
}
KINDS_FR: Mapping[ExchangeKind, str] = {
    ExchangeKind.VIEW: "consultation",
    ExchangeKind.CALL: "appel d’astreinte",
    ExchangeKind.REQUEST: "demande",
    ExchangeKind.INCIDENT: "incident",
    ExchangeKind.DISTURBANCE: "perturbation",
    ExchangeKind.MEETING: "réunion",
}
USES_FR: Mapping[str, str] = {
    "ingest": "réception de la vidéo",
    "trigger": "relevé des faits",
    "analysis": "analyse des images",
    HELP: "Aide automatique",
}
UPTIME_FR = (
    "Part du temps autorisé par l’arrêté et la convention où la vidéo est arrivée, sur le seul temps mesuré. "
    "« Au moins » compte comme une panne tout le temps que personne n’a mesuré."
)
NO_STEERING_FR = (
    "Constat ne pilote aucune caméra : il n’existe ni commande ni protocole d’orientation dans le logiciel. "
    "Il ouvre une seule connexion par caméra, en lecture."
)
CROWDED_SHOWN = 20
"""Hours listed one by one; the count before them is of all."""


def coordination_paper(report: CoordinationReport) -> Paper:
    """The report as it is printed."""
    convention = report.site.convention
    marked = f"Rapport de coordination {report.month}"
    return Paper(
        title=f"Rapport de coordination, {month_fr(report.month.year, report.month.number)}",
        author=f"Ville de {report.site.commune}",
        reference=marked if convention is None else f"{marked} · convention {convention.reference}",
        blocks=tuple(coordination_blocks(report)),
    )


def coordination_blocks(report: CoordinationReport) -> Iterable[Block]:
    """The report, part by part."""
    for part in (_span, _uptime, _uses, _cases, _disturbances, _entries, _changes, _endings, _missing):
        yield from part(report)


def _span(report: CoordinationReport) -> Iterable[Block]:
    site, convention = report.site, report.site.convention
    begins = report.month.begins(site.timezone)
    rows = [("Période", f"du {day_fr(begins, site.timezone)} au {_last_day(report, report.until)}")]
    if not report.is_whole:
        rows.append(("Mois en cours", f"Mesures arrêtées au {_instant(report, report.until)}"))
    if convention is None:
        rows.append(("Convention", "Aucune : chaque partie ne voit que ses propres caméras"))
    else:
        rows += [
            ("Convention", f"{convention.reference} · {convention.title}"),
            ("En vigueur", f"jusqu’au {_last_day(report, convention.valid_until)}"),
            ("Préavis", f"avant le {day_fr(notice_day(convention, site), site.timezone)}"),
            ("Parties", ", ".join(party.name for party in site.parties.values())),
        ]
    yield Facts(tuple(rows))


def _uptime(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Disponibilité par réseau")
    if not report.networks:
        yield Text("Aucune caméra n’était autorisée sur la période.")
        return
    yield Listing(
        head=("Réseau", "Caméras", "Autorisé et mesuré", "Avec vidéo", "Part", "Au moins", "Sans mesure"),
        rows=tuple(
            (
                NETWORKS_FR[network.network],
                str(network.cameras),
                _hours(network.allowed_s),
                _hours(network.up_s),
                _percent(network.share),
                _percent(network.sure_share),
                _hours(network.unmeasured_s),
            )
            for network in report.networks
        ),
        shares=(1.8, 1.2, 2, 1.5, 1.6, 1.4, 1.6),
        numbers=frozenset(range(1, 7)),
    )
    yield Text(UPTIME_FR, quiet=True)


def _uses(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Consultations des caméras d’une autre partie")
    if not report.uses:
        yield Text("Aucune consultation.")
    else:
        yield Listing(
            head=("Partie", "Pour", "Consultations", "Caméras"),
            rows=tuple(
                (party_name(report.site, use.party), AIMS_FR[use.aim], str(use.looks), str(use.cameras))
                for use in report.uses
            ),
            shares=(3, 4, 1.6, 1.2),
            numbers=frozenset({2, 3}),
        )
    calls = len(report.entries_of(ExchangeKind.CALL))
    minutes = round(LOOK_LASTS.total_seconds() / 60)
    yield Text(
        f"Appels d’astreinte déclarés : {calls}. Une consultation est une caméra regardée par une personne pour une "
        f"finalité, et vaut {minutes} minutes au plus.",
        quiet=True,
    )


def _cases(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Dossiers ouverts, par réseau et déclencheur")
    if not report.cases:
        yield Text("Aucun dossier.")
        return
    yield Listing(
        head=("Réseau", "Déclencheur", "Dossiers"),
        rows=tuple((NETWORKS_FR[each.network], TRIGGERS_FR[each.trigger], str(each.cases)) for each in report.cases),
        shares=(3, 3, 1),
        numbers=frozenset({2}),
    )


def _disturbances(report: CoordinationReport) -> Iterable[Block]:
    declared = report.entries_of(ExchangeKind.DISTURBANCE)
    yield Heading("Perturbations")
    yield Text(
        f"Déclarées par les parties : {len(declared)}. Heures où une caméra a porté plus d’une connexion : "
        f"{len(report.crowded)}{'' if _is_measured(report) else ' (aucune mesure)'}."
    )
    yield Text(NO_STEERING_FR)
    if report.networks:
        yield Listing(
            head=("Réseau", "Connexions au plus", "Reconnexions", "Images perdues", "Débit moyen par caméra"),
            rows=tuple(map(_load, report.networks)),
            shares=(2, 1.7, 1.5, 1.6, 2.2),
            numbers=frozenset(range(1, 5)),
        )
        yield Text("Mesuré par le poste de réception, caméra par caméra et heure par heure.", quiet=True)
    if report.crowded:
        yield Listing(
            head=("Heure", "Caméra", "Connexions"),
            rows=tuple(
                (_instant(report, hour.hour), _camera(report, hour.camera), str(hour.most_connections))
                for hour in report.crowded[:CROWDED_SHOWN]
            ),
            shares=(2, 4, 1),
            numbers=frozenset({2}),
        )
    if declared:
        yield _log(report, declared)


def _load(network: NetworkUptime) -> tuple[str, ...]:
    rate = network.mean_mbit_s
    measured = network.allowed_s > 0
    return (
        NETWORKS_FR[network.network],
        str(network.most_connections) if measured else "non mesuré",
        str(network.reconnects) if measured else "non mesuré",
        str(network.dropped) if measured else "non mesuré",
        "non mesuré" if rate is None else f"{_number(rate, 2)} Mbit/s",
    )


def _entries(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Incidents, appels, demandes et réunions")
    kinds = (ExchangeKind.INCIDENT, ExchangeKind.CALL, ExchangeKind.REQUEST, ExchangeKind.MEETING)
    entries = report.entries_of(*kinds)
    yield _log(report, entries) if entries else Text("Rien n’a été inscrit au journal des échanges.")


def _log(report: CoordinationReport, entries: Iterable[Exchange]) -> Block:
    return Listing(
        head=("Quand", "Nature", "Partie", "Caméra", "Texte"),
        rows=tuple(
            (
                _instant(report, entry.at),
                KINDS_FR[entry.kind],
                party_name(report.site, entry.party),
                "" if entry.camera is None else _camera(report, entry.camera),
                entry.text,
            )
            for entry in entries
        ),
        shares=(1.7, 1.6, 1.6, 2.4, 4),
    )


def _changes(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Autorisations ouvertes ou fermées")
    if not report.changes:
        yield Text("Aucun changement.")
        return
    yield Listing(
        head=("Quand", "Usage", "Changement"),
        rows=tuple(
            (_instant(report, change.at), _use(report, change.subject), _said(change.purpose))
            for change in report.changes
        ),
        shares=(1.7, 3.2, 6),
    )


def _endings(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Échéances")
    if not report.endings:
        yield Text("Aucun texte n’arrive à son terme sans être suivi.")
        return
    yield Listing(
        head=("Texte", "Dernier jour"),
        rows=tuple((ending.text, _last_day(report, ending.ends_at)) for ending in report.endings),
        shares=(5, 2),
    )


def _missing(report: CoordinationReport) -> Iterable[Block]:
    yield Heading("Ce qui manque dans ces chiffres")
    if not report.unmeasured:
        yield Text("Chaque heure autorisée de chaque caméra a été mesurée.")
        return
    yield Text("Heures où la vidéo était autorisée et où personne n’a mesuré si elle arrivait :")
    yield Listing(
        head=("Caméra", "Sans mesure"),
        rows=tuple((_camera(report, camera), _hours(seconds)) for camera, seconds in report.unmeasured),
        shares=(5, 1),
        numbers=frozenset({1}),
    )


def _is_measured(report: CoordinationReport) -> bool:
    return any(network.allowed_s for network in report.networks)


def _camera(report: CoordinationReport, camera: CameraId) -> str:
    known = report.site.cameras.get(camera)
    return camera if known is None else known.name


def _said(change: str) -> str:
    """A change as the ledger words it, without the arrow that the paper's fonts lack."""
    return change.replace(" → ", ", puis ")


def _use(report: CoordinationReport, subject: str) -> str:
    """A use of the gate, for example `camera/B1/analysis/red-light`, in words."""
    kind, camera, *what = subject.split("/")
    if kind != "camera" or not what:
        return USES_FR.get(subject, subject)
    return f"{_camera(report, CameraId(camera))} : {USES_FR.get(what[0], what[0])}"


def _instant(report: CoordinationReport, at: datetime) -> str:
    return f"{at.astimezone(report.site.timezone):%d/%m/%Y %H:%M}"


def _last_day(report: CoordinationReport, until: datetime) -> str:
    return day_fr(until - timedelta(microseconds=1), report.site.timezone)


def _hours(seconds: int) -> str:
    return f"{_number(seconds / 3600, 1)} h"


def _percent(share: float | None) -> str:
    return "non mesuré" if share is None else f"{_number(_down(share * 100), 1)} %"


def _down(percent: float) -> float:
    """To the tenth below: 99.97 % of the time is not all of it."""
    return int(percent * 10 + 1e-9) / 10


def _number(value: float, decimals: int) -> str:
    """A number as French writes it: `1 234,5`, with spaces that do not break."""
    return f"{value:,.{decimals}f}".replace(",", "\u00a0").replace(".", ",")
