"""The live pages' content: plain values, already worded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verbalise.competence import COMPETENT, ProposedAlert
from verbalise.console.desk import Seat
from verbalise.console.live.looking import aims_on, looks
from verbalise.console.live.marking import markable
from verbalise.console.live.viewings import LiveViewing
from verbalise.console.wording import Words
from verbalise.gate import may_ingest
from verbalise.law.catalogue import Handling, Offence
from verbalise.marks import by_law_reason, likely_on
from verbalise.model import AlertKind, OffenceId, Service
from verbalise.site.agreements import Aim
from verbalise.site.model import SiteCamera

KEYS = 9
"""One digit per offence."""
SERVICES = tuple(Service)
"""Services that an alert may be sent to, in the order of the chooser."""


@dataclass(frozen=True, slots=True)
class AimChoice:
    """An aim that the person may look for."""

    id: Aim
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """A camera on the wall.

    Attributes:
        shut: Why there is no picture; empty where there is one.
    """

    id: str
    name: str
    network: str
    shut: str


@dataclass(frozen=True, slots=True)
class MarkChoice:
    """An offence that the agent may mark; `is_delit` where no fine can follow."""

    id: str
    title: str
    article: str
    is_delit: bool


@dataclass(frozen=True, slots=True)
class LawLine:
    """What the by-law on a zone says now; `holds` where it is in force."""

    place: str
    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class CameraPage:
    """One camera large. `viewing` names this very page: what it sends twice is one mark.

    Attributes:
        likely: What may be marked and can be expected where the camera looks, at most one per key; `others` is the
            rest of what may be marked.
    """

    id: str
    name: str
    viewing: str
    aim: Aim
    width_px: int
    height_px: int
    has_place: bool
    likely: tuple[MarkChoice, ...]
    others: tuple[MarkChoice, ...]
    laws: tuple[LawLine, ...]
    alert: ProposedAlert


def aim_choices(seat: Seat, aims: Sequence[Aim], aim: Aim | None) -> list[AimChoice]:
    """The aims open to the person, for the chooser."""
    return [AimChoice(each, seat.words(f"aim.{each}"), each is aim) for each in aims]


def tiles(seat: Seat, aim: Aim) -> list[Tile]:
    """The cameras that this person may see for some aim, with the reason where one is shut for this aim."""
    return [tile for camera in seat.console.ports.site.cameras.values() if (tile := _tile(seat, camera, aim))]


def _tile(seat: Seat, camera: SiteCamera, aim: Aim) -> Tile | None:
    """A camera whose video may not be taken in is named with the gate's reason; one of others' is not."""
    may_see = looks(seat, camera, aim)
    ingest = may_ingest(seat.console.ports.site, camera, seat.now)
    if not may_see.allowed and ingest.allowed and not aims_on(seat, camera):
        return None
    shut = "" if may_see.allowed else may_see.text_fr
    return Tile(camera.camera.id, camera.name, seat.words(f"network.{camera.network}"), shut)


def camera_page(seat: Seat, camera: SiteCamera, viewing: LiveViewing) -> CameraPage:
    """The page of a camera for someone who may see it."""
    site, words = seat.console.ports.site, seat.words
    likely, others = _by_likelihood(markable(seat, camera, viewing.aim), likely_on(camera))
    reasons = [(zone.place, by_law_reason(site, zone, seat.now)) for zone in camera.zones]
    return CameraPage(
        id=camera.camera.id,
        name=camera.name,
        viewing=viewing.id,
        aim=viewing.aim,
        width_px=camera.width_px,
        height_px=camera.height_px,
        has_place=seat.console.live.has_place,
        likely=_choices(likely, words),
        others=_choices(others, words),
        laws=tuple(LawLine(place, reason.text_fr, reason.holds) for place, reason in reasons),
        alert=ProposedAlert(COMPETENT[AlertKind.OFFENCE][0], AlertKind.OFFENCE, ""),
    )


def _by_likelihood(
    marks: Sequence[Offence], likely: Sequence[OffenceId]
) -> tuple[Sequence[Offence], Sequence[Offence]]:
    known = {offence.id: offence for offence in marks}
    first = [known[offence] for offence in likely if offence in known][:KEYS]
    return first, [offence for offence in marks if offence not in first]


def _choices(marks: Sequence[Offence], words: Words) -> tuple[MarkChoice, ...]:
    return tuple(
        MarkChoice(each.id, words.title(each), each.article, each.handling is Handling.REFER) for each in marks
    )
