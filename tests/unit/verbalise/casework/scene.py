"""A claim on a small encoded clip in a bus, and everything behind the casework worker, in the test's hands."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from detect.model import Box, PlateReading, PlateStatus, Point, RoadUser, TrackId
from detect.plates.model import VehicleCrop
from detect.settings import TrackerSettings
from detect.tracking import ByteTrackTracker
from ingest.bus import Consumer, LogReader, Producer
from ingest.memory_bus import MemoryBus
from ingest.model import CameraId, ClockSource, ClockState, DeviceId, Packet, PacketRef, StreamId
from ingest.outlet import VideoOutlet
from ingest.sources.file import FileSource
from storage.memory import MemoryCases, MemoryEvidence
from storage.memory_steward import MemorySuppressions
from tests.builders import BOLLARD, site
from tests.unit.detect.clips import CAMERA, STREAM, T0, clip, squares, with_end, write
from verbalise.casework.finding import ClipFinder
from verbalise.casework.footage import NO_FOOTAGE, Footage, find_footage
from verbalise.casework.locate import locate
from verbalise.casework.settings import CaseworkSettings
from verbalise.casework.worker import GROUP, CaseworkWorker
from verbalise.model import (
    AgentId,
    Case,
    Claim,
    ClaimId,
    Mark,
    OffenceId,
    Outcome,
    RuleRef,
    Sight,
    TrackPoint,
    Trigger,
    Verdict,
    ZoneId,
)
from verbalise.ports import CaseRegister, EvidenceStore
from verbalise.site.agreements import HelpPermission
from verbalise.site.history import SiteBook
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher
from verbalise.wire import claim_message

OPENED = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
SETTINGS = CaseworkSettings(pre_s=1, post_s=1, patience_s=0.05, retry_s=0.05, plate_frames=6)
DEMO_STREET = Path(__file__).parents[4] / "deploy" / "demo" / "footage" / "ped.mp4"
BOX = Box(0.1, 0.2, 0.4, 0.6)


def demo_packets(camera: CameraId = CAMERA, stream: StreamId = STREAM, most: int = 200) -> list[Packet]:
    """The beginning of the bundled street, as ingest sends it."""
    bus = MemoryBus()
    outlet = VideoOutlet(camera, bus.producer(), None, 2**30)
    with closing(FileSource(DEMO_STREET, lambda _: None)) as source:
        return [
            outlet.put_packet(stream, unit, T0 + timedelta(microseconds=unit.micros()), ClockState(ClockSource.FILE))
            for unit in islice(source.units(), most)
        ]


def refs_of(packets: Sequence[Packet], first_offset: int = 0, step: int = 1) -> list[PacketRef]:
    """Where packets lie that were written one after the other, `step` records apart."""
    found, keyframe = [], first_offset
    for index, packet in enumerate(packets):
        offset = first_offset + index * step
        keyframe = offset if packet.is_keyframe else keyframe
        found.append(PacketRef(0, offset, keyframe, packet.seq, packet.pts, packet.captured_at))
    return found


def claim_on(
    refs: Sequence[PacketRef], event: int, seen: range, *, number: int = 1, camera: str = CAMERA, box: Box = BOX
) -> Claim:
    """A claim whose vehicle was seen on a range of packets and did it on one of them."""
    return Claim(
        id=ClaimId(f"claim-{number}"),
        camera=CameraId(camera),
        stream=STREAM,
        offence=OffenceId("pedestrian-area-driving"),
        rule=RuleRef("pedestrian-area-driving", 1),
        trigger=Trigger.ANALYSIS,
        at=refs[event].captured_at,
        zone=ZoneId("street"),
        place="Rue du Gros-Horloge",
        track=TrackId(f"{STREAM}:{number}"),
        kind=RoadUser.CAR,
        event=refs[event],
        path=tuple(TrackPoint(refs[index], box, 0.9) for index in seen),
        devices=(),
        passages=(),
        verdict=Verdict(Outcome.CLAIMED, ()),
        site_version="0" * 64,
        by_law="2025-118",
        detector="detector-1",
    )


def reported(claim: Claim, device: DeviceId = BOLLARD) -> Claim:
    """The same facts as a street device reports them: an instant, and no packet."""
    return replace(
        claim,
        trigger=Trigger.DEVICE,
        device=device,
        stream=None,
        track=None,
        event=None,
        path=(),
        kind=None,
        detector="",
    )


def marked(claim: Claim, spot: Point | None = None) -> Claim:
    """The same facts as an agent marks them on the live view."""
    mark = Mark(AgentId("lea"), Sight.LIVE, spot)
    return replace(reported(claim), trigger=Trigger.AGENT, device=None, mark=mark)


def found_around(
    claim: Claim, log: LogReader, settings: CaseworkSettings, clock: Callable[[], float] = time.monotonic
) -> Footage:
    """The footage of a claim, located first, as the worker finds it."""
    anchor = locate(claim, log, settings, clock)
    return NO_FOOTAGE if anchor is None else find_footage(claim, anchor, log, settings, clock)


def helped_site(until: datetime = OPENED + timedelta(days=30)) -> Site:
    """A site whose decision on machine help ends at an instant."""
    return replace(site(), help=(HelpPermission("Décision 2026-12", OPENED - timedelta(days=30), until),))


@dataclass
class FakePlates:
    """Plate help that says what it was shown."""

    text: str | None = None
    shown: list[Sequence[VehicleCrop]] = field(default_factory=list)
    loaded: int = 0

    def load(self) -> FakePlates:
        self.loaded += 1
        return self

    def read(self, crops: Sequence[VehicleCrop]) -> PlateReading:
        self.shown.append(crops)
        if self.text is not None:
            return PlateReading(PlateStatus.READ, self.text, "", (), "fake-1")
        return PlateReading(PlateStatus.UNREADABLE, None, "illisible", (), "fake-1")


@dataclass
class SquaresFinder:
    """The real finder on the squares of the test clips; counts how often it was loaded."""

    loaded: int = 0

    def load(self) -> ClipFinder:
        self.loaded += 1
        return ClipFinder(squares(), lambda: ByteTrackTracker(TrackerSettings()))


class StoppingCases(MemoryCases):
    """Calls `stop` once a case is open."""

    stop: Callable[[], None]

    def __init__(self, behind: MemoryCases) -> None:
        self.__dict__ = dict(behind.__dict__)

    def open_case(self, case: Case) -> bool:
        opened = super().open_case(case)
        self.stop()
        return opened


@dataclass
class Casework:
    """The worker's world: forty pictures of one camera in the bus, and fakes behind the ports."""

    bus: MemoryBus = field(default_factory=MemoryBus)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    cases: MemoryCases = field(default_factory=MemoryCases)
    rights: MemorySuppressions = field(default_factory=MemorySuppressions)
    plates: FakePlates = field(default_factory=FakePlates)
    finder: SquaresFinder = field(default_factory=lambda: SquaresFinder())
    packets: list[Packet] = field(default_factory=lambda: clip(40))

    def film(self) -> list[PacketRef]:
        """Write the clip and its end to `video`; answers where its packets lie."""
        write(self.bus, with_end(self.packets))
        return refs_of(self.packets)

    def send(self, *claims: Claim) -> None:
        """Put claims into `claims`."""
        for claim in claims:
            self.bus.producer().send(claim_message(claim))

    def worker(
        self,
        store: EvidenceStore | None = None,
        cases: CaseRegister | None = None,
        settings: CaseworkSettings = SETTINGS,
        consumer: Consumer | None = None,
        producer: Producer | None = None,
        place: Site | None = None,
        hasher: TokenHasher | None = None,
    ) -> CaseworkWorker:
        """A worker on this world, some ports replaced."""
        return CaseworkWorker(
            consumer or self.bus.consumer(GROUP),
            self.bus.log_reader(),
            producer or self.bus.producer(),
            store or self.evidence,
            cases or self.cases,
            self.rights,
            SiteBook.of(place or helped_site()),
            settings,
            self.plates.load,
            self.finder.load,
            hasher,
            lambda: OPENED,
        )

    def run(self, **ports: Any) -> int:
        """Run a worker until nothing is left."""
        return self.worker(**ports).run(until_idle_s=0.1)
