"""Alerts to patrols: stored first, then announced. An alert names a place and a thing, never a plate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.bus import Message
from ingest.model import CameraId
from verbalise.competence import COMPETENT, is_competent
from verbalise.lifecycle import NotAllowed, Refusal
from verbalise.model import AgentId, Alert, AlertId, AlertKind, Case, Service
from verbalise.plate_kinds import carries_plate
from verbalise.ports import AlertRegister
from verbalise.site.model import Site, SiteCamera
from verbalise.wire import alert_message

UNKNOWN_AREA = "commune"
"""Key of alerts from a camera that the site no longer describes: every patrol's business."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """Raises, takes and closes alerts.

    Attributes:
        site: The site as it is described now.
        announce: Publishes a message without ever losing the alert: the register is the truth.
    """

    register: AlertRegister
    site: Callable[[], Site]
    announce: Callable[[Message], None]

    def raise_alert(self, alert: Alert) -> None:
        """Store and announce an alert. The same alert again changes nothing and is announced again.

        Raises:
            NotAllowed: the text carries what looks like a plate, or the kind is not that service's business.
            RetryLater: the register is away; nothing was announced.
        """
        if carries_plate(alert.text):
            raise NotAllowed(Refusal.ALERT_PLATE)
        if not is_competent(alert.to, alert.kind):
            raise NotAllowed(Refusal.ALERT_SERVICE)
        self.register.raise_alert(alert)
        self._announce(alert)

    def take(self, alert_id: AlertId, agent: AgentId, at: datetime) -> Alert:
        """Answer an alert; the first agent to do so keeps it. Returns it as it now is."""
        alert = self.register.take_alert(alert_id, agent, at)
        self._announce(alert)
        return alert

    def close(self, alert_id: AlertId, at: datetime) -> Alert:
        """End an alert. Returns it as it now is."""
        alert = self.register.close_alert(alert_id, at)
        self._announce(alert)
        return alert

    def _announce(self, alert: Alert) -> None:
        self.announce(alert_message(alert, area_of(self.site(), alert.camera)))


@dataclass(frozen=True, slots=True)
class AlertWish:
    """What a person wants told, and to whom.

    Attributes:
        to: None for the service to which the kind belongs.
        request_id: Chosen by the page: the same request sent twice is one alert.
    """

    kind: AlertKind
    text: str
    to: Service | None
    request_id: str

    @property
    def service(self) -> Service:
        """Who is told."""
        return self.to or COMPETENT[self.kind][0]


def alert_from_case(case: Case, wish: AlertWish, agent: AgentId, at: datetime) -> Alert:
    """An alert about a case; whoever gets it may be shown its scene."""
    claim = case.claim
    made = _alert(case.id, wish, claim.camera, claim.place, agent, at)
    return replace(made, case=case.id)


def alert_from_view(camera: SiteCamera, wish: AlertWish, agent: AgentId, at: datetime) -> Alert:
    """An alert about what an agent sees live: a place and a thing, no picture."""
    return _alert(camera.camera.id, wish, camera.camera.id, camera.name, agent, at)


def _alert(about: str, wish: AlertWish, camera: CameraId, place: str, agent: AgentId, at: datetime) -> Alert:
    digest = hashlib.sha256(f"{about}\n{wish.request_id}".encode()).hexdigest()[:24]
    return Alert(AlertId(digest), wish.kind, camera, place, wish.text.strip(), agent, at, to=wish.service)


def area_of(site: Site, camera: CameraId) -> str:
    """The zone of the city whose patrols get a camera's alerts."""
    watched = site.cameras.get(camera)
    return UNKNOWN_AREA if watched is None else watched.area
