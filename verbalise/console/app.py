"""The console as an application: routes, headers, and a page for everything that can go wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ingest.errors import ConstatError, Halt, RetryLater
from verbalise.console import metrics
from verbalise.console.alert_hub import AlertFollower
from verbalise.console.desk import Console, DeskRefused, SignInNeeded, console_of, words_of
from verbalise.console.forms import FormRefused
from verbalise.console.pages import STATIC, render
from verbalise.console.ports import ConsolePorts
from verbalise.console.routes import analysis, convention, dossier, evidence, law, live, patrol, review, session, site
from verbalise.console.security import SecurityHeaders
from verbalise.console.settings import ConsoleSettings

_log = structlog.get_logger(__name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class RevalidatedFiles(StaticFiles):
    """Static files that the browser keeps but asks about: modules import each other by plain names."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the order to ask again before using a kept copy."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def console_app(ports: ConsolePorts, settings: ConsoleSettings | None = None) -> FastAPI:
    """The console on these ports, ready for an ASGI server."""
    console = Console.of(ports, settings or ConsoleSettings())
    app = FastAPI(title="Constat", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.console = console
    app.add_middleware(SecurityHeaders, https=console.settings.https)
    # Evidence before review: both start with /review/{case}, and patrol's still with /patrol/{alert}.
    for desk in (session, evidence, dossier, review, patrol, analysis, convention, law, live, site):
        app.include_router(desk.router)
    app.add_api_route("/healthz", _health)
    app.add_api_route("/metrics", _metrics)
    app.mount("/static", RevalidatedFiles(directory=STATIC), name="static")
    _answer_errors(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    console: Console = app.state.console
    follower = AlertFollower(console.ports.open_log, console.hub)
    follower.start()
    yield
    await run_in_threadpool(follower.stop)
    await run_in_threadpool(console.tails.close)


def _health() -> dict[str, str]:
    """The process answers; whether its ports do is told by their own workers."""
    return {"status": "ok"}


def _metrics(request: Request) -> Response:
    allowed = console_of(request).settings.metrics
    direct = request.client is not None and request.client.host in LOOPBACK and not _was_forwarded(request)
    if allowed == "off" or (allowed == "loopback" and not direct):
        raise HTTPException(404)
    return Response(metrics.page(), media_type=metrics.PAGE_TYPE)


def _was_forwarded(request: Request) -> bool:
    return "x-forwarded-for" in request.headers or "forwarded" in request.headers


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(DeskRefused, _desk_refused)
    app.add_exception_handler(FormRefused, _form_refused)
    app.add_exception_handler(RetryLater, _try_later)
    app.add_exception_handler(Halt, _try_later)
    # Unknown cases and alerts, items that are missing or damaged: none of them can be shown.
    app.add_exception_handler(ConstatError, _not_found)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)


def _sentence(request: Request, key: str, status: int) -> Response:
    return render("refused.html", status, t=words_of(request), sentence=words_of(request)(key), code=status)


def _to_sign_in(request: Request, error: Exception) -> Response:
    del error
    wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not wants_page:
        return _sentence(request, "error.sign-in", 401)
    return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", status_code=303)


def _desk_refused(request: Request, error: Exception) -> Response:
    del error
    return _sentence(request, "error.desk", 403)


def _form_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, FormRefused):
        raise error
    metrics.refusals.labels("form").inc()
    return _sentence(request, error.key, error.status)


def _try_later(request: Request, error: Exception) -> Response:
    _log.error("a register or store is away, nothing was shown", path=request.url.path, reason=str(error))
    return _sentence(request, "error.later", 503)


def _not_found(request: Request, error: Exception) -> Response:
    _log.warning("asked for what is not there", path=request.url.path, reason=str(error))
    return _sentence(request, "error.missing", 404)


def _bad_request(request: Request, error: Exception) -> Response:
    del error
    return _sentence(request, "error.form", 422)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = _sentence(request, "error.missing" if status == 404 else "error.form", status)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response
