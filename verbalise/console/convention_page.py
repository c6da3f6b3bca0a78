"""What the convention's page shows: who may see what now, the exchange log, and the month's report block by block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from verbalise.access import party_name, sharing_state
from verbalise.console.views import Numbers
from verbalise.console.wording import Words
from verbalise.coordination import notice_day
from verbalise.exchanges import Exchange, ExchangeRegister, on_call_until
from verbalise.hours_wording import hours_fr
from verbalise.paper import Block
from verbalise.site.agreements import Convention, PartyId, Sharing
from verbalise.site.model import Site


@dataclass(frozen=True, slots=True)
class ConventionCard:
    """The agreement itself.

    Attributes:
        ends: Whether its end is near enough for notice to be the next thing to think of.
    """

    reference: str
    title: str
    since: str
    last_day: str
    notice_before: str
    ends: bool
    in_force: bool
    parties: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class SharingLine:
    """What one party may see, and whether it may now.

    Attributes:
        hours_fr, state_fr: In French, as the texts are.
    """

    party: str
    networks: str
    aims: str
    hours_fr: str
    on_call: bool
    is_open: bool
    state_fr: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the exchange log."""

    at: str
    kind: str
    party: str
    author: str
    about: str
    text: str


def convention_card(site: Site, at: datetime, words: Words) -> ConventionCard | None:
    """The convention, None where nothing is agreed."""
    convention = site.convention
    if convention is None:
        return None
    notice = notice_day(convention, site)
    return ConventionCard(
        reference=convention.reference,
        title=convention.title,
        since=words.day(convention.valid_from),
        last_day=words.last_day(convention.valid_until),
        notice_before=words.day(notice),
        ends=_is_near(convention, notice, at),
        in_force=convention.in_force(at),
        parties=tuple(party.name for party in site.parties.values()),
        clause=convention.confidentiality,
    )


def _is_near(convention: Convention, notice: datetime, at: datetime) -> bool:
    """A meeting is every month: the warning comes one meeting before notice must be given."""
    return notice - timedelta(days=31) <= at < convention.valid_until


def sharing_lines(
    site: Site, register: ExchangeRegister, at: datetime, words: Words, only: PartyId | None = None
) -> list[SharingLine]:
    """Who may see which network for which aim; `only` leaves the other parties out."""
    shares = site.convention.sharings if site.convention is not None else ()
    return [_sharing(site, share, register, at, words) for share in shares if only in (None, share.party)]


def _sharing(site: Site, share: Sharing, register: ExchangeRegister, at: datetime, words: Words) -> SharingLine:
    called_until = on_call_until(register, share.party, at) if share.on_call else None
    state = sharing_state(site, share, at, called_until)
    return SharingLine(
        party=party_name(site, share.party),
        networks=", ".join(words(f"network.{network}") for network in sorted(share.networks)),
        aims=", ".join(words(f"aim.{aim}") for aim in sorted(share.aims)),
        hours_fr=hours_fr(share.hours),
        on_call=share.on_call,
        is_open=state.allowed,
        state_fr=state.text_fr,
    )


def entry_lines(site: Site, entries: Iterable[Exchange], words: Words, numbers: Numbers) -> list[EntryLine]:
    """The log as it is listed."""
    return [
        EntryLine(
            at=words.instant(entry.at),
            kind=words(f"exchange.{entry.kind}"),
            party=party_name(site, entry.party),
            author=numbers(entry.author),
            about=" · ".join(_about(site, entry, words)),
            text=entry.text,
        )
        for entry in entries
    ]


def _about(site: Site, entry: Exchange, words: Words) -> Iterable[str]:
    if entry.camera is not None:
        known = site.cameras.get(entry.camera)
        yield entry.camera if known is None else known.name
    if entry.aim is not None:
        yield words(f"aim.{entry.aim}")


def named_blocks(blocks: Iterable[Block]) -> list[tuple[str, Block]]:
    """Blocks of a paper with the name of their kind, for the template to choose by."""
    return [(type(block).__name__.lower(), block) for block in blocks]
