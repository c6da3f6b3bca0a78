"""A claim whose vehicle has a permit by its plate is no claim: it is counted, and nothing of it is kept."""

from __future__ import annotations

from verbalise.casework.ports import UsedRights
from verbalise.model import SAME_PASSAGE, Claim, Suppression
from verbalise.site.model import Site
from verbalise.site.permits import EXCUSED, TokenHasher, TokenKind, permit_of


def suppression_of(
    claim: Claim, plate: str | None, site: Site, hasher: TokenHasher | None, rights: UsedRights
) -> Suppression | None:
    """The suppression that takes the claim's place, None where no permit covers it. The plate is not in it.

    A permit lets a vehicle into a zone; it excuses nothing else that its driver does there.

    Args:
        plate: As machine help read it; None where it read none.
        site: As it was at the instant of the facts.
        hasher: None where the city keeps no key for permits: then no plate matches.
        rights: Tells which permits for one passage have had it.

    Raises:
        RetryLater: the register is away.
    """
    if plate is None or hasher is None or claim.zone is None or claim.offence not in EXCUSED:
        return None
    token = hasher.hash(TokenKind.PLATE, plate)
    earlier = claim.at - SAME_PASSAGE
    permit = permit_of(
        site.permits, token, claim.zone, claim.at, site.timezone, lambda permit: rights.was_used(permit, earlier)
    )
    if permit is None:
        return None
    return Suppression(
        id=claim.id,
        camera=claim.camera,
        offence=claim.offence,
        zone=claim.zone,
        place=claim.place,
        at=claim.at,
        permit=permit.id,
        reference="",
        holder=permit.holder,
        reason=permit.reason,
    )
