"""What the gate says of every use now, and how that differs from what it said before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.model import CameraId
from verbalise.gate import NOT_ON_SITE, Permission, may_analyse, may_help, may_ingest, may_trigger
from verbalise.model import OffenceId
from verbalise.site.model import Site, SiteCamera
from verbalise.steward.ports import GateState

HELP = "site/help"


def ingest_of(camera: CameraId) -> str:
    """The subject for taking a camera's video in."""
    return f"camera/{camera}/ingest"


def trigger_of(camera: CameraId) -> str:
    """The subject for claims by devices and agents on a camera."""
    return f"camera/{camera}/trigger"


def analysis_of(camera: CameraId, offence: OffenceId) -> str:
    """The subject for analysing a camera for one offence."""
    return f"camera/{camera}/analysis/{offence}"


def gate_of(site: Site, at: datetime, known: Iterable[str]) -> dict[str, Permission]:
    """What the gate says of every use of the site, and of every use known from before.

    Args:
        known: Subjects seen so far: a camera that left, or a basis struck out, is shut and not forgotten.
    """
    of_site = (subject for camera in site.cameras.values() for subject in _subjects(camera))
    return {subject: _permission(site, at, subject) for subject in {HELP, *known, *of_site}}


@dataclass(frozen=True, slots=True)
class GateChange:
    """One use whose answer is another one than before; `before` is None where it is seen for the first time."""

    subject: str
    before: Permission | None
    after: Permission

    @property
    def sentence_fr(self) -> str:
        """The change as the ledger says it: old → new, and the reason."""
        before = "premier état" if self.before is None else _word(self.before)
        return f"{before} → {_word(self.after)} : {self.after.text_fr}"


def changes(before: Mapping[str, GateState], now: Mapping[str, Permission]) -> list[GateChange]:
    """Every use whose answer, reason or end is another one than before, by subject."""
    known = {subject: state.permission for subject, state in before.items()}
    return [
        GateChange(subject, known.get(subject), permission)
        for subject, permission in sorted(now.items())
        if known.get(subject) != permission
    ]


def _subjects(camera: SiteCamera) -> Iterable[str]:
    yield ingest_of(camera.camera.id)
    yield trigger_of(camera.camera.id)
    for basis in camera.analysis:
        yield analysis_of(camera.camera.id, basis.offence)


def _permission(site: Site, at: datetime, subject: str) -> Permission:
    if subject == HELP:
        return may_help(site, at)
    _, camera_id, use, *offence = subject.split("/")
    camera = site.cameras.get(CameraId(camera_id))
    if camera is None:
        return NOT_ON_SITE
    if use == "ingest":
        return may_ingest(site, camera, at)
    if use == "trigger":
        return may_trigger(site, camera, at)
    return may_analyse(site, camera, OffenceId(offence[0]), at)


def _word(permission: Permission) -> str:
    return "ouvert" if permission.allowed else "fermé"
