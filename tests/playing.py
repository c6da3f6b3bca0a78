"""Plays records and device reports to the book of rules as the stream app does, without Kafka."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ingest.model import DeviceEvent
from tests.builders import CAMERA, site
from verbalise.model import Claim, Outcome, Suppression
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.rules.book import take_in
from verbalise.rules.memory import CameraMemory
from verbalise.rules.model import Circumstances, Judged, Observed
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher

SETTLE = timedelta(seconds=1.5)


@dataclass
class Played:
    """What came of a scene."""

    memory: CameraMemory = field(default_factory=CameraMemory)
    devices: DeviceHistory = field(default_factory=DeviceHistory)
    judged: list[Judged] = field(default_factory=list)

    @property
    def claims(self) -> list[Claim]:
        return [verdict.claim for verdict in self.judged if verdict.claim is not None]

    @property
    def suppressions(self) -> list[Suppression]:
        return [verdict.suppression for verdict in self.judged if verdict.suppression is not None]

    @property
    def codes(self) -> list[str]:
        return [verdict.code for verdict in self.judged]

    @property
    def outcomes(self) -> list[Outcome]:
        return [verdict.verdict.outcome for verdict in self.judged]


def play(
    records: Sequence[Observed],
    reports: Iterable[DeviceEvent] = (),
    place: Site | None = None,
    played: Played | None = None,
    hasher: TokenHasher | None = None,
) -> Played:
    """Takes in the records in order; each report is known from the first record after its arrival."""
    place = place or site()
    played = played or Played()
    waiting = sorted(reports, key=lambda report: report.received_at)
    for record in records:
        while waiting and waiting[0].received_at <= record.video.captured_at:
            played.devices = with_event(played.devices, waiting.pop(0))
        known = Circumstances(place, place.cameras[CAMERA], played.devices, SETTLE, hasher)
        judgement = take_in(played.memory, record, known)
        played.memory = judgement.memory
        played.judged.extend(judgement.judged)
    return played
