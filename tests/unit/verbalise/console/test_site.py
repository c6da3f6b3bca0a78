"""The site's pages: what is allowed and why, how cameras do, which rights were used; every look is on the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ingest.health import CameraHealth, CameraState
from tests import shared_street
from tests.shared_street import BOLLARD, at
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import World
from verbalise.gate import may_ingest
from verbalise.model import Access, Capacity, Desk, OffenceId, PermitId, Suppression, ZoneId
from verbalise.site.agreements import HelpPermission, PartyId
from verbalise.site.model import AnalysisBasis, ByLaw, Zone
from verbalise.steward.notices import due_notices
from verbalise.uptime import CameraHour

KEEPER = street.agent("morgan", "ADM 0001", Capacity.ADMINISTRATOR, sworn=False, desks=frozenset({Desk.SITE}))
NOON = at("2026-11-25 12:00")
DRIVING, AREA = OffenceId("pedestrian-area-driving"), ZoneId("gros-horloge")


@pytest.fixture(autouse=True)
def shared(world: World) -> None:
    """Two owners under one convention; one camera analysed, with one zone under one by-law."""
    site = shared_street.shared_site()
    zone = Zone(AREA, "Rue du Gros-Horloge", street.site().cameras[street.CAMERA].zones[0].polygon)
    basis = AnalysisBasis(DRIVING, "Rue de synthèse", NOON - timedelta(days=9), NOON + timedelta(days=900))
    analysed = replace(site.cameras[BOLLARD], analysis=(basis,), zones=(zone,))
    law = ByLaw("2025-118", AREA, "Aire piétonne", NOON - timedelta(days=900), None, (), frozenset())
    world.site = replace(site, cameras={**site.cameras, BOLLARD: analysed}, by_laws=(law,))
    world.now = NOON


def health(state: CameraState, *, ago_s: float = 5, error: str | None = None) -> CameraHealth:
    return CameraHealth(
        BOLLARD, NOON - timedelta(seconds=ago_s), NOON - timedelta(hours=3), state, NOON, 0, 25, 2, 0, 1, 2, 3, 9, error
    )


def passage(number: int, when: datetime = NOON, holder: str = "Blanchisserie", reason: str = "delivery") -> Suppression:
    return Suppression(
        f"s-{number}", BOLLARD, DRIVING, AREA, "Rue", when, PermitId("laundry"), f"badge-{number}", holder, reason
    )


async def test_each_use_says_why_and_until_when(world: World, signed_in: SignIn) -> None:
    page = (await (await signed_in(KEEPER)).get("/site")).text
    assert may_ingest(world.site, world.site.cameras[BOLLARD], NOON).text_fr in page
    assert "Rue de synthèse" in page
    assert "Aucune base légale n’est décrite pour cette caméra" in page
    assert "Aucune décision n’autorise l’aide automatique" in page
    assert "2025-118" in page
    assert Access.VIEW_SITE in world.logged()


async def test_without_the_convention_the_other_partys_camera_is_shut(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(KEEPER)
    reason = "Caméra d’un autre propriétaire, sans convention en vigueur"
    assert reason not in (await browser.get("/site")).text
    world.site = replace(world.site, convention=None)
    assert reason in (await browser.get("/site")).text


async def test_what_ends_soon_stands_on_top_until_it_is_renewed(world: World, signed_in: SignIn) -> None:
    ends = NOON + timedelta(days=20)
    world.site = replace(world.site, help=(HelpPermission("Décision 12", NOON - timedelta(days=9), ends),))
    [notice] = [each for each in due_notices(world.site, NOON) if each.subject == "site/help"]
    browser = await signed_in(KEEPER)
    assert notice.text not in (await browser.get("/site")).text, "the steward has not given it"
    world.notices.add(notice)
    page = (await browser.get("/site")).text
    assert page.index(notice.text) < page.index('id="camera-')
    renewed = HelpPermission("Décision 13", ends, ends + timedelta(days=900))
    world.site = replace(world.site, help=(*world.site.help, renewed))
    assert notice.text not in (await browser.get("/site")).text


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (None, "jamais vue"),
        (health(CameraState.RUNNING), "reçoit"),
        (health(CameraState.RUNNING, ago_s=61), "sans nouvelles d’ingest"),
        (health(CameraState.SHUT, error="A-1 : fin le 25/11/2026"), "A-1 : fin le 25/11/2026"),
    ],
    ids=["never seen", "running", "silent", "shut"],
)
async def test_how_a_camera_does(world: World, signed_in: SignIn, known: CameraHealth | None, shown: str) -> None:
    if known is not None:
        world.uptime.fold(known, [])
    assert shown in (await (await signed_in(KEEPER)).get("/site")).text


async def test_uptime_is_of_the_local_day_and_of_what_was_allowed(world: World, signed_in: SignIn) -> None:
    def hour(begins: datetime, up_s: int, allowed_s: int) -> CameraHour:
        return CameraHour(BOLLARD, begins, 3600, up_s, allowed_s, 0, 0, 1, 0)

    midnight = at("2026-11-25 00:00")
    world.uptime.kept = [
        hour(midnight - timedelta(hours=1), 0, 3600),
        hour(midnight, 900, 1800),
        hour(midnight + timedelta(hours=1), 1800, 1800),
    ]
    page = (await (await signed_in(KEEPER)).get("/site")).text
    assert "75.0 % du temps autorisé et mesuré" in page
    assert page.count("non mesurée") == 2


async def test_rights_used_are_counted_and_listed_without_plate_or_picture(world: World, signed_in: SignIn) -> None:
    for number in range(3):
        world.suppressions.add(passage(number))
    world.suppressions.add(passage(9, holder="CSU", reason="livraison <urgente>"))
    world.suppressions.add(passage(10, NOON - timedelta(days=40), holder="Trop ancien"))
    page = (await (await signed_in(KEEPER)).get("/site/permits")).text
    assert "<b>4</b> passages couverts" in page
    assert '<th scope="row">Blanchisserie</th><td>livraison</td><td class="n">3</td>' in page
    assert "livraison &lt;urgente&gt;" in page
    assert "Trop ancien" not in page
    assert "<img" not in page
    entry = next(entry for entry in world.ledger.kept if entry.access is Access.VIEW_AUDIT)
    assert entry.subject == "suppressions?since=2026-10-26&until=2026-11-25"


async def test_the_days_asked_for_are_local_and_whole(world: World, signed_in: SignIn) -> None:
    world.suppressions.add(passage(1, at("2026-11-20 00:00"), holder="Premier"))
    world.suppressions.add(passage(2, at("2026-11-21 23:59"), holder="Dernier"))
    world.suppressions.add(passage(3, at("2026-11-22 00:00"), holder="Lendemain"))
    page = (await (await signed_in(KEEPER)).get("/site/permits?since=2026-11-20&until=2026-11-21")).text
    assert "Premier" in page
    assert "Dernier" in page
    assert "Lendemain" not in page


async def test_the_export_holds_every_passage_and_no_formula(world: World, signed_in: SignIn) -> None:
    world.suppressions.add(passage(1, holder="=cmd()"))
    answer = await (await signed_in(KEEPER)).get("/site/permits.csv?since=&until=")
    header, row = answer.text.strip().split("\r\n")
    assert header == "\ufeffid;camera;place;zone;offence;at;permit;reference;holder;reason"
    assert row.startswith(
        "s-1;B1;Rue;gros-horloge;pedestrian-area-driving;2026-11-25T11:00:00+00:00;laundry;badge-1;'=cmd()"
    )
    assert Access.EXPORT in world.logged()


@pytest.mark.parametrize("path", ["/site", "/site/permits", "/site/permits.csv"])
async def test_other_desks_are_refused(world: World, signed_in: SignIn, path: str) -> None:
    browser = await signed_in(street.agent("lea", desks=frozenset({Desk.REVIEW, Desk.LIVE})))
    assert (await browser.get(path)).status_code == 403
    assert Access.VIEW_SITE not in world.logged()


@pytest.mark.parametrize("path", ["/site", "/site/permits"])
async def test_what_cannot_be_logged_is_not_shown(world: World, signed_in: SignIn, path: str) -> None:
    browser = await signed_in(KEEPER)
    world.ledger.is_away = True
    assert (await browser.get(path)).status_code == 503


async def test_a_span_that_is_no_span_is_refused(signed_in: SignIn) -> None:
    assert (await (await signed_in(KEEPER)).get("/site/permits?since=yesterday")).status_code == 422


@pytest.mark.parametrize("path", ["/site/permits", "/site/permits.csv"])
async def test_whom_the_city_lets_through_is_no_other_partys_business(
    world: World, signed_in: SignIn, path: str
) -> None:
    world.suppressions.add(passage(1))
    guest = replace(KEEPER, party=PartyId("metropole"))
    browser = await signed_in(guest)
    assert 'href="/site/permits"' not in (await browser.get("/site")).text
    answer = await browser.get(path)
    assert (answer.status_code, "Blanchisserie" in answer.text) == (403, False)
    assert world.logged()[-1] is Access.REFUSED
