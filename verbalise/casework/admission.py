"""Whether a claim may become a case at all: the last look at the gate before pictures are taken out of `video`."""

from __future__ import annotations

from dataclasses import dataclass

from verbalise.gate import Permission, may_analyse, may_trigger
from verbalise.model import Claim, Trigger
from verbalise.site.model import Site, SiteCamera


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a claim is set aside.

    Attributes:
        reason: Stable name, for counting.
    """

    reason: str
    text: str


def refusal(claim: Claim, site: Site) -> Refusal | None:
    """Why the claim may not become a case, None if it may.

    Whoever made the claim asked the gate before; casework asks again, because what it cuts out is kept.

    Args:
        site: As it was at the instant of the facts.
    """
    camera = site.cameras.get(claim.camera)
    if camera is None:
        return Refusal(
            "unknown-camera", f"camera {claim.camera} is not in the site as it was at {claim.at.isoformat()}"
        )
    if claim.trigger is Trigger.INSTRUMENT:
        return Refusal("no-instrument", "there is no approved instrument whose record this could be")
    permission = _permission(claim, site, camera)
    if permission.allowed:
        return None
    return Refusal("not-allowed", f"{claim.trigger} on camera {claim.camera}: {permission.code}: {permission.text_fr}")


def _permission(claim: Claim, site: Site, camera: SiteCamera) -> Permission:
    if claim.trigger is Trigger.ANALYSIS:
        return may_analyse(site, camera, claim.offence, claim.at)
    return may_trigger(site, camera, claim.at)
