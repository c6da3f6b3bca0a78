"""The exchange log (journal des échanges): what the parties of the convention looked at, asked and told one another.

The parties read it at their coordination meetings. Entries are only ever added, and none holds a plate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol

from ingest.errors import ConstatError
from ingest.model import CameraId
from verbalise.model import Agent, AgentId
from verbalise.plate_kinds import carries_plate
from verbalise.site.agreements import Aim, Network, PartyId
from verbalise.site.model import SiteCamera

ExchangeId = NewType("ExchangeId", str)

CALL_LASTS = timedelta(hours=2)
"""How long a declared call opens the on-call hours: longer than most interventions, and short enough that a call
which nobody ends does not leave the cameras open until morning."""
LOOK_LASTS = timedelta(minutes=15)
"""Pictures of one camera that one person sees for one aim within it are one look: a live view asks all the time."""


class ExchangeKind(StrEnum):
    """What an entry of the log says happened."""

    VIEW = "view"
    """Somebody of one party looked at another's camera; written by Constat itself."""
    CALL = "call"
    """An on-call intervention (appel d’astreinte), which opens the hours outside office."""
    REQUEST = "request"
    INCIDENT = "incident"
    DISTURBANCE = "disturbance"
    """One party hindered the other's use of its cameras."""
    MEETING = "meeting"


class NotWritten(ConstatError):
    """An entry that the log does not take.

    Attributes:
        code: `plate` or `empty`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"the exchange log does not take this entry: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Exchange:
    """One entry of the log.

    Attributes:
        id: From what it tells, so that telling twice is telling once.
        party: Who looked, asked, called or declared.
        author: Who wrote it, or looked.
        camera, network, aim: What it is about, None where it is about no camera in particular.
        text: In the author's words; empty for a look.

    Raises:
        NotWritten: the text holds what looks like a plate, or is missing where words are due.
    """

    id: ExchangeId
    at: datetime
    kind: ExchangeKind
    party: PartyId
    author: AgentId
    camera: CameraId | None
    network: Network | None
    aim: Aim | None
    text: str

    def __post_init__(self) -> None:
        if carries_plate(self.text):
            raise NotWritten("plate")
        if not self.text and self.kind is not ExchangeKind.VIEW:
            raise NotWritten("empty")


@dataclass(frozen=True, slots=True)
class ExchangeFilter:
    """Which entries are asked for: `until` is exclusive, and empty kinds or parties mean any."""

    since: datetime
    until: datetime
    kinds: tuple[ExchangeKind, ...] = ()
    parties: tuple[PartyId, ...] = ()

    def fits(self, exchange: Exchange) -> bool:
        """Whether an entry is asked for."""
        return (
            self.since <= exchange.at < self.until
            and (not self.kinds or exchange.kind in self.kinds)
            and (not self.parties or exchange.party in self.parties)
        )


class ExchangeRegister(Protocol):
    """The log. Append-only."""

    def add(self, exchange: Exchange) -> bool:
        """Add an entry. False if it is there already, which changes nothing. Raises RetryLater."""
        ...

    def exchanges(self, wanted: ExchangeFilter, limit: int | None = None) -> list[Exchange]:
        """Entries that fit, newest first. Raises RetryLater."""
        ...


def look_entry(agent: Agent, camera: SiteCamera, aim: Aim, at: datetime) -> Exchange | None:
    """The entry that a look at a camera owes the log; None where the owner looks at its own."""
    if agent.party == camera.owner:
        return None
    slot = int(at.timestamp() // LOOK_LASTS.total_seconds())
    number = _digest("look", agent.id, camera.camera.id, aim, str(slot))
    return Exchange(
        number, at, ExchangeKind.VIEW, agent.party, agent.id, camera.camera.id, camera.network, aim, text=""
    )


def note(
    agent: Agent,
    kind: ExchangeKind,
    text: str,
    at: datetime,
    request_id: str,
    *,
    party: PartyId | None = None,
    camera: SiteCamera | None = None,
    aim: Aim | None = None,
) -> Exchange:
    """What a person writes into the log.

    Args:
        request_id: Chosen by the page: the same request sent twice is one entry.
        party: On whose behalf; the agent's own by default.

    Raises:
        NotWritten: the text is empty or carries a plate.
    """
    return Exchange(
        id=_digest("note", agent.id, request_id),
        at=at,
        kind=kind,
        party=party or agent.party,
        author=agent.id,
        camera=camera.camera.id if camera else None,
        network=camera.network if camera else None,
        aim=aim,
        text=text.strip(),
    )


def on_call_until(register: ExchangeRegister, party: PartyId, at: datetime) -> datetime | None:
    """Until when a call that the party has declared opens its on-call hours; None without one."""
    # A look begins after the instant of its call, which the half-open span of the filter would leave out.
    after = at + timedelta(microseconds=1)
    wanted = ExchangeFilter(at - CALL_LASTS, after, (ExchangeKind.CALL,), (party,))
    return call_ends(register.exchanges(wanted), party, at)


def call_ends(calls: Iterable[Exchange], party: PartyId, at: datetime) -> datetime | None:
    """When the last call of a party ends that covers an instant; None where none does."""
    own = (call.at for call in calls if call.kind is ExchangeKind.CALL and call.party == party)
    covering = [begun + CALL_LASTS for begun in own if begun <= at < begun + CALL_LASTS]
    return max(covering, default=None)


def _digest(*parts: str) -> ExchangeId:
    return ExchangeId(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24])
