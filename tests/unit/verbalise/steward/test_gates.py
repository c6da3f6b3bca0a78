"""Every use has an answer for as long as it was ever asked, and each change is one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ingest.model import CameraId
from tests.builders import CAMERA, OFFENCE, T0, site
from verbalise.gate import Permission, may_analyse, may_help, may_ingest, may_trigger
from verbalise.site.agreements import HelpPermission
from verbalise.steward.gates import HELP, GateChange, analysis_of, changes, gate_of, ingest_of, trigger_of
from verbalise.steward.ports import GateState

SITE = replace(site(), help=(HelpPermission("Décision 12", T0 - timedelta(days=1), T0 + timedelta(days=1)),))
OPEN = Permission(True, "allowed", "Arrêté A-1", T0)
SHUT = Permission(False, "authorisation-expired", "A-1 : fin")


def test_every_use_of_the_site_is_asked() -> None:
    camera = SITE.cameras[CAMERA]
    assert gate_of(SITE, T0, []) == {
        HELP: may_help(SITE, T0),
        ingest_of(CAMERA): may_ingest(SITE, camera, T0),
        trigger_of(CAMERA): may_trigger(SITE, camera, T0),
        analysis_of(CAMERA, OFFENCE): may_analyse(SITE, camera, OFFENCE, T0),
    }


def test_what_was_once_known_is_shut_and_not_forgotten() -> None:
    bare = replace(SITE, cameras={CAMERA: replace(SITE.cameras[CAMERA], analysis=())})
    gone = ingest_of(CameraId("B9"))
    gate = gate_of(bare, T0, [analysis_of(CAMERA, OFFENCE), gone])
    assert gate[analysis_of(CAMERA, OFFENCE)].code == "no-basis"
    assert gate[gone].code == "not-on-site"


def test_what_is_the_same_is_no_change() -> None:
    known = {"b": GateState("b", OPEN, T0), "c": GateState("c", OPEN, T0)}
    renewed = replace(OPEN, text_fr="Arrêté A-2", until=T0 + timedelta(days=9))
    assert changes(known, {"c": renewed, "b": OPEN, "a": SHUT}) == [
        GateChange("a", None, SHUT),
        GateChange("c", OPEN, renewed),
    ]


def test_a_change_is_told_from_old_to_new_with_the_reason() -> None:
    assert GateChange("a", None, SHUT).sentence_fr == "premier état → fermé : A-1 : fin"
    assert GateChange("a", SHUT, OPEN).sentence_fr == "fermé → ouvert : Arrêté A-1"
