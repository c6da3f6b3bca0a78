"""By-laws and permits of the site, checked against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from itertools import combinations, groupby

from verbalise.model import PermitId, ZoneId
from verbalise.site.entries.by_laws import HASHED, ByLawEntry, PermitEntry
from verbalise.site.model import ByLaw, Suspension
from verbalise.site.permits import Permit, PermitReason, TokenHasher, TokenKind
from verbalise.site.reading.faults import Place, listed
from verbalise.site.reading.hours import days_of, hours_of

_NEVER = datetime.max.replace(tzinfo=UTC)


def by_laws_of(top: Place, entries: Iterable[ByLawEntry], zones: Collection[ZoneId]) -> tuple[ByLaw, ...]:
    """The by-laws. Raises Halt where two are in force on one zone at once, or a zone is unknown."""
    laws = tuple(_by_law(top.at("by_laws", entry.reference), entry, zones) for entry in entries)
    for one, other in combinations(laws, 2):
        if one.zone == other.zone and _overlap(one, other):
            raise top.at("by_laws", other.reference).fault(
                f"in force on {other.zone!r} at the same time as {one.reference!r}; "
                "end the earlier one with `until`, so that one by-law answers for every instant"
            )
    return laws


def hashed(top: Place, entries: Iterable[PermitEntry], hasher: TokenHasher | None) -> list[PermitEntry]:
    """The permits with keyed hashes in place of plates and badge numbers written in clear.

    Raises:
        Halt: one is in clear and there is no key.
    """
    return [_hashed(top.at("permits", entry.id), entry, hasher) for entry in entries]


def permits_of(top: Place, entries: Collection[PermitEntry], zones: Collection[ZoneId]) -> tuple[Permit, ...]:
    """The permits, from entries whose tokens are hashed.

    Raises:
        Halt: a zone is unknown, a badge has two holders, or two permits for one token contradict each other.
    """
    top.refuse_twins("permits", (entry.id for entry in entries))
    permits = tuple(_permit(top.at("permits", entry.id), entry, zones) for entry in entries)
    by_token = sorted(permits, key=lambda permit: (permit.kind, permit.token_sha256))
    for _, same in groupby(by_token, key=lambda permit: (permit.kind, permit.token_sha256)):
        for one, other in combinations(same, 2):
            _refuse_contradiction(top, one, other)
    return permits


def _by_law(place: Place, entry: ByLawEntry, zones: Collection[ZoneId]) -> ByLaw:
    only = entry.only_days
    return ByLaw(
        reference=entry.reference,
        zone=_zone(place, entry.zone, zones),
        title=entry.title,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        closures=hours_of(entry.closures),
        admitted=frozenset(entry.admitted),
        except_days=days_of(entry.except_days, entry.valid_from, entry.valid_until),
        only_days=None if only is None else days_of(only, entry.valid_from, entry.valid_until),
        suspensions=tuple(Suspension(each.valid_from, each.valid_until, each.text) for each in entry.suspensions),
    )


def _permit(place: Place, entry: PermitEntry, zones: Collection[ZoneId]) -> Permit:
    kind, token = (TokenKind.PLATE, entry.plate) if entry.plate is not None else (TokenKind.BADGE, entry.badge)
    return Permit(
        id=PermitId(entry.id),
        zone=_zone(place, entry.zone, zones),
        kind=kind,
        token_sha256=str(token).removeprefix(HASHED),
        reason=PermitReason(entry.reason),
        holder=entry.holder,
        given_by=entry.given_by,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        hours=hours_of(entry.hours),
        one_off=entry.one_off,
        note=entry.note,
    )


def _zone(place: Place, zone: str, zones: Collection[ZoneId]) -> ZoneId:
    if ZoneId(zone) not in zones:
        raise place.at("zone").fault(f"{zone!r} is no zone of any camera ({listed(zones)})")
    return ZoneId(zone)


def _hashed(place: Place, entry: PermitEntry, hasher: TokenHasher | None) -> PermitEntry:
    kind, token = (TokenKind.PLATE, entry.plate) if entry.plate is not None else (TokenKind.BADGE, entry.badge)
    if token is None or token.startswith(HASHED):
        return entry
    if hasher is None:
        # The value is not repeated: it may be a plate.
        raise place.at(kind).fault("is in clear and there is no key to hash it with; give the secret `permit-key`")
    return entry.model_copy(update={kind.value: HASHED + hasher.hash(kind, token)})


def _refuse_contradiction(top: Place, one: Permit, other: Permit) -> None:
    """The token itself is not repeated: the permits' ids say enough."""
    place = top.at("permits", other.id)
    if one.kind is TokenKind.BADGE and one.holder != other.holder:
        raise place.at("badge").fault(f"the same badge as permit {one.id!r}, for another holder ({other.holder!r})")
    is_at_once = one.valid_from < other.valid_until and other.valid_from < one.valid_until
    if one.zone == other.zone and is_at_once and (one.holder, one.reason) != (other.holder, other.reason):
        raise place.fault(
            f"contradicts permit {one.id!r}: the same {one.kind} in {one.zone!r} at the same time, "
            f"as {one.reason} of {one.holder!r} there and {other.reason} of {other.holder!r} here"
        )


def _overlap(one: ByLaw, other: ByLaw) -> bool:
    return one.valid_from < (other.valid_until or _NEVER) and other.valid_from < (one.valid_until or _NEVER)
