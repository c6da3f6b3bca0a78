"""The report on paper says what was measured and how, and reads the same each time it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

import ingest
from tests.pdf_text import text_of
from tests.shared_street import BOLLARD, CITY_CAMERA, PCRT, TRAFFIC, at, person, without_convention
from tests.unit.verbalise.test_coordination import HOURS_OF_NOVEMBER, SITE, fact, look, measured, report
from verbalise.coordination_paper import KINDS_FR, NETWORKS_FR, TRIGGERS_FR, coordination_paper
from verbalise.exchanges import ExchangeKind, note
from verbalise.model import Access, AccessEntry, Trigger
from verbalise.paper import print_paper
from verbalise.site.agreements import Network
from verbalise.site.history import SiteBook

INSTANT = at("2026-11-10 10:00")


def words(*arguments: object, **more: object) -> str:
    """The printed report, with plain spaces."""
    made = report(*arguments, **more)  # type: ignore[arg-type]  # handed through
    return text_of(print_paper(coordination_paper(made))).replace("\u00a0", " ")


def test_a_quiet_month_measured_whole() -> None:
    printed = words([hour for camera in SITE.cameras for hour in measured(camera, HOURS_OF_NOVEMBER)])
    assert "Rapport de coordination, novembre 2026" in printed
    assert "du dimanche 1er novembre 2026 au lundi 30 novembre 2026" in printed
    assert "Préavis avant le jeudi 1er octobre 2026" in printed
    assert "Circulation 1 720,0 h 720,0 h 100,0 % 100,0 % 0,0 h" in printed
    assert "Déclarées par les parties : 0. Heures où une caméra a porté plus d’une connexion : 0." in printed
    assert "Circulation 1 0 0 2,00 Mbit/s" in printed
    assert "Chaque heure autorisée de chaque caméra a été mesurée." in printed


def test_a_month_that_nobody_measured_shows_no_good_figure() -> None:
    printed = words()
    assert "Circulation 1 0,0 h 0,0 h non mesuré 0,0 % 720,0 h" in printed
    assert "Circulation non mesuré non mesuré non mesuré non mesuré" in printed
    assert "plus d’une connexion : 0 (aucune mesure)." in printed


def test_almost_always_is_not_always() -> None:
    hours = measured(TRAFFIC, HOURS_OF_NOVEMBER)
    hours[0] = replace(hours[0], up_s=3599)
    assert "720,0 h 720,0 h 99,9 % 99,9 %" in words(hours)


def test_a_disturbance_is_counted_and_told() -> None:
    hours = measured(TRAFFIC, 2)
    hours[1] = replace(hours[1], most_connections=2)
    entry = note(person(PCRT), ExchangeKind.DISTURBANCE, "Image figée", INSTANT, "r1", camera=SITE.cameras[TRAFFIC])
    printed = words(hours, [entry])
    assert "Déclarées par les parties : 1. Heures où une caméra a porté plus d’une connexion : 1." in printed
    assert "01/11/2026 01:00 T1 2" in printed
    assert "perturbation le PCRT T1 Image figée" in printed


def test_looks_calls_and_cases_are_counted() -> None:
    call = note(person(PCRT), ExchangeKind.CALL, "Accident", INSTANT, "r1")
    looks = [look(BOLLARD, INSTANT), look(CITY_CAMERA, INSTANT)]
    printed = words((), [call, *looks], [fact("a", TRAFFIC, Trigger.AGENT)])
    assert "le PCRT la gestion du trafic 2 2" in printed
    assert "Appels d’astreinte déclarés : 1." in printed
    assert "Circulation agent 1" in printed
    assert "appel d’astreinte le PCRT Accident" in printed


def test_uses_that_opened_or_shut_are_named() -> None:
    subjects = {
        "camera/T1/ingest": "T1 : réception de la vidéo ouvert, puis fermé",
        "camera/gone/analysis/red-light": "gone : analyse des images ouvert, puis fermé",
        "site/help": "Aide automatique ouvert, puis fermé",
    }
    entries = [
        AccessEntry(INSTANT, None, Access.GATE_CHANGED, subject, "ouvert → fermé", "steward") for subject in subjects
    ]
    printed = words((), (), (), entries)
    assert all(said in printed for said in subjects.values())


def test_a_month_in_progress_says_where_its_figures_stop() -> None:
    assert "Mesures arrêtées au 10/11/2026 09:00" in words(made=at("2026-11-10 09:30"))


def test_without_a_convention_nobody_shares() -> None:
    printed = words(book=SiteBook.of(without_convention(SITE)))
    assert "Aucune : chaque partie ne voit que ses propres caméras" in printed


def test_the_report_names_no_agent() -> None:
    entry = note(person(PCRT), ExchangeKind.REQUEST, "Réglage du masque", INSTANT, "r1")
    assert entry.author not in words((), [entry, look(BOLLARD, INSTANT)])


def test_the_same_month_is_the_same_bytes() -> None:
    assert print_paper(coordination_paper(report())) == print_paper(coordination_paper(report()))


@pytest.mark.parametrize(
    ("names", "values"), [(NETWORKS_FR, Network), (TRIGGERS_FR, Trigger), (KINDS_FR, ExchangeKind)]
)
def test_every_value_has_a_name(names: dict[object, str], values: Iterable[object]) -> None:
    assert set(values) <= set(names)


def test_no_camera_can_be_steered_as_the_report_says() -> None:
    """The report promises that Constat holds no steering command: ingest alone speaks to cameras."""
    sources = Path(ingest.__file__).parent.rglob("*.py")
    steers = re.compile(r"ptz|onvif|continuousmove|absolutemove|pan_tilt", re.I)
    assert [path.name for path in sources if steers.search(path.read_text(encoding="utf-8"))] == []
