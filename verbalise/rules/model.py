"""What a rule is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from detect.model import ObservedBreak, ObservedFrame
from verbalise.model import Claim, OffenceId, Outcome, RuleRef, Suppression, Verdict
from verbalise.rights import Standing
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.memory import CameraMemory, Entry
from verbalise.site.model import Site, SiteCamera
from verbalise.site.permits import TokenHasher

Observed = ObservedFrame | ObservedBreak

SETTLED_BY_LAW = {Standing.ALLOWED: Outcome.ALLOWED, Standing.NOT_DECIDABLE: Outcome.NOT_DECIDABLE}
"""What the by-laws settle by themselves; of what they forbid the devices have their say."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule may know beside the camera's own memory.

    Attributes:
        settle: An entry is judged once the pictures are this far past it, so that reports a little late count.
        hasher: Finds the permit behind a badge; None where the city keeps no key for permits.
    """

    site: Site
    camera: SiteCamera
    devices: DeviceHistory
    settle: timedelta
    hasher: TokenHasher | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One entry with the verdict on it, the claim where it fires, the suppression where a right covers it."""

    rule: RuleRef
    entry: Entry
    verdict: Verdict
    claim: Claim | None
    suppression: Suppression | None = None

    @property
    def code(self) -> str:
        """The step that decided: what counters and logs show."""
        return self.verdict.reasons[-1].code


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule made of one record."""

    memory: CameraMemory
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the book. `judge` is pure: the same arguments always give the same judgement."""

    ref: RuleRef
    offence: OffenceId
    judge: Callable[[CameraMemory, Observed, Circumstances], Judgement]
