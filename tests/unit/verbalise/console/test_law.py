"""The catalogue's page: open to all who sign in, logged, and honest about what is not known."""

from __future__ import annotations

import re

import pytest

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import Open, SignIn
from tests.unit.verbalise.console.world import World
from tests.unit.verbalise.law.lists import JULY, holder
from verbalise.console.law_page import LIABILITIES, anchor, offence_groups
from verbalise.console.wording import Language, Words, sentences
from verbalise.law.catalogue import Confidence, Grade, Handling, Liability, offences
from verbalise.law.codes import Standing, codes_of
from verbalise.law.natinf import NatinfList
from verbalise.model import Access, Agent, Capacity, Desk

ANA = street.agent("ana", desks=frozenset({Desk.ANALYSIS}))
SAM = street.agent("sam", desks=frozenset({Desk.SITE}))
PAT = street.agent("pat", desks=frozenset({Desk.PATROL}))


def entry_of(page: str, offence: str) -> str:
    """The part of the page that is about one offence."""
    found = re.search(rf'<article class="entry" id="{offence}".*?</article>', page, flags=re.DOTALL)
    assert found, offence
    return found[0]


@pytest.mark.parametrize("agent", [ANA, SAM, PAT], ids=lambda agent: agent.login)
async def test_every_desk_may_read_it_and_is_logged(world: World, signed_in: SignIn, agent: Agent) -> None:
    browser = await signed_in(agent)
    assert (await browser.get("/law")).status_code == 200
    entry = world.ledger.kept[-1]
    assert (entry.access, entry.subject, entry.purpose) == (Access.VIEW_SITE, "law", "lecture du droit")


async def test_nobody_reads_it_without_signing_in(open_browser: Open) -> None:
    answer = await open_browser().get("/law")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/law")


async def test_what_cannot_be_logged_is_not_shown(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(ANA)
    world.ledger.is_away = True
    answer = await browser.get("/law")
    assert answer.status_code == 503
    assert "aire piétonne" not in answer.text


async def test_every_offence_is_there_under_its_own_address(signed_in: SignIn) -> None:
    page = (await (await signed_in(ANA)).get("/law")).text
    assert [offence for offence in offences() if f'<article class="entry" id="{offence}"' not in page] == []
    assert [link for link in re.findall(r'href="#([^"]+)"', page) if f'id="{link}"' not in page] == []


async def test_an_offence_says_all_that_is_known_of_it(signed_in: SignIn) -> None:
    page = (await (await signed_in(ANA)).get("/law")).text
    way = entry_of(page, "wrong-way")
    for said in ("C. route R.412-28", "R.121-6 6° bis", "L.121-3", "135 €", ">256<", ">32971<", "exportable"):
        assert said in way, said
    for said in ("police municipale", "agent, analyse", "titulaire 0", "Sens interdit signalé", "23/11/2026"):
        assert said in way, said
    assert "export bloqué" not in way


async def test_an_unproven_code_is_shown_as_a_gap_with_what_closes_it(signed_in: SignIn) -> None:
    area = entry_of((await (await signed_in(ANA)).get("/law")).text, "pedestrian-area-driving")
    assert "export bloqué" in area
    assert area.count('<b class="n">?</b>') == 2
    assert "constat law import-natinf" in area


async def test_parking_has_one_code_and_no_holder_s(signed_in: SignIn) -> None:
    parking = entry_of((await (await signed_in(ANA)).get("/law")).text, "pedestrian-area-parking")
    assert "sans objet" in parking
    assert "police municipale, ASVP" in parking


async def test_the_newest_list_changes_what_is_proven(world: World, signed_in: SignIn) -> None:
    browser = await signed_in(ANA)
    assert "Aucune liste NATINF" in (await browser.get("/law")).text
    red = holder(40001, "7°", "R.412-30", "UN FEU ROUGE FIXE")
    world.natinf.load(NatinfList(JULY, "a" * 64, 1, street.FACTS, "claire"), [red])
    page = (await browser.get("/law")).text
    assert "Liste NATINF 2026-07 : 1 codes, chargée le 23/11/2026" in page
    assert "40001" in entry_of(page, "red-light")
    assert "exportable" in entry_of(page, "red-light")
    assert "plus dans la dernière liste" in entry_of(page, "wrong-way")


async def test_the_site_s_pages_are_linked_for_those_who_have_the_desk(signed_in: SignIn) -> None:
    assert 'href="/site/permits"' in (await (await signed_in(SAM)).get("/law")).text
    assert 'href="/site/permits"' not in (await (await signed_in(PAT)).get("/law")).text


async def test_a_case_links_to_what_the_catalogue_says_of_it(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(street.agent("rev"))
    assert 'href="/law#pedestrian-area-driving"' in (await browser.get("/review/case-1")).text


@pytest.mark.parametrize("language", Language)
def test_every_value_of_the_catalogue_has_a_word(language: Language) -> None:
    known = sentences(language)
    wanted = [
        *(f"capacity.{value}" for value in Capacity),
        *(f"handling.{value}" for value in Handling),
        *(f"confidence.{value}" for value in Confidence),
        *(f"standing.{value}" for value in Standing),
        *(f"grade.{value}" for value in Grade),
        *(f"liability.{LIABILITIES[value]}" for value in Liability),
    ]
    assert [key for key in wanted if key not in known] == []


def test_groups_follow_the_article_then_parking_then_bollards() -> None:
    words = Words(Language.FRENCH, street.site().timezone)
    groups = offence_groups(offences(), codes_of(offences(), None), words)
    titles = [group.title for group in groups]
    assert titles[:4] == ["R.121-6 1°", "R.121-6 2°", "R.121-6 3°", "R.121-6 3° bis"]
    assert titles[-3:] == ["R.121-6 14°", "Stationnement", "Bornes"]
    assert len({group.anchor for group in groups}) == len(groups)
    assert anchor("R.121-6 6° bis") == "r-121-6-6-bis"
