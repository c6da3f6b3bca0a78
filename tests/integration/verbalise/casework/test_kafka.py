"""Casework on the real broker: what it seals is what lies in the file, and what retention deleted is remarked."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import av
import pytest

from ingest import topics
from ingest.bus import TopicPartition
from ingest.kafka import KafkaAdmin, KafkaConsumer, KafkaLogReader, KafkaProducer
from ingest.model import CameraId, Packet, PacketRef
from ingest.settings import BusSettings
from ingest.wire import packet_message
from storage.evidence.folder import FolderEvidence
from storage.memory import MemoryCases
from storage.memory_steward import MemorySuppressions
from tests.builders import site
from tests.integration.ingest.brokers import bus_settings, stored
from tests.unit.verbalise.casework.scene import (
    OPENED,
    FakePlates,
    SquaresFinder,
    StoppingCases,
    claim_on,
    demo_packets,
    refs_of,
    reported,
)
from verbalise.casework.footage import BEGINNING_GONE
from verbalise.casework.manifest import first_fault
from verbalise.casework.settings import CaseworkSettings
from verbalise.casework.worker import CaseworkWorker
from verbalise.model import Case, Claim, EvidenceKind
from verbalise.site.history import SiteBook
from verbalise.wire import CASE_EVENT, claim_message

SETTINGS = CaseworkSettings(pre_s=2, post_s=1, patience_s=3, retry_s=0.2)
EVENT = 60


@pytest.fixture
def bus(kafka_bootstrap: str) -> BusSettings:
    return bus_settings(kafka_bootstrap)


@pytest.fixture
def camera() -> CameraId:
    return CameraId(f"K{uuid.uuid4().hex[:10]}")


@pytest.fixture
def claim(bus: BusSettings, camera: CameraId) -> Claim:
    """The beginning of the demo street in `video`, and a claim on it."""
    film(bus, demo_packets(camera))
    refs, keyframe = [], 0
    for record, packet in zip(stored(bus, topics.VIDEO, camera), demo_packets(camera), strict=True):
        keyframe = record.offset if packet.is_keyframe else keyframe
        refs.append(PacketRef(record.partition, record.offset, keyframe, packet.seq, packet.pts, packet.captured_at))
    return claim_on(refs, EVENT, range(EVENT - 2, EVENT + 10), camera=camera, number=int(camera[1:], 16))


def film(bus: BusSettings, packets: Sequence[Packet]) -> None:
    """Write packets to `video`, as ingest does."""
    producer = KafkaProducer(bus)
    for packet in packets:
        producer.send(packet_message(packet))
    producer.flush(60)


def worked_on(bus: BusSettings, camera: CameraId, evidence: FolderEvidence) -> Case:
    """The case that a worker opens before it is stopped; the claim in hand is finished and committed first."""
    cases = StoppingCases(MemoryCases())
    worker = CaseworkWorker(
        KafkaConsumer(bus, f"casework-{camera}"),
        KafkaLogReader(bus),
        KafkaProducer(bus),
        evidence,
        cases,
        MemorySuppressions(),
        SiteBook.of(site(camera=camera)),
        SETTINGS,
        FakePlates().load,
        SquaresFinder().load,
        None,
        lambda: OPENED,
    )
    cases.stop = worker.stop
    assert worker.run() == 0
    (case,) = cases.every()
    return case


def lag(bus: BusSettings, camera: CameraId) -> int:
    """What a second start would still have to do."""
    return sum(KafkaAdmin(bus).group_lag(f"casework-{camera}", [topics.CLAIMS]).values())


def send(bus: BusSettings, claim: Claim) -> None:
    producer = KafkaProducer(bus)
    producer.send(claim_message(claim))
    producer.flush(60)


def test_the_clip_holds_the_files_own_packets(bus: BusSettings, camera: CameraId, claim: Claim, tmp_path: Path) -> None:
    send(bus, claim)
    evidence = FolderEvidence(tmp_path)
    case = worked_on(bus, camera, evidence)
    assert case.evidence.complete, case.evidence.remarks
    assert first_fault(evidence, case.evidence.manifest_key) is None
    clip = next(item for item in case.evidence.items if item.kind is EvidenceKind.CLIP)
    source = [packet.data for packet in demo_packets(camera)[clip.from_seq : clip.to_seq + 1]]
    with av.open(io.BytesIO(evidence.read(clip.key)), "r") as container:
        assert [bytes(packet) for packet in container.demux(video=0) if packet.size] == source
    (record,) = stored(bus, topics.CASES, case.id)
    assert CASE_EVENT.decode(record.value).case == case.id
    assert lag(bus, camera) == 0


def test_what_retention_deleted_is_remarked(bus: BusSettings, camera: CameraId, claim: Claim, tmp_path: Path) -> None:
    assert claim.event is not None
    KafkaAdmin(bus).delete_before({TopicPartition(topics.VIDEO, claim.event.partition): claim.event.keyframe_offset})
    send(bus, claim)
    case = worked_on(bus, camera, FolderEvidence(tmp_path))
    clip = next(item for item in case.evidence.items if item.kind is EvidenceKind.CLIP)
    assert clip.from_seq > 0
    assert case.evidence.remarks == (BEGINNING_GONE,)


def test_what_a_device_reports_is_found_by_camera_and_time(
    bus: BusSettings, camera: CameraId, claim: Claim, tmp_path: Path
) -> None:
    report = reported(claim)
    send(bus, report)
    evidence = FolderEvidence(tmp_path)
    case = worked_on(bus, camera, evidence)
    assert case.claim == report
    assert case.evidence.complete, case.evidence.remarks
    clip, scene = case.evidence.items
    assert scene.kind is EvidenceKind.SCENE
    assert scene.from_seq == EVENT
    source = [packet.data for packet in demo_packets(camera)[clip.from_seq : clip.to_seq + 1]]
    with av.open(io.BytesIO(evidence.read(clip.key)), "r") as container:
        assert [bytes(packet) for packet in container.demux(video=0) if packet.size] == source
    starts, ends = case.evidence.clip_starts_at, case.evidence.clip_ends_at
    assert starts is not None
    assert ends is not None
    assert starts <= claim.at - timedelta(seconds=SETTINGS.pre_s)
    assert abs(ends - claim.at - timedelta(seconds=SETTINGS.post_s)) < timedelta(seconds=0.2)


def test_a_claim_that_comes_before_its_pictures_waits_for_them(
    bus: BusSettings, camera: CameraId, tmp_path: Path
) -> None:
    packets = demo_packets(camera)
    refs = refs_of(packets)
    send(bus, reported(claim_on(refs, EVENT, range(0), camera=camera, number=int(camera[1:], 16))))
    late = threading.Timer(1.0, film, (bus, packets))
    late.start()
    case = worked_on(bus, camera, FolderEvidence(tmp_path))
    late.join()
    assert case.evidence.complete, case.evidence.remarks
    assert [item.kind for item in case.evidence.items] == [EvidenceKind.CLIP, EvidenceKind.SCENE]
