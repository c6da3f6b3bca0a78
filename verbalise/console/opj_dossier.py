"""The dossier of a délit for the officer of the judicial police (OPJ), as a document. It names no fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ingest.model import ClockSource, ClockState, DeviceEvent
from verbalise.console.provenance import provenance
from verbalise.console.views import Numbers
from verbalise.console.wording import Words
from verbalise.law.catalogue import Offence
from verbalise.model import Act, Agent, Case, CaseState, Decision, EvidenceItem
from verbalise.paper import Blank, Block, Facts, Heading, Listing, Paper, Picture, Text, clock_fr, instant_fr
from verbalise.site.model import Site


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the document is made from; the same contents make the same bytes.

    Attributes:
        site: As it was described at the instant of the facts.
        words: French, whatever the console speaks: the document is the record.
        clock: How far the instants can be trusted; None where no picture was kept.
        author: Who refers, or prepares to.
        pictures: The stills, each with its sealed bytes.
    """

    case: Case
    offence: Offence
    site: Site
    words: Words
    clock: ClockState | None
    author: Agent
    pictures: Sequence[tuple[EvidenceItem, bytes]]


def dossier_paper(dossier: Dossier, numbers: Numbers) -> Paper:
    """The document: a draft until the case is referred."""
    case, words = dossier.case, dossier.words
    is_draft = case.state is not CaseState.REFERRED
    blocks: list[Block] = [
        Text(words("dossier.draft" if is_draft else "dossier.what"), quiet=True),
        *_facts(dossier, numbers),
        *_elements(dossier),
        *_devices(dossier),
        *_pictures(dossier),
        *_sealed(dossier),
        *_author(dossier),
    ]
    title = words("dossier.title-draft" if is_draft else "dossier.title")
    author = words("dossier.city", commune=dossier.site.commune)
    return Paper(title, author, words("dossier.reference", case=case.id), blocks)


def referral_of(case: Case) -> Decision | None:
    """The act by which a case was referred; None while it was not."""
    return next((act for act in reversed(case.decisions) if act.act is Act.REFER), None)


def _facts(dossier: Dossier, numbers: Numbers) -> list[Block]:
    case, offence, site, words = dossier.case, dossier.offence, dossier.site, dossier.words
    claim, camera = case.claim, site.cameras.get(case.claim.camera)
    natinf = str(offence.natinf_driver) if offence.natinf_driver is not None else words("dossier.natinf-unknown")
    rows = (
        (words("dossier.offence"), offence.title_fr),
        (words("dossier.texts"), offence.article),
        (words("dossier.natinf"), natinf),
        (words("dossier.place"), f"{claim.place}, {site.commune} ({site.insee})"),
        (words("dossier.at"), instant_fr(claim.at, site.timezone)),
        (words("dossier.clock"), _clock(dossier.clock, words)),
        (words("dossier.camera"), f"{camera.name} ({claim.camera})" if camera else claim.camera),
        (words("dossier.origin"), provenance(claim, site, words, numbers)),
        (words("dossier.vehicle"), words(f"vehicle.{case.kind or 'unknown'}")),
        (words("dossier.plate"), case.agent_plate or words("dossier.no-plate")),
    )
    return [Heading(words("dossier.facts")), Facts(rows), Text(offence.short_fr, quiet=True)]


def _clock(clock: ClockState | None, words: Words) -> str:
    if clock is None:
        return words("dossier.clock-unknown")
    if clock.source is not ClockSource.CAMERA:
        return words(f"dossier.clock-{clock.source}")
    return words("dossier.clock-camera", offset=f"{clock.offset_ms:+.0f}")


def _elements(dossier: Dossier) -> list[Block]:
    words, referral = dossier.words, referral_of(dossier.case)
    ticked = referral.elements if referral else ()
    state = {True: words("dossier.ticked"), False: words("dossier.not-ticked")}
    rows = tuple((element.text_fr, state[element.id in ticked]) for element in dossier.offence.elements)
    reasons = tuple(Text(f"– {reason.text_fr}") for reason in dossier.case.claim.verdict.reasons)
    remark = (Text(f"« {referral.remark} »"),) if referral and referral.remark else ()
    return [Heading(words("dossier.elements")), Facts(rows), *reasons, *remark]


def _devices(dossier: Dossier) -> list[Block]:
    events, words = dossier.case.claim.devices, dossier.words
    heading = Heading(words("dossier.devices"))
    if not events:
        return [heading, Text(words("dossier.no-devices"))]
    head = tuple(words(f"dossier.{column}") for column in ("time", "device", "event", "detail"))
    rows = tuple(_event(event, dossier) for event in sorted(events, key=lambda event: event.at))
    return [heading, Listing(head, rows, (2, 4, 3, 5))]


def _event(event: DeviceEvent, dossier: Dossier) -> tuple[str, ...]:
    known = dossier.site.devices.get(event.device)
    detail = " · ".join(filter(None, (event.permit, event.operator, event.why)))
    clock = clock_fr(event.at, dossier.site.timezone)
    return clock, known.name if known else event.device, dossier.words(f"device.{event.kind}"), detail


def _pictures(dossier: Dossier) -> list[Block]:
    words = dossier.words
    shown: list[Block] = [
        Picture(data, words("dossier.caption", what=words(f"item.{item.kind}"), sha256=item.sha256))
        for item, data in dossier.pictures
    ]
    return [Heading(words("dossier.pictures")), *(shown or [Text(words("dossier.no-pictures"))])]


def _sealed(dossier: Dossier) -> list[Block]:
    evidence, words = dossier.case.evidence, dossier.words
    head = (words("dossier.item"), words("dossier.size"), "SHA-256")
    rows = tuple((words(f"item.{item.kind}"), str(item.size_bytes), item.sha256) for item in evidence.items)
    return [
        Heading(words("dossier.sealed")),
        Listing(head, rows, (5, 3, 20), frozenset({1})),
        Facts(((words("dossier.manifest"), evidence.manifest_sha256),)),
        *(Text(remark) for remark in evidence.remarks),
    ]


def _author(dossier: Dossier) -> list[Block]:
    author, words, referral = dossier.author, dossier.words, referral_of(dossier.case)
    zone = dossier.site.timezone
    rows = (
        (words("dossier.number"), author.number),
        (words("dossier.capacity"), words(f"capacity.{author.capacity}")),
        (words("dossier.act"), author.act or words("dossier.no-act")),
        (words("dossier.referred"), instant_fr(referral.at, zone) if referral else words("dossier.not-referred")),
    )
    return [
        Heading(words("dossier.agent")),
        Facts(rows),
        Heading(words("dossier.kept")),
        Text(_kept(dossier)),
        *(Blank(words(f"dossier.blank-{what}")) for what in ("requisition", "officer", "signature")),
    ]


def _kept(dossier: Dossier) -> str:
    """Images are kept on requisition; without one they go when the camera's order says."""
    claim, words = dossier.case.claim, dossier.words
    camera = dossier.site.cameras.get(claim.camera)
    if camera is None:
        return words("dossier.kept-on-requisition")
    last = words.day(claim.at + timedelta(days=camera.retention_days))
    return words("dossier.kept-until", day=last)
