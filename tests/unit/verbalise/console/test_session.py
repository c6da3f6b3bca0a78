"""Signing in, staying in and being let out; tokens on every form; headers on every answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi.routing import APIRoute

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import URL, Open, SignIn
from tests.unit.verbalise.console.world import World, hidden
from verbalise.console.app import console_app
from verbalise.console.passwords import hash_password, password_fits
from verbalise.console.routes.session import local_path
from verbalise.console.security import CONTENT_SECURITY_POLICY, new_token, signed_in_at
from verbalise.console.settings import ConsoleSettings
from verbalise.model import Access, Desk

LEA = street.agent("lea")


async def test_a_session_is_kept_as_a_digest_and_a_strict_cookie(world: World, open_browser: Open) -> None:
    world.agents.add_agent(LEA, world.password_hash)
    answer = await open_browser().sign_in(LEA)
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/review"
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    token = cookie.split("constat=")[1].split(";")[0]
    assert token not in repr(world.agents.sessions)
    (expires_at,) = world.agents.sessions.values()
    assert expires_at == world.now + timedelta(hours=12)


async def test_over_https_cookies_are_secure_and_the_browser_is_told_to_stay(world: World) -> None:
    app = console_app(world.ports(), ConsoleSettings(public_url="https://constat.test"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://constat.test") as http:
        answer = await http.get("/sign-in")
    assert "__Host-constat-visit" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize(
    "path", ["/sign-in", "/review", "/nothing", "/static/css/console.css", "/healthz", "/patrol/alerts"]
)
async def test_every_answer_carries_the_headers(world: World, signed_in: SignIn, path: str) -> None:
    answer = await (await signed_in(LEA)).get(path)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "<style" not in answer.text
    assert ' style="' not in answer.text
    assert "onclick" not in answer.text


async def test_every_post_refuses_a_form_without_its_token(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    posts = [route.path for route in _routes(world) if "POST" in (route.methods or set())]
    assert len(posts) >= 7
    for path in posts:
        url = path.format(case_id="case-1", act="take", alert_id="a", camera_id="B1")
        for data in ({"page": "0" * 32, "version": "0"}, {"csrf": "0" * 64}):
            answer = await browser.http.post(url, data=data)
            assert answer.status_code == 403, path
    assert world.cases.case(street.case(1, {}).id).decisions == ()


def _routes(world: World) -> list[APIRoute]:
    app = console_app(world.ports())
    found: list[APIRoute] = []
    waiting = list(app.router.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        waiting += list(getattr(getattr(route, "original_router", None), "routes", []))
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.test"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_its_token(
    world: World, signed_in: SignIn, headers: dict[str, str]
) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    page = (await browser.get("/review/case-1")).text
    data = {name: hidden(page, name) for name in ("csrf", "page", "version")}
    assert (await browser.http.post("/review/case-1/take", data=data, headers=headers)).status_code == 403
    own = {"origin": URL}
    assert (await browser.http.post("/review/case-1/take", data=data, headers=own)).status_code == 303


async def test_guessing_is_slowed_per_login_and_address(world: World, open_browser: Open) -> None:
    world.agents.add_agent(LEA, world.password_hash)
    browser = open_browser()
    for _ in range(5):
        assert (await browser.sign_in(LEA, "faux")).status_code == 401
    assert (await browser.sign_in(LEA)).status_code == 429
    assert (await open_browser("192.0.2.9").sign_in(LEA)).status_code == 303
    world.now += timedelta(minutes=6)
    assert (await browser.sign_in(LEA)).status_code == 303
    assert world.logged().count(Access.SIGN_IN_REFUSED) == 6


async def test_an_unknown_login_is_answered_like_a_wrong_password(world: World, open_browser: Open) -> None:
    world.agents.add_agent(LEA, world.password_hash)
    wrong = await open_browser().sign_in(LEA, "faux")
    unknown = await open_browser().sign_in(street.agent("personne"), "faux")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "Identifiant ou mot de passe inconnu" in unknown.text
    assert "personne" not in repr(world.ledger.kept)


async def test_outside_the_dates_of_the_act_nobody_enters(world: World, open_browser: Open) -> None:
    former = street.agent("former", valid_until=world.now)
    world.agents.add_agent(former, world.password_hash)
    assert (await open_browser().sign_in(former)).status_code == 403


async def test_an_act_that_ends_ends_the_session(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(street.agent("lea", valid_until=world.now + timedelta(minutes=1)))
    assert (await browser.get("/review")).status_code == 200
    world.now += timedelta(minutes=1)
    assert (await browser.get("/review")).headers["location"].startswith("/sign-in")
    assert world.agents.sessions == {}
    assert world.logged()[-1] is Access.REFUSED


async def test_a_session_ends_after_twelve_hours_whatever_was_done(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    for _ in range(11):
        world.now += timedelta(hours=1)
        assert (await browser.get("/review")).status_code == 200
    world.now += timedelta(hours=1)
    assert (await browser.get("/review")).status_code == 303


async def test_signing_out_forgets_the_browser(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get("/review")).text
    assert (await browser.send("/sign-out", page)).status_code == 303
    assert world.agents.sessions == {}
    assert world.logged()[-1] is Access.SIGN_OUT


@pytest.mark.parametrize(
    ("desk", "path"), [(Desk.PATROL, "/review"), (Desk.REVIEW, "/analysis"), (Desk.ANALYSIS, "/patrol")]
)
async def test_a_desk_of_others_is_refused_and_logged(world: World, signed_in: SignIn, desk: Desk, path: str) -> None:
    browser = await signed_in(street.agent("lea", desks=frozenset({desk})))
    assert (await browser.get(path)).status_code == 403
    assert world.ledger.kept[-1].access is Access.REFUSED


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "evil", "/a\nb"]
)
def test_signing_in_never_leads_to_another_site(elsewhere: str) -> None:
    assert local_path(elsewhere) == ""


async def test_a_sign_in_that_cannot_be_logged_is_refused(world: World, open_browser: Open) -> None:
    world.agents.add_agent(LEA, world.password_hash)
    world.ledger.is_away = True
    assert (await open_browser().sign_in(LEA)).status_code == 503
    assert world.agents.sessions == {}


async def test_a_form_too_large_is_not_read(world: World, signed_in: SignIn) -> None:
    answer = await (await signed_in(LEA)).http.post("/language", data={"back": "x" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [("127.0.0.1", {}, 200), ("192.0.2.7", {}, 404), ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 404)],
)
async def test_metrics_are_for_the_machine_itself(
    open_browser: Open, address: str, headers: dict[str, str], status: int
) -> None:
    answer = await open_browser(address).http.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("constat_console_unpublished_total" in answer.text) == (status == 200)


async def test_english_is_a_cookie_away(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(LEA)
    page = (await browser.get("/review")).text
    answer = await browser.send("/language", page, language="en", back="/review")
    assert answer.headers["location"] == "/review"
    english = (await browser.get("/review")).text
    assert '<html lang="en">' in english
    assert "Nothing to review" in english


def test_passwords_are_argon2id_and_checked() -> None:
    kept = hash_password("quatre chats")
    assert kept.startswith("$argon2id$")
    assert password_fits(kept, "quatre chats")
    assert not password_fits(kept, "quatre chiens")
    assert not password_fits(None, "quatre chats")
    assert not password_fits("not a hash", "quatre chats")


@pytest.mark.parametrize("url", ["ftp://a.test", "http://", "https://a.test/path", "https://me@a.test"])
def test_a_public_url_is_an_origin(url: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        ConsoleSettings(public_url=url)


def test_a_session_token_tells_when_it_was_made() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert signed_in_at(new_token(now)) == now
    assert new_token(now) != new_token(now)
