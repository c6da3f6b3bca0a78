"""The gate: what a camera may be used for at an instant, and why not. Pure; every worker asks it.

A use is allowed only by a text in force: the prefect's order for the camera, the convention for a camera of another
party, a legal basis per offence for analysis, the city's permission for machine help. What no text allows is shut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from ingest.model import CameraId
from verbalise.hours_wording import hours_fr
from verbalise.law.catalogue import offences
from verbalise.model import CITY, OffenceId, Trigger
from verbalise.site.agreements import Aim, Convention, Sharing
from verbalise.site.model import Site, SiteCamera

_AND = " · "
"""Between texts that allow something together."""


class Use(StrEnum):
    """What a camera or a clip may be used for."""

    INGEST = "ingest"
    """Taking its video in at all."""
    DEVICE = "device"
    """Making claims from what street devices report beside it."""
    AGENT = "agent"
    """Letting a competent agent mark what happens on it."""
    ANALYSIS = "analysis"
    """Letting detection workers look at its pictures, for one offence."""
    HELP = "help"
    """Letting a machine find the vehicle of a claimed clip and read its plate."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether something is allowed, and the sentence that says why or why not.

    Attributes:
        code: Stable name of the reason: `allowed`, or what is missing.
        text_fr: The reason as a French sentence, naming the text and its dates.
        until: When the text that allows it ends; None where it is not allowed, or has no end.
    """

    allowed: bool
    code: str
    text_fr: str
    until: datetime | None = None


NOT_ON_SITE = Permission(False, "not-on-site", "La description du site ne compte pas cette caméra")
"""What the gate says of a camera that the site does not list at the instant."""


@dataclass(frozen=True, slots=True)
class CameraGate:
    """Everything that the gate says of one camera at one instant."""

    ingest: Permission
    device: Permission
    agent: Permission
    analysis: dict[OffenceId, Permission]


def camera_gate(site: Site, camera: SiteCamera, at: datetime) -> CameraGate:
    """The whole gate of a camera, analysis for every offence that could be analysed."""
    analysable = [offence.id for offence in offences().values() if Trigger.ANALYSIS in offence.triggers]
    return CameraGate(
        ingest=may_ingest(site, camera, at),
        device=may_trigger(site, camera, at),
        agent=may_trigger(site, camera, at),
        analysis={offence: may_analyse(site, camera, offence, at) for offence in analysable},
    )


def may_ingest(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    """Whether the camera's video may be taken in: a prefect's order in force and, for another party's, a convention."""
    return _together(_by_order(site, camera, at), _by_convention(site, camera, at))


def refusal_to_ingest(site: Site, camera_id: CameraId, at: datetime) -> str | None:
    """Why a camera's video may not be taken in at an instant, as a French sentence; None where it may."""
    camera = site.cameras.get(camera_id)
    if camera is None:
        return NOT_ON_SITE.text_fr
    permission = may_ingest(site, camera, at)
    return None if permission.allowed else permission.text_fr


