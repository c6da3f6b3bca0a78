"""The gate: what a camera may be used for at an instant, and why not. Pure; every worker asks it.

A use is allowed only by a text in force: the prefect's order for the camera, the convention for a camera of another
party, a legal basis per offence for analysis, the city's permission for machine help. What no text allows is shut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.model import CameraId
from verbalise.agreements import Aim
from verbalise.law.catalogue import offences
from verbalise.model import CITY, OffenceId, Trigger
from verbalise.site import Site, SiteCamera


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
    return first_shut(_by_order(site, camera, at), _by_convention(site, camera, at))


def may_trigger(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    """Whether devices and agents may make claims here: the order must name the finding of offences among its aims."""
    return first_shut(may_ingest(site, camera, at), _by_aim(site, camera, at))


def may_analyse(site: Site, camera: SiteCamera, offence: OffenceId, at: datetime) -> Permission:
    """Whether detection workers may look for an offence here."""
    return first_shut(may_trigger(site, camera, at), _by_basis(site, camera, offence, at))


def analysed_offences(site: Site, camera_id: CameraId, at: datetime) -> frozenset[OffenceId]:
    """Offences for which the camera may be analysed at an instant; with none, no model looks at its pictures."""
    camera = site.cameras.get(camera_id)
    if camera is None:
        return frozenset()
    wanted = {basis.offence for basis in camera.analysis}
    return frozenset(offence for offence in wanted if may_analyse(site, camera, offence, at).allowed)


def may_help(site: Site, at: datetime) -> Permission:
    """Whether a machine may help with a claimed clip: find the vehicle again, read its plate."""
    permission = site.help_at(at)
    if permission is not None:
        return Permission(True, "allowed", permission.text, permission.valid_until)
    if site.help:
        return Permission(False, "help-not-in-force", "L’aide automatique n’est pas autorisée à cet instant")
    return Permission(False, "no-help", "Aucune décision n’autorise l’aide automatique sur ce site")


def first_shut(*permissions: Permission) -> Permission:
    """Of conditions that must all hold: the first that is shut; else the one whose text ends first."""
    for permission in permissions:
        if not permission.allowed:
            return permission
    ending = [(permission.until, permission) for permission in permissions if permission.until is not None]
    return min(ending, key=lambda each: each[0])[1] if ending else permissions[-1]


def _by_order(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    for order in camera.authorisations:
        if order.in_force(at):
            text = f"Arrêté préfectoral {order.reference}, jusqu’au {day_fr(site, order.valid_until)}"
            return Permission(True, "allowed", text, order.valid_until)
    if not camera.authorisations:
        return Permission(False, "no-authorisation", "Aucun arrêté préfectoral n’autorise cette caméra")
    latest = max(camera.authorisations, key=lambda order: order.valid_until)
    if at >= latest.valid_until:
        text = f"L’arrêté préfectoral {latest.reference} a pris fin le {day_fr(site, latest.valid_until)}"
        return Permission(False, "authorisation-expired", text)
    coming = min(order.valid_from for order in camera.authorisations if order.valid_from > at)
    text = f"L’arrêté préfectoral n’est en vigueur qu’à partir du {day_fr(site, coming)}"
    return Permission(False, "authorisation-not-yet", text)


def _by_convention(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    if site.is_own(camera):
        return Permission(True, "allowed", "Caméra de la commune")
    convention = site.convention
    if convention is None or not convention.in_force(at):
        text = "Caméra d’un autre propriétaire, sans convention en vigueur"
        return Permission(False, "no-convention", text)
    shares = [each for each in convention.sharings if each.party == CITY and camera.network in each.networks]
    if not shares:
        text = f"La convention {convention.reference} ne partage pas ce réseau de caméras avec la commune"
        return Permission(False, "not-shared", text)
    return Permission(True, "allowed", f"Convention {convention.reference}", convention.valid_until)


def _by_aim(site: Site, camera: SiteCamera, at: datetime) -> Permission:
    orders = [order for order in camera.authorisations if order.in_force(at) and Aim.OFFENCES in order.aims]
    if not orders:
        text = "L’arrêté préfectoral ne compte pas la constatation des infractions parmi ses finalités"
        return Permission(False, "aim-missing", text)
    order = max(orders, key=lambda each: each.valid_until)
    return Permission(True, "allowed", f"Arrêté préfectoral {order.reference}", order.valid_until)


def _by_basis(site: Site, camera: SiteCamera, offence: OffenceId, at: datetime) -> Permission:
    of_offence = [basis for basis in camera.analysis if basis.offence == offence]
    for basis in of_offence:
        if basis.in_force(at):
            return Permission(True, "allowed", basis.text, basis.valid_until)
    if not of_offence:
        text = "Aucune base légale n’autorise l’analyse des images pour cette infraction"
        return Permission(False, "no-basis", text)
    latest = max(of_offence, key=lambda basis: basis.valid_until)
    if at >= latest.valid_until:
        text = f"La base légale de l’analyse a pris fin le {day_fr(site, latest.valid_until)}"
        return Permission(False, "basis-expired", text)
    coming = min(basis.valid_from for basis in of_offence if basis.valid_from > at)
    text = f"La base légale de l’analyse n’est en vigueur qu’à partir du {day_fr(site, coming)}"
    return Permission(False, "basis-not-yet", text)


def day_fr(site: Site, at: datetime) -> str:
    """A local day and time of day, as a French sentence says it."""
    return f"{at.astimezone(site.timezone):%d/%m/%Y à %H:%M}"
