"""What a worker does when something around it fails: the claim is neither lost nor doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from detect.model import PlateReading
from detect.plates.model import VehicleCrop
from ingest.bus import Message, TopicPartition
from ingest.errors import Halt, RetryLater
from ingest.memory_bus import MemoryBus, MemoryConsumer, MemoryProducer
from storage.memory import MemoryEvidence
from tests.unit.detect.clips import clip, write
from tests.unit.verbalise.casework.scene import OPENED, SETTINGS, Casework, claim_on, refs_of
from verbalise.casework.dossier import NOT_CUT, case_id_of
from verbalise.casework.manifest import decode, encode, first_fault, manifest_key
from verbalise.casework.worker import GROUP
from verbalise.model import Act, AgentId, Case, CaseState, Claim, Decision, EvidenceKind
from verbalise.ports import StoredItem
from verbalise.wire import CASE_EVENT

CLAIMS = TopicPartition("claims", 0)


class Killed(BaseException):
    """The process dies here: nothing in the program catches it."""


class DyingConsumer(MemoryConsumer):
    """Dies when asked to commit: before it, everything has been done."""

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        raise Killed


class BusyProducer(MemoryProducer):
    """Refuses a topic a few times, as a slow broker does."""

    def __init__(self, bus: MemoryBus, refused: str, times: int) -> None:
        super().__init__(bus, 1_000, 1_000_000)
        self.refused, self.times = refused, times

    def send(self, message: Message, on_written: Callable[[TopicPartition, int], None] | None = None) -> None:
        if message.topic == self.refused and self.times:
            self.times -= 1
            raise RetryLater("the queue is full")
        super().send(message, on_written)


class SlowerStore(MemoryEvidence):
    """Another worker seals the same case just before this one does, with a remark of its own."""

    def __init__(self, behind: MemoryEvidence) -> None:
        self.__dict__ = behind.__dict__

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        if key.endswith("manifest.json"):
            super().put(key, encode(replace(decode(data), remarks=("Scellé ailleurs.",))), content_type)
        return super().put(key, data, content_type)


class Broken:
    """Plate help that fails as no port allows."""

    def read(self, crops: Sequence[VehicleCrop]) -> PlateReading:
        raise ZeroDivisionError


@pytest.fixture
def world() -> Casework:
    return Casework()


@pytest.fixture
def claim(world: Casework) -> Claim:
    return claim_on(world.film(), 20, range(10, 23))


def only_case(world: Casework) -> Case:
    (case,) = world.cases.every()
    return case


def lag(world: Casework) -> int:
    return world.bus.group_lag(GROUP, ["claims"])[CLAIMS]


def test_dying_before_the_commit_repeats_the_event_and_nothing_else(world: Casework, claim: Claim) -> None:
    world.send(claim)
    with pytest.raises(Killed):
        world.run(consumer=DyingConsumer(world.bus, GROUP))
    kept = world.evidence.keys("cases/")
    assert world.run() == 0
    only_case(world)
    first, second = world.bus.records("cases")
    assert first.headers["ce_id"] == second.headers["ce_id"]
    assert world.evidence.keys("cases/") == kept
    assert lag(world) == 0


def test_a_claim_that_comes_again_announces_the_case_as_agents_have_left_it(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run()
    case = only_case(world)
    take = Decision("request-1", case.id, Act.TAKE, AgentId("lea"), OPENED)
    world.cases.record(take, CaseState.CLAIMED, AgentId("lea"), case.version)
    world.send(claim)
    world.run()
    newest = CASE_EVENT.decode(world.bus.records("cases")[-1].value)
    assert (newest.state, newest.version) == (CaseState.CLAIMED, only_case(world).version)


def test_of_two_workers_on_one_claim_the_first_manifest_counts(world: Casework, claim: Claim) -> None:
    world.send(claim)
    assert world.run(store=SlowerStore(world.evidence)) == 0
    case = only_case(world)
    assert case.evidence.remarks == ("Scellé ailleurs.",)
    assert world.evidence.stat(case.evidence.manifest_key).sha256 == case.evidence.manifest_sha256
    assert world.bus.records("claims.rejected") == []


def test_an_item_left_by_other_circumstances_is_kept_beside_the_one_that_counts(world: Casework, claim: Claim) -> None:
    case = case_id_of(claim.id)
    world.evidence.put(f"cases/{case}/clip.mp4", b"cut before more was written", "video/mp4")
    world.send(claim)
    world.run()
    item = only_case(world).evidence.items[0]
    assert item.key == f"cases/{case}/clip-{item.sha256[:12]}.mp4"
    assert first_fault(world.evidence, manifest_key(case)) is None


def test_a_sealed_case_whose_item_is_gone_is_set_aside_by_name(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run()
    kept = MemoryEvidence()
    for key in world.evidence.keys("cases/"):
        if not key.endswith("scene.jpg"):
            kept.put(key, world.evidence.read(key), "x/y")
    world.send(claim)
    assert world.run(store=kept) == 0
    (record,) = world.bus.records("claims.rejected")
    assert b"scene.jpg" in record.headers["reason"]


def test_a_claim_that_breaks_the_program_is_set_aside_and_the_next_goes_on(world: Casework, claim: Claim) -> None:
    other = replace(claim, id=type(claim.id)("claim-2"), path=())
    world.send(claim, other)
    world.plates.load = Broken  # type: ignore[method-assign,assignment]
    assert world.run() == 0
    assert only_case(world).claim == other
    (record,) = world.bus.records("claims.rejected")
    assert record.headers["reason"].startswith(b"ZeroDivisionError")
    assert record.headers["rejected-from"] == b"claims[0]@0"
    assert lag(world) == 0


@pytest.mark.parametrize("topic", ["claims.rejected", "cases"])
def test_a_busy_broker_is_waited_for(world: Casework, claim: Claim, topic: str) -> None:
    world.bus.producer().send(Message("claims", "B1", b"not json"))
    world.send(claim)
    assert world.run(producer=BusyProducer(world.bus, topic, times=2)) == 0
    only_case(world)
    assert len(world.bus.records("claims.rejected")) == 1
    assert len(world.bus.records("cases")) == 1
    assert lag(world) == 0


def test_what_only_a_person_can_repair_ends_the_worker(world: Casework, claim: Claim) -> None:
    def no_weights() -> Broken:
        raise Halt("no plate finder: run `make weights`")

    world.plates.load = no_weights  # type: ignore[method-assign,assignment]
    world.send(claim)
    assert world.run() == 1
    assert world.cases.every() == []
    assert lag(world) == 1


def test_a_codec_that_cannot_be_cut_still_makes_a_case(world: Casework) -> None:
    world.packets = [replace(packet, codec="vp8", extradata=None) for packet in world.packets]
    world.send(claim_on(world.film(), 20, range(10, 23)))
    assert world.run() == 0
    case = only_case(world)
    assert not case.evidence.complete
    assert NOT_CUT in case.evidence.remarks
    assert case.evidence.items == ()


def test_a_codec_that_browsers_lack_gets_a_playable_copy() -> None:
    world = Casework(packets=clip(40, codec="mjpeg", container="mov"))
    world.send(claim_on(world.film(), 20, range(10, 23)))
    world.run()
    case = only_case(world)
    assert [item.kind for item in case.evidence.items[:2]] == [EvidenceKind.CLIP, EvidenceKind.PLAYABLE_CLIP]
    assert first_fault(world.evidence, case.evidence.manifest_key) is None


def test_a_stop_ends_the_wait_for_pictures_and_leaves_the_claim_to_the_next(world: Casework) -> None:
    write(world.bus, world.packets[:24])
    world.send(claim_on(refs_of(world.packets), 20, range(10, 23)))
    worker = world.worker(settings=SETTINGS.model_copy(update={"patience_s": 600.0}))
    threading.Timer(0.3, worker.stop).start()
    assert worker.run() == 0
    assert world.cases.every() == []
    assert lag(world) == 1
    world.run()
    assert not only_case(world).evidence.complete
