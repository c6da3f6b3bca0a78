"""Who or what said "look here", in words."""

from __future__ import annotations

from verbalise.console.views import Numbers
from verbalise.console.wording import Words
from verbalise.model import Claim, Trigger
from verbalise.site.model import Site


def provenance(claim: Claim, site: Site, words: Words, numbers: Numbers) -> str:
    """Where a claim comes from: the device by its name, the agent by number and sight, the analysis by its rule."""
    if claim.mark is not None:
        return words(f"provenance.{claim.mark.sight}", number=numbers(claim.mark.agent))
    if claim.trigger is Trigger.DEVICE and claim.device is not None:
        known = site.devices.get(claim.device)
        return words("provenance.device", device=known.name if known else claim.device)
    if claim.trigger is Trigger.ANALYSIS:
        return words("provenance.analysis", rule=claim.rule.id, version=claim.rule.version)
    return words(f"triggered.{claim.trigger}")
