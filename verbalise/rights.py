"""Who may drive where and when: by-laws first, then permits. Pure, total, and every answer explained.

`docs/rules/rights.md` tells the same to people. A right found anywhere wins; a doubt is never a ban.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from detect.model import MOTOR_VEHICLES, RoadUser
from verbalise import rights_wording as wording
from verbalise.model import PermitId, Reason, ZoneId
from verbalise.site.agreements import Hours
from verbalise.site.model import ByLaw
from verbalise.site.permits import Permit, TokenKind

ANYTHING = frozenset(RoadUser)
"""What something may be that nobody saw."""
NOBODY_USED: frozenset[PermitId] = frozenset()


class Standing(StrEnum):
    """Whether something may be where it is."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    NOT_DECIDABLE = "not-decidable"


@dataclass(frozen=True, slots=True)
class Question:
    """A road user in a zone at an instant.

    Attributes:
        kinds: What it may be; several where nobody knows. A loop counts `MOTOR_VEHICLES` without telling them apart.
        tokens: Keyed hashes of the plates and badges known of it.
        plate_known: Whether its plate is among them.
    """

    zone: ZoneId
    at: datetime
    kinds: frozenset[RoadUser]
    tokens: frozenset[str] = frozenset()
    plate_known: bool = False

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("a road user is of some kind: where nobody saw it, it may be ANYTHING")


@dataclass(frozen=True, slots=True)
class Right:
    """The answer.

    Attributes:
        reasons: The steps in order, at least one; the last one decides.
        by_law: The by-law that decides; None where none is in force, or several disagree.
        permit: The permit that allows; None where none was needed, or none holds.
    """

    standing: Standing
    reasons: tuple[Reason, ...]
    by_law: ByLaw | None = None
    permit: Permit | None = None


def right_to_drive(
    by_laws: Iterable[ByLaw],
    permits: Iterable[Permit],
    asked: Question,
    clock: ZoneInfo,
    used: frozenset[PermitId] = NOBODY_USED,
) -> Right:
    """Whether a road user may drive in a zone, permits included. Any one right suffices.

    Args:
        clock: Time zone of the place.
        used: One-off permits that have covered their passage.
    """
    law = under_by_laws(by_laws, asked.zone, asked.at, asked.kinds, clock)
    if law.standing is Standing.ALLOWED:
        return law
    permits = tuple(permits)
    permit, notes = held_permit(permits, asked, clock, used)
    if permit is not None:
        reasons = (*law.reasons, wording.permitted(permit))
        return replace(law, standing=Standing.ALLOWED, reasons=reasons, permit=permit)
    if law.standing is Standing.NOT_DECIDABLE:
        return law
    if not asked.plate_known and _plates_hold(permits, asked, clock):
        notes = (*notes, wording.plate_not_read())
    return replace(law, reasons=(*law.reasons, *notes, wording.no_permit()))


def held_permit(
    permits: Iterable[Permit], asked: Question, clock: ZoneInfo, used: frozenset[PermitId] = NOBODY_USED
) -> tuple[Permit | None, tuple[Reason, ...]]:
    """The permit of a road user that holds, a lasting one first; without any, why each of its permits does not."""
    own = sorted((each for each in permits if each.token_sha256 in asked.tokens), key=lambda each: each.one_off)
    notes = []
    for permit in own:
        note = _why_not(permit, asked, clock, used)
        if note is None:
            return permit, ()
        notes.append(note)
    return None, tuple(notes)


def under_by_laws(
    by_laws: Iterable[ByLaw], zone: ZoneId, at: datetime, kinds: frozenset[RoadUser], clock: ZoneInfo
) -> Right:
    """What the by-laws of a zone say of a road user without any permit.

    By-laws in force together must agree on every kind that it may be; the site file refuses such by-laws, but an
    answer is owed all the same.
    """
    if not kinds & MOTOR_VEHICLES:
        return Right(Standing.ALLOWED, (wording.not_motor(kinds),))
    laws = [law for law in by_laws if law.zone == zone and law.in_force(at)]
    if not laws:
        return Right(Standing.ALLOWED, (wording.no_law(),))
    answers = [_under(law, at, kinds, clock) for law in laws]
    if len({answer.standing for answer in answers}) == 1:
        return answers[0]
    in_force = tuple(wording.law_in_force(law) for law in laws)
    return Right(Standing.NOT_DECIDABLE, (*in_force, wording.laws_disagree(laws)))


def _under(law: ByLaw, at: datetime, kinds: frozenset[RoadUser], clock: ZoneInfo) -> Right:
    """What one by-law in force says."""
    in_force = wording.law_in_force(law)
    suspension = next((each for each in law.suspensions if each.in_force(at)), None)
    if suspension is not None:
        return Right(Standing.ALLOWED, (in_force, wording.suspended(suspension, clock)), law)
    closure = closure_at(law, at, clock)
    if closure is None:
        usual = closure_at(replace(law, except_days=frozenset(), only_days=None), at, clock)
        why = wording.open_hours(at, clock) if usual is None else wording.exempt_day(at, clock)
        return Right(Standing.ALLOWED, (in_force, why), law)
    steps = (in_force, wording.closed(closure, at, clock))
    motors = kinds & MOTOR_VEHICLES
    if motors <= law.admitted:
        return Right(Standing.ALLOWED, (*steps, wording.admitted(law, motors)), law)
    if motors == kinds and not motors & law.admitted:
        return Right(Standing.FORBIDDEN, (*steps, wording.motor_vehicle(motors)), law)
    return Right(Standing.NOT_DECIDABLE, (*steps, wording.kind_unknown(law, kinds)), law)


def closure_at(law: ByLaw, at: datetime, clock: ZoneInfo) -> Hours | None:
    """The closure that an instant falls in, None outside all of them.

    The instant is turned into local time, never the hours into UTC: so an hour that the clocks skip or
    repeat in spring and autumn is closed exactly while a clock in the street shows it.
    """
    local = at.astimezone(clock)
    if law.only_days is not None and local.date() not in law.only_days:
        return None
    return next((closure for closure in law.closures if _holds(law, closure, local)), None)


def _holds(law: ByLaw, closure: Hours, local: datetime) -> bool:
    """A closure that passes midnight ends with the exempt day that it reaches: doubt speaks for the driver."""
    started = closure.started_on(local)
    return started is not None and not {started, local.date()} & law.except_days


def _why_not(permit: Permit, asked: Question, clock: ZoneInfo, used: frozenset[PermitId]) -> Reason | None:
    """Why a permit of this road user does not hold, None where it does."""
    if permit.zone != asked.zone:
        return wording.permit_elsewhere(permit)
    if not permit.in_force(asked.at):
        return wording.permit_out_of_dates(permit, clock)
    if not permit.covers(asked.at, clock):
        return wording.permit_out_of_hours(permit, asked.at, clock)
    return wording.permit_used(permit) if permit.one_off and permit.id in used else None


def _plates_hold(permits: Iterable[Permit], asked: Question, clock: ZoneInfo) -> bool:
    """Whether some plate has a right here and now, so that reading this one could matter."""
    return any(
        permit.kind is TokenKind.PLATE and permit.zone == asked.zone and permit.covers(asked.at, clock)
        for permit in permits
    )
