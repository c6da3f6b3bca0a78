"""What of the cameras is open to the person on the seat: the one place where live pages ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verbalise.access import answers_calls, may_look, open_aims
from verbalise.console.desk import Seat
from verbalise.console.live.viewings import LiveViewing
from verbalise.exchanges import LOOK_LASTS, look_entry, on_call_until
from verbalise.gate import Permission
from verbalise.model import Access
from verbalise.site.agreements import Aim
from verbalise.site.model import Site, SiteCamera


def looks(seat: Seat, camera: SiteCamera, aim: Aim) -> Permission:
    """Whether this person may look at a camera for an aim at the instant of the request."""
    return looks_at(seat, seat.console.ports.site, camera, aim, seat.now)


def looks_at(seat: Seat, site: Site, camera: SiteCamera, aim: Aim, at: datetime) -> Permission:
    """Whether this person may look at a camera of a site for an aim at an instant."""
    return may_look(site, seat.agent, camera, aim, at, _on_call_until(seat, site, at))


def aims_on(seat: Seat, camera: SiteCamera) -> tuple[Aim, ...]:
    """The aims for which this person may look at a camera now."""
    site = seat.console.ports.site
    return open_aims(site, seat.agent, camera, seat.now, _on_call_until(seat, site, seat.now))


def aims_anywhere(seat: Seat) -> tuple[Aim, ...]:
    """The aims for which this person may look at some camera now."""
    found = {aim for camera in seat.console.ports.site.cameras.values() for aim in aims_on(seat, camera)}
    return tuple(aim for aim in Aim if aim in found)


def log_look(seat: Seat, camera: SiteCamera, aim: Aim, how: str) -> None:
    """Write a look to the ledger and, at another party's camera, to the exchange log; call before anything is shown.

    Raises:
        RetryLater: it cannot be written, so the look must not happen.
    """
    seat.log(Access.VIEW_LIVE, camera.camera.id, f"{how}: {aim}")
    _note(seat, camera, aim, seat.now)


def still_looking(seat: Seat, camera: SiteCamera, viewing: LiveViewing, at: datetime) -> None:
    """Write one more look for each quarter of an hour that a page goes on showing a camera.

    Raises:
        RetryLater: it cannot be written, so the look must not go on.
    """
    if at - viewing.noted.setdefault(camera.camera.id, at) >= LOOK_LASTS:
        _note(seat, camera, viewing.aim, at)
        viewing.noted[camera.camera.id] = at


def _note(seat: Seat, camera: SiteCamera, aim: Aim, at: datetime) -> None:
    entry = look_entry(seat.agent, camera, aim, at)
    if entry is not None:
        seat.console.ports.exchanges.add(entry)


def clause_for(seat: Seat, cameras: Iterable[SiteCamera]) -> str:
    """The convention's clause on confidentiality where another party's pictures are shown, else nothing."""
    convention = seat.console.ports.site.convention
    is_guest = any(camera.owner != seat.agent.party for camera in cameras)
    return convention.confidentiality if convention is not None and is_guest else ""


def may_call(seat: Seat) -> bool:
    """Whether a declared call would open cameras to this person's party."""
    return answers_calls(seat.console.ports.site, seat.agent.party, seat.now)


def _on_call_until(seat: Seat, site: Site, at: datetime) -> datetime | None:
    """Until when a declared call opens the hours of the person's party; asked only where the convention has calls."""
    party = seat.agent.party
    return on_call_until(seat.console.ports.exchanges, party, at) if answers_calls(site, party, at) else None


def chosen(aims: tuple[Aim, ...], wanted: Aim | None) -> Aim | None:
    """The aim to look for: the one asked for if it is open, the only one open, None where the person must choose."""
    if wanted in aims:
        return wanted
    return aims[0] if len(aims) == 1 else None
