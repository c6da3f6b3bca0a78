"""Evidence to the browser: ranges, bounds, seals, and one ledger entry per viewing."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import PICTURES, Browser, World
from verbalise.model import Access, EvidenceKind

CLIP = PICTURES[EvidenceKind.CLIP]
LEA = street.agent("lea")


async def ranged(browser: Browser, wanted: str, viewing: str = "a") -> httpx.Response:
    """A range of the clip."""
    return await browser.http.get(f"/review/case-1/item/0?viewing={viewing}", headers={"range": wanted})


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-", 0, len(CLIP)),
        ("bytes=10-19", 10, 20),
        ("bytes=30000-999999", 30_000, len(CLIP)),
        ("bytes=-11", len(CLIP) - 11, len(CLIP)),
    ],
)
async def test_ranges(world: World, signed_in: SignIn, wanted: str, start: int, end: int) -> None:
    world.add_case(1)
    answer = await ranged(await signed_in(LEA), wanted)
    assert answer.status_code == 206
    assert answer.content == CLIP[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CLIP)}"
    assert answer.headers["content-type"] == "video/mp4"
    assert world.evidence.longest_read <= 4096


@pytest.mark.parametrize(
    "wanted", ["bytes=-", "bytes=99999999-", "bytes=9-3", "bytes=0-1,3-4", "lines=1-2", "bytes=-0"]
)
async def test_a_range_that_cannot_be_is_refused_and_not_logged(world: World, signed_in: SignIn, wanted: str) -> None:
    world.add_case(1)
    answer = await ranged(await signed_in(LEA), wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CLIP)}"
    assert Access.VIEW_CLIP not in world.logged()


async def test_a_whole_clip_is_streamed_in_bounded_pieces(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    answer = await (await signed_in(LEA)).get("/review/case-1/item/0")
    assert answer.content == CLIP
    assert world.evidence.longest_read <= 4096


async def test_one_viewing_is_one_entry_whatever_range_comes_first(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    for wanted, viewing in (("bytes=500-", "a"), ("bytes=0-", "a"), ("bytes=9-", "a"), ("bytes=9-", "b")):
        await ranged(browser, wanted, viewing)
    assert world.logged().count(Access.VIEW_CLIP) == 2


async def test_bytes_that_are_not_those_sealed_are_not_shown(world: World, signed_in: SignIn) -> None:
    case = street.case(1, PICTURES)
    for item in case.evidence.items:
        world.evidence.put(item.key, b"other bytes", item.content_type)
    world.cases.open_case(case)
    browser = await signed_in(LEA)
    for number in range(len(case.evidence.items)):
        answer = await browser.get(f"/review/case-1/item/{number}")
        assert answer.status_code == 404
        assert b"other bytes" not in answer.content


@pytest.mark.parametrize(
    "path", ["/review/case-1/item/9", "/review/case-1/item/-1", "/review/case-9", "/review/case-1/item/x"]
)
async def test_what_is_not_there(world: World, signed_in: SignIn, path: str) -> None:
    world.add_case(1)
    assert (await (await signed_in(LEA)).get(path)).status_code in (404, 422)


async def test_a_type_that_could_run_is_never_sent(world: World, signed_in: SignIn) -> None:
    case = street.case(1, PICTURES)
    items = tuple(replace(item, content_type="text/html") for item in case.evidence.items)
    world.cases.open_case(replace(case, evidence=replace(case.evidence, items=items)))
    assert (await (await signed_in(LEA)).get("/review/case-1/item/1")).status_code == 404


async def test_nothing_without_signing_in(world: World, open_browser: object) -> None:
    world.add_case(1)
    browser: Browser = open_browser()  # type: ignore[operator]  # the fixture's own factory
    answer = await browser.http.get("/review/case-1/item/0")
    assert answer.status_code == 401
    assert (await browser.get("/review/case-1")).headers["location"] == "/sign-in?next=/review/case-1"
    assert world.ledger.kept == []
