"""Sealed items to the browser: on the ledger first, whole ranges never in memory, seals checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from starlette.responses import Response, StreamingResponse

from verbalise.competence import alerts_of, shows_scene
from verbalise.console import metrics
from verbalise.console.deciding import PURPOSE, case_at
from verbalise.console.desk import PatrolSeat, ReviewSeat, Seat
from verbalise.console.security import token_digest
from verbalise.console.viewings import item_of
from verbalise.model import Access, Case, CaseId, EvidenceItem, EvidenceKind
from verbalise.ports import EvidenceMissing, EvidenceStore

router = APIRouter()
CLIPS = (EvidenceKind.CLIP, EvidenceKind.PLAYABLE_CLIP)
SHOWN_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm"})
"""Types that a browser may be told; anything else could be something to run."""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@router.get("/review/{case_id}/item/{number}")
def show_item(
    seat: ReviewSeat,
    case_id: str,
    number: int,
    viewing: str = "",
    range_header: Annotated[str | None, Header(alias="range")] = None,
) -> Response:
    """A still whole, or a range of a clip."""
    item = _item(case_at(seat, case_id).case, number)
    if item.kind in CLIPS:
        return _clip(seat, item, viewing[:64], range_header)
    seat.log(Access.VIEW_STILL, item.key, PURPOSE)
    return _still(seat, item)


@router.get("/patrol/{alert_id}/still")
def show_scene(seat: PatrolSeat, alert_id: str) -> Response:
    """The scene behind an alert to the agent's own service, where that service may see it; never the plate's own."""
    alerts = alerts_of(seat.agent, seat.console.ports.alerts.alerts(seat.alerts_since))
    alert = next((each for each in alerts if each.id == alert_id), None)
    if alert is None or alert.case is None or not shows_scene(alert):
        raise EvidenceMissing(f"alert {alert_id}: no scene to show")
    scene = item_of(seat.console.ports.cases.case(CaseId(alert.case)), EvidenceKind.SCENE)
    if scene is None:
        raise EvidenceMissing(f"{alert.case}: no scene")
    seat.log(Access.VIEW_STILL, scene.key, "patrouille")
    return _still(seat, scene)


def sealed_bytes(store: EvidenceStore, item: EvidenceItem) -> bytes:
    """An item whole. Raises EvidenceMissing if it is gone, or not the bytes that were sealed; RetryLater."""
    data = store.read(item.key)
    if hashlib.sha256(data).hexdigest() != item.sha256:
        raise EvidenceMissing(f"{item.key}: not the bytes that were sealed")
    metrics.evidence_bytes.inc(len(data))
    return data


def _item(case: Case, number: int) -> EvidenceItem:
    items = case.evidence.items
    if not 0 <= number < len(items) or items[number].content_type not in SHOWN_TYPES:
        raise EvidenceMissing(f"{case.id}: no picture {number}")
    return items[number]


def _still(seat: Seat, item: EvidenceItem) -> Response:
    return Response(sealed_bytes(seat.console.ports.evidence, item), media_type=item.content_type)


def _clip(seat: Seat, item: EvidenceItem, viewing: str, range_header: str | None) -> Response:
    store, chunk = seat.console.ports.evidence, seat.console.settings.evidence_chunk_bytes
    stored = store.stat(item.key)
    if stored.sha256 != item.sha256:
        raise EvidenceMissing(f"{item.key}: not the bytes that were sealed")
    start, end = _span(range_header, stored.size_bytes)
    _log_viewing(seat, item, viewing)
    headers = {"accept-ranges": "bytes", "content-length": str(end - start)}
    if range_header is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size_bytes}"
    status = 200 if range_header is None else 206
    # Read before answering, so that an item that is gone is an error and not a cut answer.
    first = store.read(item.key, start, min(chunk, end - start))
    body = _chunks(store, item.key, first, start, end, chunk)
    return StreamingResponse(body, status, headers, media_type=item.content_type)


def _log_viewing(seat: Seat, item: EvidenceItem, viewing: str) -> None:
    session = token_digest(seat.token)
    if not seat.console.opened_clips.is_open(session, item.key, viewing):
        seat.log(Access.VIEW_CLIP, item.key, PURPOSE)
        seat.console.opened_clips.opened(session, item.key, viewing)


def _chunks(store: EvidenceStore, key: str, first: bytes, start: int, end: int, chunk: int) -> Iterator[bytes]:
    piece, at = first, start
    while piece:
        metrics.evidence_bytes.inc(len(piece))
        yield piece
        at += len(piece)
        piece = store.read(key, at, min(chunk, end - at)) if at < end else b""


def _span(range_header: str | None, size: int) -> tuple[int, int]:
    """First byte and the byte after the last. Raises HTTPException 416 for a range outside the item."""
    if range_header is None:
        return 0, size
    match = _RANGE.fullmatch(range_header.strip())
    if match is None or match.groups() == ("", ""):
        raise _unsatisfiable(size)
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if not start < end:
        raise _unsatisfiable(size)
    return start, end


def _unsatisfiable(size: int) -> HTTPException:
    return HTTPException(416, headers={"content-range": f"bytes */{size}"})
