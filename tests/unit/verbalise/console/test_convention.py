"""The convention's pages: what is shared is shown, what is written stays, what is read is on the ledger."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import shared_street
from tests.pdf_text import text_of
from tests.shared_street import BOLLARD, CITY_CAMERA, METROPOLE, PCRT, TRAFFIC, at, person
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import Open, SignIn
from tests.unit.verbalise.console.world import World, hidden
from verbalise.exchanges import CALL_LASTS, ExchangeFilter, ExchangeKind, look_entry, note
from verbalise.model import CITY, Access, Agent, Capacity, Desk
from verbalise.site.agreements import Aim, PartyId
from verbalise.uptime import CameraHour

KEEPER = street.agent("morgan", "ADM 0001", Capacity.ADMINISTRATOR, sworn=False, desks=frozenset({Desk.SITE}))
NOON = at("2026-11-25 12:00")
SATURDAY = at("2026-11-28 23:00")
CLAUSE = shared_street.convention().confidentiality
SENT = {"kind": "incident", "text": "Relais en panne"}


@pytest.fixture(autouse=True)
def shared(world: World) -> None:
    """Two owners under one convention, on a Wednesday at noon."""
    world.site = shared_street.shared_site()
    world.now = NOON


def guest(*desks: Desk, party: PartyId = PCRT) -> Agent:
    """Somebody of another party."""
    return replace(person(party), desks=frozenset(desks))


def written(world: World) -> list[tuple[ExchangeKind, PartyId, str]]:
    """The whole log, oldest first."""
    entries = world.exchanges.exchanges(ExchangeFilter(NOON - timedelta(days=60), NOON + timedelta(days=60)))
    return [(entry.kind, entry.party, entry.text) for entry in reversed(entries)]


async def test_the_page_says_what_is_agreed_and_who_may_look_now(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(KEEPER)
    page = (await browser.get("/convention")).text
    assert CLAUSE in page
    assert "à donner avant le 01/10/2026" in page
    assert "du lundi au vendredi de 7 h à 20 h" in page
    assert page.count("<b>ouvert</b>") == 2
    assert (world.ledger.kept[-1].access, world.ledger.kept[-1].subject) == (Access.VIEW_REPORT, "coordination/2026-11")


async def test_outside_its_hours_a_sharing_is_shut(world: World, signed_in: SignIn) -> None:
    world.now = SATURDAY
    page = (await (await signed_in(KEEPER)).get("/convention")).text
    assert (page.count("<b>ouvert</b>"), page.count("<b>fermé</b>")) == (1, 1)
    assert "hors de ces heures, sur appel d’astreinte déclaré" in page


async def test_without_a_convention_the_page_says_so(world: World, signed_in: SignIn) -> None:
    world.site = shared_street.without_convention(world.site)
    page = (await (await signed_in(KEEPER)).get("/convention")).text
    assert "Aucune convention" in page
    assert "Rien n’est partagé." in page


async def test_an_entry_is_written_once_and_shown(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(KEEPER)
    page = (await browser.get("/convention")).text
    for _ in range(2):
        answer = await browser.send("/convention/exchanges", page, **SENT, party=PCRT, camera=TRAFFIC)
        assert answer.headers["location"] == "/convention?done=noted"
    assert written(world) == [(ExchangeKind.INCIDENT, PCRT, "Relais en panne")]
    assert Access.NOTE_EXCHANGE in world.logged()
    shown = (await browser.get("/convention?done=noted")).text
    assert "Relais en panne" in shown
    assert "ADM 0001" in shown
    assert "Entrée inscrite au journal." in shown


@pytest.mark.parametrize("text", ["Camion XB-123-CD en travers", "   "])
async def test_what_the_log_does_not_take_is_given_back(world: World, signed_in: SignIn, text: str) -> None:
    browser = await signed_in(KEEPER)
    page = (await browser.get("/convention")).text
    answer = await browser.send("/convention/exchanges", page, kind="incident", text=text)
    assert answer.status_code == 422
    assert "Rien n’a été inscrit." in answer.text
    assert written(world) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "view", "text": "Rien"},
        {"kind": "call", "text": "La ville n’est pas d’astreinte"},
        {"kind": "incident", "text": "Panne", "party": "inconnue"},
        {"kind": "incident", "text": "Panne", "camera": "X9"},
        {"kind": "incident", "text": "x" * 501},
    ],
    ids=["a look writes itself", "no call for the city", "unknown party", "unknown camera", "too long"],
)
async def test_what_the_page_does_not_offer_is_refused(
    world: World, signed_in: SignIn, fields: dict[str, object]
) -> None:
    browser = await signed_in(KEEPER)
    page = (await browser.get("/convention")).text
    assert (await browser.send("/convention/exchanges", page, **fields)).status_code == 422
    assert written(world) == []


async def test_a_guest_writes_for_the_own_party_alone(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(guest(Desk.SITE))
    page = (await browser.get("/convention")).text
    assert 'name="party"' not in page
    await browser.send("/convention/exchanges", page, kind="disturbance", text="Image figée", party=CITY)
    assert written(world) == [(ExchangeKind.DISTURBANCE, PCRT, "Image figée")]


async def test_looks_of_others_are_in_the_log(world: World, signed_in: SignIn) -> None:
    entry = look_entry(person(PCRT), world.site.cameras[BOLLARD], Aim.TRAFFIC, NOON)
    assert entry is not None
    world.exchanges.add(entry)
    page = (await (await signed_in(KEEPER)).get("/convention")).text
    assert "<td>consultation</td><td>le PCRT</td>" in page
    assert "B1 · gérer le trafic" in page


async def test_a_months_log_and_report_are_that_months(world: World, signed_in: SignIn) -> None:
    october = at("2026-10-12 10:00")
    world.exchanges.add(note(KEEPER, ExchangeKind.MEETING, "Réunion d’octobre", october, "r1"))
    begins = at("2026-10-01 00:00")
    world.uptime.kept = [CameraHour(TRAFFIC, begins, 3600, 1800, 3600, 0, 0, 1, 1)]
    browser = await signed_in(KEEPER)
    assert "Réunion d’octobre" not in (await browser.get("/convention")).text
    page = (await browser.get("/convention?month=2026-10")).text
    assert "Réunion d’octobre" in page
    assert "50,0\u00a0%" in page.replace(" %", "\u00a0%")
    assert 'href="/convention?month=2026-11" rel="next"' in page


@pytest.mark.parametrize("month", ["2026-12", "demain", "2026-13"])
@pytest.mark.parametrize("path", ["/convention", "/convention/report.pdf"])
async def test_a_month_that_cannot_be_reported_is_refused(
    world: World, signed_in: SignIn, path: str, month: str
) -> None:
    browser = await signed_in(KEEPER)
    assert (await browser.get(f"{path}?month={month}")).status_code == 422
    assert Access.VIEW_REPORT not in world.logged()


async def test_the_report_is_printed_and_on_the_ledger(world: World, signed_in: SignIn) -> None:
    answer = await (await signed_in(KEEPER)).get("/convention/report.pdf?month=2026-10")
    assert answer.headers["content-type"] == "application/pdf"
    assert "coordination-2026-10.pdf" in answer.headers["content-disposition"]
    assert "Rapport de coordination, octobre 2026" in text_of(answer.content)
    assert world.ledger.kept[-1].access is Access.VIEW_REPORT


async def test_nothing_is_shown_while_the_ledger_is_away(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(KEEPER)
    world.ledger.is_away = True
    assert (await browser.get("/convention")).status_code == 503
    assert (await browser.get("/convention/report.pdf")).status_code == 503


async def test_only_the_site_desk_reads_the_convention(world: World, signed_in: SignIn) -> None:
    for agent in (street.agent("lea", desks=frozenset({Desk.REVIEW})), guest(Desk.LIVE)):
        browser = await signed_in(agent)
        for path in ("/convention", "/convention/report.pdf"):
            assert (await browser.get(path)).status_code == 403
    assert world.logged()[-1] is Access.REFUSED


async def test_guests_read_the_clause_before_they_see_anything(world: World, signed_in: SignIn) -> None:
    agent = guest(Desk.LIVE)
    world.agents.add_agent(agent, world.password_hash)
    browser = await signed_in(agent)
    page = (await browser.get("/clause?next=/live/B1")).text
    assert CLAUSE in page
    assert "le PCRT" in page
    assert "la Ville" not in page
    assert 'href="/live/B1"' in page
    assert world.ledger.kept[-1].subject == "convention/clause"


@pytest.mark.parametrize(
    ("agent", "agreed", "landing"),
    [
        (guest(Desk.LIVE), True, "/clause?next=/live"),
        (guest(Desk.LIVE), False, "/live"),
        (KEEPER, True, "/site"),
    ],
    ids=["guest", "nothing agreed", "of the city"],
)
async def test_where_a_sign_in_leads(
    world: World, open_browser: Open, agent: Agent, agreed: bool, landing: str
) -> None:
    if not agreed:
        world.site = shared_street.without_convention(world.site)
    world.agents.add_agent(agent, world.password_hash)
    assert (await open_browser().sign_in(agent)).headers["location"] == landing


async def test_the_clause_leads_to_no_other_site(world: World, signed_in: SignIn) -> None:
    page = (await (await signed_in(guest(Desk.LIVE))).get("/clause?next=//evil.example")).text
    assert "evil" not in page


async def test_a_call_is_written_and_opens_the_night(world: World, signed_in: SignIn) -> None:
    world.now = SATURDAY
    browser = await signed_in(guest(Desk.LIVE))
    page = (await browser.get("/clause?next=/live/C1")).text
    assert "<b>fermé</b>" in page
    answer = await browser.send("/clause/call", page, text="Accident sur le quai", next=f"/live/{CITY_CAMERA}")
    assert answer.headers["location"] == "/live/C1"
    assert written(world) == [(ExchangeKind.CALL, PCRT, "Accident sur le quai")]
    assert world.logged()[-1] is Access.NOTE_EXCHANGE
    shown = (await browser.get("/clause")).text
    assert "<b>ouvert</b>" in shown
    assert "appel d’astreinte jusqu’au 29/11/2026 à 01:00" in shown


async def test_a_call_says_why(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(guest(Desk.LIVE))
    page = (await browser.get("/clause")).text
    assert (await browser.send("/clause/call", page, text=" ")).status_code == 422
    assert written(world) == []


@pytest.mark.parametrize("party", [METROPOLE, CITY])
async def test_who_is_not_on_call_declares_none(world: World, signed_in: SignIn, party: PartyId) -> None:
    browser = await signed_in(guest(Desk.LIVE, party=party))
    page = (await browser.get("/clause")).text
    assert "/clause/call" not in page
    fields = {"csrf": hidden(page, "csrf"), "page": "0" * 32, "text": "Accident"}
    assert (await browser.http.post("/clause/call", data=fields)).status_code == 403
    assert written(world) == []
    assert world.logged()[-1] is Access.REFUSED


async def test_the_night_wall_is_shut_until_a_call_is_declared(world: World, signed_in: SignIn) -> None:
    world.now = SATURDAY
    browser = await signed_in(guest(Desk.LIVE))
    assert 'href="/clause?next=/live"' in (await browser.get("/live")).text
    shut = await browser.get("/live/C1?aim=traffic")
    assert shut.status_code == 403
    assert "sur appel d’astreinte déclaré" in shut.text
    assert 'href="/clause?next=/live/C1"' in shut.text
    await browser.send("/clause/call", (await browser.get("/clause")).text, text="Accident")
    page = (await browser.get("/live")).text
    assert "/live/C1/still" in page
    assert CLAUSE in page
    world.now += CALL_LASTS
    assert (await browser.get("/live/C1?aim=traffic")).status_code == 403


async def test_whoever_goes_on_looking_goes_on_being_noted(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(guest(Desk.LIVE))
    page = (await browser.get("/live")).text
    source = re.findall(r'src="(/live/C1/still[^"]*)"', page)[0]
    looks = [(ExchangeKind.VIEW, PCRT, "")] * 2
    assert written(world) == looks
    for minutes, more in ((0, 0), (10, 0), (16, 1), (20, 1), (32, 2)):
        world.now = NOON + timedelta(minutes=minutes)
        assert (await browser.get(source)).status_code == 200
        assert len(written(world)) == len(looks) + more


async def test_the_owner_reads_no_clause_and_owes_no_entry(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(street.agent("lea"))
    page = (await browser.get("/live/C1?aim=safety")).text
    assert "<canvas" in page
    assert CLAUSE not in page
    assert written(world) == []
