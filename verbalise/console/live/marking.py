"""From a key on the live page to a claim on the bus: locks, then the ledger, then the bus, and only then the answer."""

from __future__ import annotations

import structlog

from detect.model import Point
from ingest.errors import Reject, RetryLater
from verbalise.console import metrics
from verbalise.console.desk import Seat
from verbalise.console.forms import MarkForm, Refused
from verbalise.console.live.looking import looks
from verbalise.console.live.viewings import LiveViewing
from verbalise.law.catalogue import Offence, offences
from verbalise.marks import claim_from_mark, offences_to_mark, sight_of
from verbalise.model import Access, Claim, Mark
from verbalise.site.agreements import Aim
from verbalise.site.model import SiteCamera
from verbalise.wire import claim_message

_log = structlog.get_logger(__name__)
PURPOSE = "direct"
PATIENCE_S = 5.0
"""How long the agent waits for the bus: a mark that it has not taken is not called taken."""


class MarkRefused(Refused):
    """Nothing was marked."""


def markable(seat: Seat, camera: SiteCamera, aim: Aim | None) -> tuple[Offence, ...]:
    """What the person on the seat may mark: nothing while they look for another aim than finding offences."""
    if aim is not Aim.OFFENCES or not looks(seat, camera, aim).allowed:
        return ()
    return offences_to_mark(offences().values(), seat.agent, seat.console.ports.site, camera, seat.now)


def mark(seat: Seat, camera: SiteCamera, viewing: LiveViewing | None, form: MarkForm) -> Claim:
    """Claim what the agent saw. The same request again is the same claim.

    Args:
        viewing: The page that asks; None where this console does not know it.

    Raises:
        MarkRefused: nothing was marked, or the bus has not confirmed that it was.
        RetryLater: the ledger is away; nothing was marked.
    """
    if viewing is None:
        raise MarkRefused("live.refused.viewing", 409)
    offence = next((each for each in markable(seat, camera, viewing.aim) if each.id == form.offence), None)
    if offence is None:
        named = form.offence if form.offence in offences() else "infraction inconnue"
        seat.log(Access.REFUSED, camera.camera.id, f"{PURPOSE}: {named}")
        raise MarkRefused("live.refused.offence", 409)
    request = f"{viewing.id}:{form.frame if form.frame is not None else 'last'}:{offence.id}"
    claim = viewing.marks.get(request) or _claim(seat, camera, viewing, offence, form, request)
    seat.log(Access.MARK, claim.id, f"{PURPOSE}: {camera.camera.id}, {offence.id}")
    viewing.marks[request] = claim
    _publish(seat, claim)
    return claim


def _claim(
    seat: Seat, camera: SiteCamera, viewing: LiveViewing, offence: Offence, form: MarkForm, request: str
) -> Claim:
    shown = viewing.picture(form.frame)
    if shown is None:
        raise MarkRefused("live.refused.picture", 409)
    spot = Point(form.x, form.y) if form.x is not None and form.y is not None else None
    site = seat.console.ports.sites.as_of(shown.packet.captured_at)
    made = Mark(seat.agent.id, sight_of(shown, seat.now), spot)
    then = site.cameras.get(camera.camera.id, camera)
    return claim_from_mark(request, site, then, offence, seat.agent, shown, made)


def _publish(seat: Seat, claim: Claim) -> None:
    try:
        seat.console.ports.producer.send(claim_message(claim))
        seat.console.ports.producer.flush(PATIENCE_S)
    except (RetryLater, Reject) as error:
        _log.error("a mark is not confirmed by the bus", claim=claim.id, camera=claim.camera, reason=str(error))
        raise MarkRefused("live.refused.bus", 503) from error
    metrics.marks.labels(claim.mark.sight if claim.mark else "unknown").inc()
    _log.info("marked", claim=claim.id, camera=claim.camera, offence=claim.offence)
