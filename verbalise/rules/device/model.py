"""What a device rule is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ingest.model import DeviceEvent
from verbalise.model import Claim, OffenceId, Outcome, Passage, Reason, RuleRef, Suppression, Verdict, ZoneId
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.credentials import Credential
from verbalise.rules.memory import CameraMemory
from verbalise.site.model import Site, SiteCamera
from verbalise.site.permits import TokenHasher


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a device rule may know beside the report.

    Attributes:
        site: As it was at the instant of the report.
        devices: What the devices beside the camera reported, this report included.
        memory: What analysis made of the camera's pictures; blank where none runs.
        hasher: Finds the permit behind a badge; None where the city keeps no key for permits.
    """

    site: Site
    camera: SiteCamera
    devices: DeviceHistory
    memory: CameraMemory
    hasher: TokenHasher | None = None

    def beside(self, event: DeviceEvent) -> tuple[DeviceEvent, ...]:
        """Every report of the bollard or signal that an event belongs to, and of its readers and loops, in order."""
        return self.devices.of(*self.site.beside(self.site.served_by(event.device)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one report.

    Attributes:
        place: French name of the place; empty where nothing is claimed.
        since: What the devices said from then on belongs to the facts; None: from a little before.
        credential: What covers the passage.
        passages: Passages of the same opening up to this one, in order.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    zone: ZoneId | None = None
    place: str = ""
    by_law: str | None = None
    since: datetime | None = None
    credential: Credential | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """A rule of the book. `judge` is pure; it answers None for reports that do not concern it."""

    ref: RuleRef
    offence: OffenceId
    judge: Callable[[DeviceEvent, Surroundings], Finding | None]


@dataclass(frozen=True, slots=True)
class DeviceJudged:
    """One report with the verdict on it, the claim where it fires, the suppression where a right covers it."""

    rule: RuleRef
    event: DeviceEvent
    verdict: Verdict
    claim: Claim | None
    suppression: Suppression | None
    credential: Credential | None

    @property
    def code(self) -> str:
        """The step that decided: what counters and logs show."""
        return self.verdict.reasons[-1].code