def may_trigger(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    """Whether devices and agents may make claims here: order and convention must both name the finding of offences.

    Another party's camera is open for it in the hours of the sharing alone: a call by night is for whoever looks.
    """
    return _together(may_ingest(site, camera, at), _by_aim(site, camera, at), _by_shared_aim(site, camera, at))


def may_analyse(site: Site, camera: SiteCamera, offence: OffenceId, at: datetime) -> Permission:
    """Whether detection workers may look for an offence here."""
    return _together(may_trigger(site, camera, at), _by_basis(site, camera, offence, at))


def analysed_offences(site: Site, camera_id: CameraId, at: datetime) -> frozenset[OffenceId]:
    """Offences for which the camera may be analysed at an instant; with none, no model looks at its pictures."""
    camera = site.cameras.get(camera_id)
    if camera is None:
        return frozenset()
    wanted = {basis.offence for basis in camera.analysis}
    return frozenset(offence for offence in wanted if may_analyse(site, camera, offence, at).allowed)


def may_help(site: Site, at: datetime) -> Permission:
    """Whether a machine may help with a claimed clip: find the vehicle again, read its plate."""
    permission = _longest_in_force(site.help, at)
    if permission is not None:
        return Permission(True, "allowed", permission.text, permission.valid_until)
    if not site.help:
        return Permission(False, "no-help", "Aucune décision n’autorise l’aide automatique sur ce site")
    nearest = _nearest(site.help, at)
    named = f"La décision sur l’aide automatique ({nearest.text})"
    return Permission(False, *_out_of_force(site, "help", named, nearest, at))


def first_shut(*permissions: Permission) -> Permission:
    """Of conditions that must all hold: the first that is shut; else the one whose text ends first."""
    for permission in permissions:
        if not permission.allowed:
            return permission
    ending = [(permission.until, permission) for permission in permissions if permission.until is not None]
    return min(ending, key=lambda each: each[0])[1] if ending else permissions[-1]


def _together(*permissions: Permission) -> Permission:
    """Of texts that allow only together: the first that is shut; else all of them, until the first of them ends."""
    whole = first_shut(*permissions)
    if not whole.allowed:
        return whole
    texts = dict.fromkeys(text for permission in permissions for text in permission.text_fr.split(_AND))
    return replace(whole, text_fr=_AND.join(texts))


def _by_order(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    order = _longest_in_force(camera.authorisations, at)
    if order is not None:
        text = f"Arrêté préfectoral {order.reference}, jusqu’au {day_fr(site, order.valid_until)}"
        return Permission(True, "allowed", text, order.valid_until)
    if not camera.authorisations:
        return Permission(False, "no-authorisation", "Aucun arrêté préfectoral n’autorise cette caméra")
    nearest = _nearest(camera.authorisations, at)
    named = f"L’arrêté préfectoral {nearest.reference}"
    return Permission(False, *_out_of_force(site, "authorisation", named, nearest, at))


def _by_convention(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    if site.is_own(camera):
        return Permission(True, "allowed", "Caméra de la commune")
    convention = site.convention
    if convention is None or not convention.in_force(at):
        text = "Caméra d’un autre propriétaire, sans convention en vigueur"
        return Permission(False, "no-convention", text)
    if not _shares(convention, camera):
        text = f"La convention {convention.reference} ne partage pas ce réseau de caméras avec la commune"
        return Permission(False, "not-shared", text)
    return Permission(True, "allowed", f"Convention {convention.reference}", convention.valid_until)


def _by_shared_aim(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    """Asked after `_by_convention`: the convention shares the camera, but not for any aim, nor at any hour."""
    convention = site.convention
    if site.is_own(camera) or convention is None:
        return Permission(True, "allowed", "Caméra de la commune")
    shares = [each for each in _shares(convention, camera) if Aim.OFFENCES in each.aims]
    if not shares:
        text = (
            f"La convention {convention.reference} ne partage pas ce réseau de caméras pour la constatation des "
            "infractions"
        )
        return Permission(False, "aim-not-shared", text)
    if not any(each.is_open(at.astimezone(site.timezone)) for each in shares):
        hours = hours_fr([span for each in shares for span in each.hours])
        text = (
            f"La convention {convention.reference} n’ouvre cette caméra à la constatation des infractions que {hours}"
        )
        return Permission(False, "outside-hours", text)
    return Permission(True, "allowed", f"Convention {convention.reference}", convention.valid_until)


def _shares(convention: Convention, camera: SiteCamera) -> list[Sharing]:
    return [each for each in convention.sharings if each.party == CITY and camera.network in each.networks]


def _by_aim(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    """Asked after `_by_order`: some order is in force, but not for any aim."""
    order = _longest_in_force([each for each in camera.authorisations if Aim.OFFENCES in each.aims], at)
    if order is None:
        named = ", ".join(each.reference for each in camera.authorisations if each.in_force(at))
        text = f"L’arrêté préfectoral {named} ne compte pas la constatation des infractions parmi ses finalités"
        return Permission(False, "aim-missing", text)
    text = f"Arrêté préfectoral {order.reference}, jusqu’au {day_fr(site, order.valid_until)}"
    return Permission(True, "allowed", text, order.valid_until)


def _by_basis(site: Site, camera: SiteCamera, offence: OffenceId, at: datetime) -> Permission:
    of_offence = [basis for basis in camera.analysis if basis.offence == offence]
    basis = _longest_in_force(of_offence, at)
    if basis is not None:
        return Permission(True, "allowed", basis.text, basis.valid_until)
    if not of_offence:
        text = "Aucune base légale n’autorise l’analyse des images pour cette infraction"
        return Permission(False, "no-basis", text)
    nearest = _nearest(of_offence, at)
    named = f"La base légale de l’analyse ({nearest.text})"
    return Permission(False, *_out_of_force(site, "basis", named, nearest, at))


class _Dated(Protocol):
    """A text with its dates; the second is exclusive."""

    @property
    def valid_from(self) -> datetime: ...

    @property
    def valid_until(self) -> datetime: ...

    def in_force(self, at: datetime) -> bool: ...


_Text = TypeVar("_Text", bound=_Dated)


def _longest_in_force(texts: Iterable[_Text], at: datetime) -> _Text | None:
    return max((text for text in texts if text.in_force(at)), key=lambda text: text.valid_until, default=None)


def _nearest(texts: Sequence[_Text], at: datetime) -> _Text:
    """Of texts that are all out of force: the next to begin, else the last to end."""
    coming = [text for text in texts if text.valid_from > at and text.valid_until > at]
    if coming:
        return min(coming, key=lambda text: text.valid_from)
    return max(texts, key=lambda text: text.valid_until)


def _out_of_force(site: Site, code: str, named: str, text: _Dated, at: datetime) -> tuple[str, str]:
    """The code and the sentence of a text that does not hold at an instant."""
    if at >= text.valid_until:
        return f"{code}-expired", f"{named} : fin le {day_fr(site, text.valid_until)}"
    return f"{code}-not-yet", f"{named} : en vigueur à partir du {day_fr(site, text.valid_from)}"


def day_fr(site: Site, at: datetime) -> str:
    """A local day and time of day, as a French sentence says it."""
    return f"{at.astimezone(site.timezone):%d/%m/%Y à %H:%M}"
