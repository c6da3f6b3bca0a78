"""What the steward needs remembered, and the pages of the site read; `storage` obeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from verbalise.gate import Permission
from verbalise.model import PermitId, Suppression


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate last said of one use.

    Attributes:
        subject: The use, for example `camera/B1/analysis/red-light` or `site/help`.
        since: When the steward first saw it so.
    """

    subject: str
    permission: Permission
    since: datetime


class GateRegister(Protocol):
    """The gate as it was last seen, use by use."""

    def states(self) -> list[GateState]:
        """Every use ever seen, by subject. Raises RetryLater."""
        ...

    def store(self, state: GateState) -> None:
        """Keep the newest state of a use in place of the one before. Raises RetryLater."""
        ...


class Lead(StrEnum):
    """How long before an end a notice is given."""

    THREE_MONTHS = "three-months"
    ONE_MONTH = "one-month"
    ONE_WEEK = "one-week"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in force will end soon and nothing follows it.

    Attributes:
        id: From subject, lead and end: the same warning always has the same one.
        subject: What ends, for example `camera/B1/order/76-2026-14`.
        text: One French sentence with the end.
        raised_at: When it was first noticed.
    """

    id: str
    subject: str
    lead: Lead
    ends_at: datetime
    text: str
    raised_at: datetime


class NoticeRegister(Protocol):
    """Notices given so far."""

    def add(self, notice: Notice) -> bool:
        """Keep a notice. False if it is there already. Raises RetryLater."""
        ...

    def notices(self, at: datetime) -> list[Notice]:
        """Notices of what had not ended at an instant, the nearest end first. Raises RetryLater."""
        ...


class SuppressionRegister(Protocol):
    """Passages that a right covered: no image, no plate. Only ever added to."""

    def add(self, suppression: Suppression) -> bool:
        """Keep a passage. False if it is there already. Raises RetryLater."""
        ...

    def was_used(self, permit: PermitId, before: datetime) -> bool:
        """Whether a permit covered a passage before an instant. Raises RetryLater."""
        ...

    def suppressions(self, since: datetime, until: datetime) -> list[Suppression]:
        """Passages of a span, `until` exclusive, newest first. Raises RetryLater."""
        ...
