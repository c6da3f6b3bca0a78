"""The catalogue of offences, open to every signed-in person: what agents find, they may read."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from verbalise.console.desk import AnySeat
from verbalise.console.law_page import list_text, offence_groups
from verbalise.console.pages import render
from verbalise.console.security import csrf_token
from verbalise.law.catalogue import offences
from verbalise.model import Access

router = APIRouter()
PURPOSE = "lecture du droit"


@router.get("/law")
def law_page(seat: AnySeat) -> Response:
    """Every offence with its texts, codes, sources and gaps."""
    seat.log(Access.VIEW_SITE, "law", PURPOSE)
    known = seat.console.code_book.known()
    groups = offence_groups(offences(), known.of, seat.words)
    return render(
        "law.html",
        t=seat.words,
        seat=seat,
        csrf=csrf_token(seat.token),
        groups=groups,
        total=sum(len(group.cards) for group in groups),
        exportable=sum(group.exportable for group in groups),
        listed=list_text(known.newest, seat.words),
    )
