"""Signing in and out, and the language of the browser."""

from __future__ import annotations

from secrets import token_urlsafe
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from verbalise.console import metrics
from verbalise.console.desk import AnySeat, Console, Here, address_of, words_of
from verbalise.console.forms import LanguageForm, Posted, SignInForm
from verbalise.console.pages import render
from verbalise.console.passwords import password_fits
from verbalise.console.security import csrf_token, new_token, token_digest
from verbalise.model import CITY, Access, AccessEntry, Agent, AgentId, Desk

router = APIRouter()
ROOMS = {
    Desk.REVIEW: "/review",
    Desk.PATROL: "/patrol",
    Desk.LIVE: "/live",
    Desk.SITE: "/site",
    Desk.ANALYSIS: "/analysis",
}
"""Where a person goes first: the first of these that is theirs."""
UNKNOWN_LOGIN = "unknown login"


@router.get("/sign-in")
def sign_in_page(request: Request, console: Here, next: str = "") -> Response:
    """The form, with a cookie of its own so that even this form carries a token."""
    return _form(request, console, "", next)


@router.post("/sign-in")
def sign_in(request: Request, console: Here, posted: Posted) -> Response:
    """Check login and password; the same answer for a wrong password and an unknown login."""
    form = posted.read(SignInForm)
    address, now = address_of(request), console.ports.clock()
    known = console.ports.agents.agent_by_login(form.login)
    # A login that nobody has may be a password in the wrong field: it is not written down.
    subject = form.login if known else UNKNOWN_LOGIN
    pause_s = console.attempts.pause_s(form.login, address, now)
    if pause_s:
        _log(console, None, Access.SIGN_IN_REFUSED, subject, "trop d’essais", address)
        return _form(request, console, "sign-in.pause", form.next, status=429, n=(pause_s + 59) // 60)
    if not password_fits(known[1] if known else None, form.password) or known is None:
        console.attempts.failed(form.login, address, now)
        _log(console, None, Access.SIGN_IN_REFUSED, subject, "identifiants", address)
        return _form(request, console, "sign-in.wrong", form.next, status=401)
    agent = known[0]
    if not agent.in_force(now):
        _log(console, agent.id, Access.SIGN_IN_REFUSED, subject, "habilitation hors validité", address)
        return _form(request, console, "sign-in.out-of-office", form.next, status=403)
    console.attempts.succeeded(form.login, address)
    return _open(console, agent, form.next, address)


@router.post("/sign-out")
def sign_out(seat: AnySeat, console: Here, posted: Posted) -> Response:
    """Forget the browser, here and in the register."""
    del posted
    seat.log(Access.SIGN_OUT, seat.agent.id, "déconnexion")
    console.ports.agents.close_session(token_digest(seat.token))
    response = RedirectResponse("/sign-in", status_code=303)
    console.cookies.drop(response, console.cookies.session)
    return response


@router.post("/language")
def choose_language(console: Here, posted: Posted) -> Response:
    """Keep the language in a cookie and come back to the same page."""
    form = posted.read(LanguageForm)
    response = RedirectResponse(local_path(form.back) or "/", status_code=303)
    console.cookies.set(response, console.cookies.language, form.language)
    return response


@router.get("/")
def home(seat: AnySeat) -> Response:
    """The agent's first room."""
    return RedirectResponse(first_room(seat.agent), status_code=303)


def _open(console: Console, agent: Agent, wanted: str, address: str) -> Response:
    now = console.ports.clock()
    token = new_token(now)
    _log(console, agent.id, Access.SIGN_IN, agent.id, "connexion", address)
    console.ports.agents.open_session(token_digest(token), agent.id, now + console.cookies.life)
    response = RedirectResponse(_landing(console, agent, local_path(wanted) or first_room(agent)), status_code=303)
    console.cookies.set(response, console.cookies.session, token)
    console.cookies.drop(response, console.cookies.visit)
    return response


def _form(
    request: Request, console: Console, refusal: str, wanted: str, status: int = 200, **values: object
) -> Response:
    words = words_of(request)
    visit = request.cookies.get(console.cookies.visit) or token_urlsafe(32)
    response = render(
        "sign_in.html",
        status,
        t=words,
        csrf=csrf_token(visit),
        refusal=words(refusal, **values) if refusal else "",
        next=local_path(wanted),
        commune=console.ports.site.commune,
    )
    console.cookies.set(response, console.cookies.visit, visit)
    return response


def _log(console: Console, agent: AgentId | None, access: Access, subject: str, purpose: str, address: str) -> None:
    metrics.sign_ins.labels(access).inc()
    entry = AccessEntry(console.ports.clock(), agent, access, subject, purpose, address)
    console.ports.ledger.write(entry)


def local_path(wanted: str) -> str:
    """A path of this console, or nothing: a sign-in never leads to another site."""
    parts = urlsplit(wanted)
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if is_local and "\\" not in wanted and wanted.isprintable() else ""


def _landing(console: Console, agent: Agent, room: str) -> str:
    """Where a sign-in leads: people of another party read the convention's clause before they see anything."""
    if agent.party == CITY or console.ports.site.convention is None:
        return room
    return f"/clause?next={quote(room)}"


def first_room(agent: Agent) -> str:
    """The page of the first desk that is the agent's."""
    return next((path for desk, path in ROOMS.items() if desk in agent.desks), "/review")
