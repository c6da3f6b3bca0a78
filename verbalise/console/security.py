"""Headers, cookies, tokens and the proof that a form comes from the console's own page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verbalise.console.settings import ConsoleSettings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"


class SecurityHeaders:
    """ASGI middleware that puts the security headers on every answer, errors included.

    Whatever sets no caching rule of its own is not stored by the browser.
    """

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = dict(SECURITY_HEADERS) | ({"strict-transport-security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def new_token(now: datetime) -> str:
    """A random session token that ends with the instant it was made, in seconds.

    The register knows the digest of the whole, so the instant cannot be changed by its bearer.
    """
    return f"{secrets.token_urlsafe(32)}.{int(now.timestamp())}"


def token_digest(token: str) -> str:
    """What the register keeps instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in_at(token: str) -> datetime:
    """The instant at which a token known to the register was made."""
    return datetime.fromtimestamp(int(token.rpartition(".")[2]), UTC)


def csrf_token(secret: str) -> str:
    """The token that forms carry; derived from the cookie, so nothing needs to be stored."""
    return hmac.new(secret.encode(), b"constat-form", hashlib.sha256).hexdigest()


def seal(secret: str, *parts: str) -> str:
    """A tag that proves later that the console itself wrote these parts during this sign-in."""
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def equal(left: str, right: str) -> bool:
    """Whether two secrets are the same, in time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def is_own_origin(request: Request, settings: ConsoleSettings) -> bool:
    """Whether the browser says that the request comes from the console's own pages.

    Under `referrer-policy: no-referrer` browsers send `Origin: null` with forms, so the site that
    they name in `Sec-Fetch-Site` decides then; where neither is told, the form's token alone decides.
    """
    origin = request.headers.get("origin", "null")
    if origin != "null":
        return origin == settings.public_url
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


class Cookies:
    """The console's cookies: unreadable by scripts, never sent from another site."""

    def __init__(self, settings: ConsoleSettings) -> None:
        prefix = "__Host-" if settings.https else ""
        self._https = settings.https
        self.life = timedelta(hours=settings.session_hours)
        self.session = f"{prefix}constat"
        self.visit = f"{prefix}constat-visit"
        self.language = f"{prefix}constat-lang"

    def set(self, response: Response, name: str, value: str) -> None:
        """Give the browser a cookie that ends with the longest sign-in."""
        response.set_cookie(
            name,
            value,
            max_age=int(self.life.total_seconds()),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="strict",
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(name, path="/", secure=self._https, httponly=True, samesite="strict")
