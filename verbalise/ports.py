"""What casework and the console need from whatever remembers; `storage` obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ingest.errors import ConstatError
from ingest.model import CameraId
from verbalise.model import (
    AccessEntry,
    Agent,
    AgentId,
    Alert,
    AlertId,
    Case,
    CaseId,
    CaseState,
    Decision,
    OffenceId,
    Trigger,
)


class EvidenceConflict(ConstatError):
    """A key already holds other bytes: evidence is never overwritten."""


class EvidenceMissing(ConstatError):
    """No item under that key."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """What the store says of an item."""

    key: str
    sha256: str
    size_bytes: int
    content_type: str


class EvidenceStore(Protocol):
    """Write once, read many. Keys are `/`-separated, without `..` and not absolute."""

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        """Store bytes under a key. The same bytes again are one item.

        Raises:
            EvidenceConflict: the key holds other bytes.
            RetryLater: the store is away or full; nothing is half-written.
            Halt: credentials or bucket are wrong.
        """
        ...

    def stat(self, key: str) -> StoredItem:
        """What is stored under a key. Raises EvidenceMissing, RetryLater."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an item, or a range of them. Raises EvidenceMissing, RetryLater."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Every key under a prefix, sorted."""
        ...


class StaleCase(ConstatError):
    """Somebody else changed the case since it was read; read it again."""


class UnknownCase(ConstatError):
    """No case under that id."""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A line of the queue."""

    id: CaseId
    state: CaseState
    offence: OffenceId
    trigger: Trigger
    camera: CameraId
    place: str
    at: datetime
    opened_at: datetime
    holder: AgentId | None


class CaseRegister(Protocol):
    """Cases and what was decided on them. Rows are only added to or moved forward, never rewritten."""

    def open_case(self, case: Case) -> bool:
        """Put a case in the queue. False if it is there already: opening twice is opening once."""
        ...

    def case(self, case_id: CaseId) -> Case:
        """A case with all its acts. Raises UnknownCase."""
        ...

    def queue(self, states: Sequence[CaseState], limit: int = 200) -> list[CaseSummary]:
        """Cases in these states, oldest facts first."""
        ...

    def near(self, camera: CameraId, at: datetime, within: timedelta) -> list[CaseSummary]:
        """Cases of one camera, in any state, whose facts are at most so far from an instant; oldest facts first."""
        ...

    def record(self, decision: Decision, new_state: CaseState, holder: AgentId | None, seen_version: int) -> Case:
        """Add an act and move the case, in one transaction.

        A decision whose `request_id` is already recorded changes nothing and returns the case as it is.

        Raises:
            StaleCase: the case is no longer at `seen_version`.
            UnknownCase: no such case.
        """
        ...


class AlertRegister(Protocol):
    """Alerts to patrols."""

    def raise_alert(self, alert: Alert) -> bool:
        """Store an alert. False if it is there already."""
        ...

    def take_alert(self, alert_id: AlertId, agent: AgentId, at: datetime) -> Alert:
        """Mark it as answered by a patrol agent; the first to take it keeps it. Returns the alert as it now is."""
        ...

    def close_alert(self, alert_id: AlertId, at: datetime) -> Alert:
        """Mark it as over."""
        ...

    def alerts(self, since: datetime) -> list[Alert]:
        """Alerts raised since then, newest first."""
        ...


class AgentRegister(Protocol):
    """People who may sign in. Passwords are kept as Argon2id hashes; sessions as digests of their tokens."""

    def add_agent(self, agent: Agent, password_hash: str) -> None:
        """Add a person, or replace the person of the same id."""
        ...

    def agent_by_login(self, login: str) -> tuple[Agent, str] | None:
        """The person and the password hash, None if unknown."""
        ...

    def agent(self, agent_id: AgentId) -> Agent | None:
        """The person, None if unknown."""
        ...

    def open_session(self, token_sha256: str, agent: AgentId, expires_at: datetime) -> None:
        """Remember a signed-in browser."""
        ...

    def session_agent(self, token_sha256: str, now: datetime) -> Agent | None:
        """Whose session this is; None if unknown or expired."""
        ...

    def close_session(self, token_sha256: str) -> None:
        """Forget a signed-in browser."""
        ...


class AccessLedger(Protocol):
    """Every view of a case, clip or plate, every search and act. Append-only."""

    def write(self, entry: AccessEntry) -> None:
        """Add an entry. A view that cannot be logged must not happen: raises RetryLater."""
        ...

    def entries(self, subject: str | None = None, limit: int = 500) -> list[AccessEntry]:
        """The newest entries, of one subject or of all."""
        ...


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What an analyst asks for; None means any. `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    cameras: tuple[CameraId, ...] = ()
    offences: tuple[OffenceId, ...] = ()
    states: tuple[CaseState, ...] = ()
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseFact:
    """What an analyst may know of a case: no plate, no picture, no agent."""

    id: CaseId
    camera: CameraId
    place: str
    offence: OffenceId
    trigger: Trigger
    vehicle: str
    at: datetime
    opened_at: datetime
    decided_at: datetime | None
    state: CaseState
    rejection: str | None
    plate_status: str


class Grouping(StrEnum):
    """What counts can be grouped by."""

    PLACE = "place"
    HOUR = "hour"
    """Local hour of the facts, 00 to 23."""
    OFFENCE = "offence"
    OUTCOME = "outcome"


class AnalystView(Protocol):
    """Read-only view for analysts. It has no column that holds a plate, so none can leak."""

    def facts(self, wanted: CaseFilter, limit: int | None = 500) -> list[CaseFact]:
        """Cases that fit, newest facts first."""
        ...

    def counts(self, wanted: CaseFilter, by: Grouping) -> list[tuple[str, int]]:
        """How many cases per value of `by`, sorted by value."""
        ...
