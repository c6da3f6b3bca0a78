"""Who may drive in a closed zone: permits by plate or badge, kept hashed, and one-off authorisations."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from verbalise.dated import Dated
from verbalise.model import OffenceId, PermitId, ZoneId
from verbalise.site.agreements import Hours

EXCUSED = frozenset({OffenceId("pedestrian-area-driving"), OffenceId("pedestrian-area-parking")})
"""What a right in a zone excuses: being there with a vehicle. Whatever else its holder does there stays an offence."""


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
class Permit(Dated):
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

    def covers(self, at: datetime, clock: ZoneInfo) -> bool:
        """Whether the permit holds at the instant, by its dates and by its hours on the clock of the place."""
        local = at.astimezone(clock)
        return self.in_force(at) and (not self.hours or any(hours.started_on(local) for hours in self.hours))


class TokenHasher:
    """Turns plates and badge numbers into what permits are kept as. The key is a secret of the city.

    Plates are few enough to be tried one by one, so a hash without a key would hide nothing.
    """

    def __init__(self, key: bytes) -> None:
        """`key`: at least 16 bytes. Raises ValueError for less."""
        if len(key) < 16:
            raise ValueError("the permits' key is shorter than 16 bytes: make one with `openssl rand -hex 32`")
        self._key = key

    def hash(self, kind: TokenKind, token: str) -> str:
        """The keyed hash of a plate or badge number, written in any case and with any separators."""
        bare = "".join(letter for letter in token.upper() if letter.isalnum())
        return hmac.new(self._key, f"{kind}:{bare}".encode(), hashlib.sha256).hexdigest()


def permit_of(
    permits: Iterable[Permit],
    token_sha256: str,
    zone: ZoneId,
    at: datetime,
    clock: ZoneInfo,
    was_used: Callable[[PermitId], bool],
) -> Permit | None:
    """The permit by which a plate or badge may drive in a zone at an instant, a lasting one first, None without any.

    Args:
        was_used: Whether a permit has covered an earlier passage; asked only of those for one passage.
    """
    of_token = (permit for permit in permits if permit.token_sha256 == token_sha256 and permit.zone == zone)
    holding = sorted((permit for permit in of_token if permit.covers(at, clock)), key=lambda permit: permit.one_off)
    return next((permit for permit in holding if not (permit.one_off and was_used(permit.id))), None)
