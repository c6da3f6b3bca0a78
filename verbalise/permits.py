"""Who may drive in a closed zone: permits by plate or badge, kept hashed, and one-off authorisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verbalise.agreements import Hours
from verbalise.model import PermitId, ZoneId


class PermitReason(StrEnum):
    """Why a permit was given."""

    RESIDENT = "resident"
    DELIVERY = "delivery"
    WORKS = "works"
    SERVICE = "service"
    CARE = "care"
    EMERGENCY = "emergency"
    INTERCOM = "intercom"
    """Somebody called, and an operator opened: who and why is in `given_by` and `note`."""


class TokenKind(StrEnum):
    """What a permit is matched by."""

    PLATE = "plate"
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Permit:
    """One right to drive in one zone.

    Attributes:
        token_sha256: Keyed hash of the normalised plate or badge number; the number itself is not kept.
        holder: The service or household, as the audit names it; never a plate.
        given_by: Who gave it.
        hours: Hours of the week, local time; empty means at any hour.
        one_off: Whether it covers one passage only.
    """

    id: PermitId
    zone: ZoneId
    kind: TokenKind
    token_sha256: str
    reason: PermitReason
    holder: str
    given_by: str
    valid_from: datetime
    valid_until: datetime
    hours: tuple[Hours, ...] = ()
    one_off: bool = False
    note: str = ""

    def in_force(self, at: datetime) -> bool:
        """Whether the permit covers the instant, whatever the hour."""
        return self.valid_from <= at < self.valid_until
