"""The live desk: a wall of the cameras that this person may see now, and one camera large, where events are marked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import JSONResponse, RedirectResponse, Response

from ingest.model import CameraId
from verbalise.alerts import alert_from_view
from verbalise.console.desk import LiveSeat, Seat
from verbalise.console.forms import AlertForm, MarkForm, Posted
from verbalise.console.live.looking import (
    aims_anywhere,
    aims_on,
    chosen,
    clause_for,
    log_look,
    looks,
    may_call,
    still_looking,
)
from verbalise.console.live.marking import MarkRefused, mark
from verbalise.console.live.page import SERVICES, AimChoice, aim_choices, camera_page, tiles
from verbalise.console.live.pictures import keyframe_picture, placeholder
from verbalise.console.live.stream import TOO_OLD, Ages, LiveAnswer, LiveStream, frame_for
from verbalise.console.live.viewings import LiveViewing
from verbalise.console.pages import render
from verbalise.console.security import csrf_token, token_digest
from verbalise.lifecycle import NotAllowed
from verbalise.model import Access, AlertKind
from verbalise.ports import EvidenceMissing
from verbalise.site.agreements import Aim
from verbalise.site.model import SiteCamera

router = APIRouter(prefix="/live")
DONE = frozenset({"mark", "alert"})


@router.get("")
def wall(seat: LiveSeat, aim: Aim | None = None) -> Response:
    """Every camera open to the person for one aim; without one, the choice of aims."""
    aims = aims_anywhere(seat)
    wanted = chosen(aims, aim)
    shown = tiles(seat, wanted) if wanted is not None else []
    open_to = [_camera(seat, tile.id) for tile in shown if not tile.shut]
    viewing = _open_wall(seat, open_to, wanted)
    choices, clause = aim_choices(seat, aims, wanted), clause_for(seat, open_to)
    return _render(seat, "wall.html", choices, tiles=shown, viewing=viewing, aim=wanted, clause=clause)


@router.get("/{camera_id}")
def show_camera(seat: LiveSeat, camera_id: str, aim: Aim | None = None, done: str = "") -> Response:
    """One camera large."""
    return _show(seat, _camera(seat, camera_id), aim, notice=seat.words(f"live.done.{done}") if done in DONE else "")


@router.get("/{camera_id}/still")
def still(seat: LiveSeat, camera_id: str, viewing: str = "") -> Response:
    """The newest keyframe, for the wall; a placeholder that says so where none is fresh."""
    camera = _camera(seat, camera_id)
    watched = _viewing(seat, viewing, camera)
    if not looks(seat, camera, watched.aim).allowed:
        raise EvidenceMissing(f"camera {camera_id}: not open any more")
    still_looking(seat, camera, watched, seat.now)
    return Response(_newest(seat, camera), media_type="image/jpeg")


@router.get("/{camera_id}/stream")
def stream(seat: LiveSeat, camera_id: str, viewing: str = "") -> Response:
    """The moving pictures of one page, until somebody ends them."""
    camera = _camera(seat, camera_id)
    watched = _viewing(seat, viewing, camera)
    if not looks(seat, camera, watched.aim).allowed:
        raise EvidenceMissing(f"camera {camera_id}: not open any more")
    tail = seat.console.tails.camera(camera.camera.id)
    return LiveAnswer(LiveStream(seat, camera, watched, tail))


@router.post("/{camera_id}/mark")
def mark_event(seat: LiveSeat, camera_id: str, posted: Posted, accept: Annotated[str, Header()] = "") -> Response:
    """One event marked on one picture. It is on the bus before the answer says so."""
    camera, form = _camera(seat, camera_id), posted.read(MarkForm)
    viewing = seat.console.live.find(form.page, token_digest(seat.token), camera.camera.id)
    aim, wants_json = viewing.aim if viewing else None, "application/json" in accept
    try:
        mark(seat, camera, viewing, form)
    except MarkRefused as error:
        said = seat.words(error.key)
        if wants_json:
            return JSONResponse({"said": said}, error.status)
        return _show(seat, camera, aim, refusal=said, status=error.status)
    if wants_json:
        return JSONResponse({"said": seat.words("live.done.mark")})
    return RedirectResponse(f"/live/{camera_id}?aim={aim}&done=mark", status_code=303)


@router.post("/{camera_id}/alert")
def alert_service(seat: LiveSeat, camera_id: str, posted: Posted) -> Response:
    """Tell the competent service what happens here: a place and a thing, no picture."""
    camera, form = _camera(seat, camera_id), posted.read(AlertForm)
    viewing = seat.console.live.find(form.page, token_digest(seat.token), camera.camera.id)
    aim = viewing.aim if viewing else None
    if aim is None or not looks(seat, camera, aim).allowed:
        return _show(seat, camera, aim, refusal=seat.words("live.refused.viewing"), status=409)
    alert = alert_from_view(camera, form.wish(), seat.agent.id, seat.now)
    seat.log(Access.RAISE_ALERT, alert.id, f"direct: {camera_id}")
    try:
        seat.console.alerting.raise_alert(alert)
    except NotAllowed as error:
        return _show(seat, camera, aim, refusal=seat.words(f"refusal.{error.refusal}"), status=409)
    seat.console.hub.notify()
    return RedirectResponse(f"/live/{camera_id}?aim={aim}&done=alert", status_code=303)


def _camera(seat: Seat, camera_id: str) -> SiteCamera:
    """The camera as the site describes it now. Raises EvidenceMissing."""
    camera = seat.console.ports.site.cameras.get(CameraId(camera_id))
    if camera is None:
        raise EvidenceMissing(f"no camera {camera_id!r}")
    return camera


def _viewing(seat: Seat, viewing_id: str, camera: SiteCamera) -> LiveViewing:
    """The page that asks, which is on the ledger. Raises EvidenceMissing for any other."""
    viewing = seat.console.live.find(viewing_id, token_digest(seat.token), camera.camera.id)
    if viewing is None:
        raise EvidenceMissing(f"camera {camera.camera.id}: no such page of this sign-in")
    return viewing


def _open_wall(seat: Seat, cameras: list[SiteCamera], aim: Aim | None) -> LiveViewing | None:
    if aim is None:
        return None
    for camera in cameras:
        log_look(seat, camera, aim, "mur")
    return seat.console.live.open(token_digest(seat.token), frozenset(each.camera.id for each in cameras), aim)


def _newest(seat: Seat, camera: SiteCamera) -> bytes:
    keyframe = seat.console.tails.camera(camera.camera.id).newest_keyframe()
    width = seat.console.settings.wall_width_px
    if keyframe is not None and seat.now - keyframe.packet.captured_at <= TOO_OLD:
        picture = keyframe_picture(keyframe, frame_for(seat, camera, width))
        if picture is not None:
            return picture.jpeg
    last = keyframe.packet.captured_at if keyframe is not None else None
    lines = Ages(seat.words, seat.console.ports.clock).silence(last)
    return placeholder(lines, width, round(camera.height_px * width / camera.width_px))


def _show(
    seat: Seat, camera: SiteCamera, aim: Aim | None, *, refusal: str = "", notice: str = "", status: int = 200
) -> Response:
    aims = aims_on(seat, camera)
    wanted = chosen(aims, aim)
    choices = aim_choices(seat, aims, wanted)
    if not aims:
        return _shut(seat, camera, aim)
    if wanted is None:
        return _render(seat, "live.html", choices, status, page=None, camera=camera, refusal=refusal, notice="")
    log_look(seat, camera, wanted, "direct")
    viewing = seat.console.live.open(token_digest(seat.token), frozenset({camera.camera.id}), wanted)
    page = camera_page(seat, camera, viewing)
    clause = clause_for(seat, [camera])
    return _render(seat, "live.html", choices, status, page=page, refusal=refusal, notice=notice, clause=clause)


def _shut(seat: Seat, camera: SiteCamera, aim: Aim | None) -> Response:
    """The camera is open to this person for nothing: the page says why."""
    seat.log(Access.REFUSED, camera.camera.id, "direct: caméra non ouverte")
    why = looks(seat, camera, aim or Aim.OFFENCES).text_fr
    return _render(seat, "live.html", [], 403, page=None, camera=camera, refusal=why, notice="")


def _render(seat: Seat, template: str, aims: list[AimChoice], status: int = 200, **values: object) -> Response:
    return render(
        template,
        status,
        t=seat.words,
        seat=seat,
        csrf=csrf_token(seat.token),
        aims=aims,
        alert_kinds=list(AlertKind),
        services=SERVICES,
        every_s=seat.console.settings.wall_every_s,
        may_call=may_call(seat),
        **{"clause": "", **values},
    )
