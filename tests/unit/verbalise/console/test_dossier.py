"""The dossier of a délit: what it says, what it never says, and that looking at it is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from ingest.model import CameraId, ClockSource, ClockState, DeviceEventKind
from tests.pdf_text import text_of
from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.conftest import SignIn
from tests.unit.verbalise.console.world import Browser, World
from verbalise.casework.manifest import VERSION, Manifest, PacketDigest, manifest_key, seal
from verbalise.law.catalogue import offences
from verbalise.model import Access, Capacity, Case, Claim, EvidenceKind, OffenceId

DELIT = OffenceId("bollard-damage")
DOSSIER = "/review/case-1/dossier.pdf"
LEA = replace(street.agent("lea"), act="Arrêté municipal 2026-041")
SAM = street.agent("sam", number="PM 0512")
REFERRAL = {"elements": tuple(element.id for element in offences()[DELIT].elements), "viewed_s": "7.5"}
CAMERA_CLOCK = ClockState(ClockSource.CAMERA, 12.4)


def grey() -> bytes:
    """A picture of nothing."""
    out = BytesIO()
    Image.new("RGB", (160, 90), (90, 90, 90)).save(out, "JPEG")
    return out.getvalue()


PICTURES = {EvidenceKind.CLIP: b"clip", EvidenceKind.SCENE: grey(), EvidenceKind.PLATE: grey()}


def add_delit(world: World, clock: ClockState | None = CAMERA_CLOCK, **changes: object) -> Case:
    """A struck bollard, with its manifest sealed."""
    struck = (street.reported(DeviceEventKind.STRUCK, 7.2), street.reported(DeviceEventKind.FAULT, 9))
    delit = {"offence": DELIT, "zone": None, "by_law": None, "devices": struck, "device": street.BOLLARD}
    case = street.case(1, PICTURES, **(delit | changes))
    for item in case.evidence.items:
        world.evidence.put(item.key, PICTURES[item.kind], item.content_type)
    sealed = seal(world.evidence, manifest_key(case.id), a_manifest(case, case.claim, clock))
    case = replace(case, evidence=sealed.evidence)
    world.cases.open_case(case)
    return case


def a_manifest(case: Case, claim: Claim, clock: ClockState | None) -> Manifest:
    """What was sealed of a case."""
    return Manifest(
        version=VERSION,
        case=case.id,
        claim=claim,
        items=case.evidence.items,
        packets=PacketDigest(1, "0" * 64),
        clip_starts_at=case.evidence.clip_starts_at,
        clock=clock,
        complete=True,
        remarks=(),
        plate=case.plate,
        software="test",
    )


async def refer(browser: Browser, **fields: object) -> None:
    """Take, watch and hand over."""
    await browser.act("case-1", "take")
    await browser.get("/review/case-1/item/0")
    answer = await browser.act("case-1", "refer", **REFERRAL, **fields)
    assert answer.status_code == 303, answer.text


async def test_a_referred_case_has_its_dossier(world: World, signed_in: SignIn) -> None:
    case = add_delit(world)
    browser = await signed_in(LEA)
    await refer(browser, plate="XB-128-CD", remark="choc net")
    answer = await browser.get(DOSSIER)
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="dossier-opj-case-1.pdf"' in answer.headers["content-disposition"]
    said = text_of(answer.content)
    for words in (
        "Dossier à l’officier de police judiciaire",
        "Dégradation d’une borne (bien public)",
        "C. pénal 322-1, 322-3 8°",
        "NATINF 80",
        "Rue du Gros-Horloge, Rouen (76540)",
        "lundi 23 novembre 2026 à 14 h 07 min 31 s",
        "de la caméra, écart à l’hôte +12 ms",
        "déclenché par Borne 1",
        "XB-128-CD",
        "« choc net »",
        "14:07:31,2 Borne 1 heurtée",
        "14:07:33,0 Borne 1 en défaut",
        "PM 0427",
        "police municipale",
        "Arrêté municipal 2026-041",
        "Images conservées sur réquisition",
        "détruites le 23/12/2026 au plus tard",
        "N° de réquisition",
        "page 1 / ",
        *(element.text_fr for element in offences()[DELIT].elements),
    ):
        assert words in said, words
    assert all(item.sha256 in said for item in case.evidence.items)
    assert case.evidence.manifest_sha256 in said
    assert "non relevé" not in said


async def test_it_names_no_amount_and_no_machine_reading(world: World, signed_in: SignIn) -> None:
    add_delit(world)
    browser = await signed_in(LEA)
    await refer(browser)
    said = text_of((await browser.get(DOSSIER)).content)
    assert "€" not in said
    assert "euros" not in said
    assert street.MACHINE_PLATE not in said
    assert "Plaque lue par l’agent non relevée" in said


async def test_before_the_referral_it_is_a_draft_of_whoever_asks(world: World, signed_in: SignIn) -> None:
    add_delit(world)
    page = (await (await signed_in(SAM)).get("/review/case-1")).text
    assert f'href="{DOSSIER}"' in page
    said = text_of((await (await signed_in(SAM)).get(DOSSIER)).content)
    assert "Projet de dossier" in said
    assert "PM 0512" in said
    assert "non relevé" in said


async def test_the_dossier_names_who_referred_whoever_prints_it_and_is_the_same_bytes(
    world: World, signed_in: SignIn
) -> None:
    add_delit(world)
    lea = await signed_in(LEA)
    await refer(lea)
    first = (await lea.get(DOSSIER)).content
    world.now += timedelta(minutes=3)
    assert (await (await signed_in(SAM)).get(DOSSIER)).content == first


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (None, "inconnue : aucune image"),
        (ClockState(ClockSource.ARRIVAL, 0), "de l’hôte, à l’arrivée"),
        (ClockState(ClockSource.FILE, 0), "heure déclarée"),
    ],
)
async def test_it_says_how_far_the_clock_goes(
    world: World, signed_in: SignIn, clock: ClockState | None, said: str
) -> None:
    add_delit(world, clock, devices=())
    printed = text_of((await (await signed_in(LEA)).get(DOSSIER)).content)
    assert said in printed
    assert "Aucun équipement n’a rien signalé" in printed


async def test_it_stands_without_the_camera_having_stayed_on_the_site(world: World, signed_in: SignIn) -> None:
    add_delit(world, camera=CameraId("gone"))
    said = text_of((await (await signed_in(LEA)).get(DOSSIER)).content)
    assert "Caméra gone" in said
    assert "Images conservées sur réquisition de l’officier de police judiciaire. N°" in said


async def test_looking_at_it_is_logged_first(world: World, signed_in: SignIn) -> None:
    add_delit(world)
    browser = await signed_in(LEA)
    await browser.get(DOSSIER)
    assert world.ledger.kept[-1].access is Access.VIEW_DOSSIER
    assert world.ledger.kept[-1].subject == "case-1"
    world.ledger.is_away = True
    assert (await browser.get(DOSSIER)).status_code == 503


async def test_a_fine_has_no_dossier(world: World, signed_in: SignIn) -> None:
    world.add_case(1)
    browser = await signed_in(LEA)
    assert (await browser.get(DOSSIER)).status_code == 404
    assert "dossier.pdf" not in (await browser.get("/review/case-1")).text


@pytest.mark.parametrize("part", ["manifest", "picture"])
async def test_what_is_not_as_it_was_sealed_is_in_no_dossier(world: World, signed_in: SignIn, part: str) -> None:
    case = add_delit(world)
    browser = await signed_in(LEA)
    evidence = case.evidence
    if part == "manifest":
        evidence = replace(evidence, manifest_sha256="f" * 64)
    else:
        evidence = replace(evidence, items=tuple(replace(item, sha256="f" * 64) for item in evidence.items))
    world.cases._cases[case.id] = replace(case, evidence=evidence)
    assert (await browser.get(DOSSIER)).status_code == 404


async def test_who_may_not_establish_a_delit_has_no_dossier_of_it(world: World, signed_in: SignIn) -> None:
    add_delit(world)
    browser = await signed_in(street.agent("asv", capacity=Capacity.ASVP))
    assert DOSSIER not in (await browser.get("/review/case-1")).text
    assert (await browser.get(DOSSIER)).status_code == 403
    assert (Access.VIEW_DOSSIER in world.logged(), Access.REFUSED in world.logged()) == (False, True)
