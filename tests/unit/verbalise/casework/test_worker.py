"""Every claim becomes one case, and no claim two, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.bus import Message, TopicPartition
from ingest.errors import RetryLater
from ingest.model import CameraId
from storage.memory import MemoryCases, MemoryEvidence
from tests.builders import site
from tests.unit.verbalise.casework.scene import OPENED, SETTINGS, Casework, StoppingCases, claim_on, helped_site
from verbalise.casework.dossier import case_id_of
from verbalise.casework.manifest import first_fault, manifest_key
from verbalise.casework.worker import GROUP
from verbalise.model import Case, CaseState, Claim, EvidenceKind
from verbalise.ports import StoredItem
from verbalise.site.model import Site
from verbalise.wire import CASE_EVENT

CLAIMS = TopicPartition("claims", 0)


class Killed(BaseException):
    """The process dies here: nothing in the program catches it."""


class DyingStore(MemoryEvidence):
    """Dies at the n-th item, before or after it is stored."""

    def __init__(self, behind: MemoryEvidence, at: int, *, after: bool) -> None:
        self.__dict__ = behind.__dict__
        self.left, self.after = at, after

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        stored = super().put(key, data, content_type)
        if self.left == 0:
            raise Killed
        return stored


class DyingCases(MemoryCases):
    """Dies after the case is in the register."""

    def __init__(self, behind: MemoryCases) -> None:
        self.__dict__ = behind.__dict__

    def open_case(self, case: Case) -> bool:
        super().open_case(case)
        raise Killed


class FullStore(MemoryEvidence):
    """Has no room for one case; for others it has."""

    def __init__(self, behind: MemoryEvidence, refused: str, times: int) -> None:
        self.__dict__ = behind.__dict__
        self.refused, self.times = refused, times

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        if self.refused in key and self.times:
            self.times -= 1
            raise RetryLater("evidence: no room left")
        return super().put(key, data, content_type)


@pytest.fixture
def world() -> Casework:
    return Casework()


@pytest.fixture
def claim(world: Casework) -> Claim:
    return claim_on(world.film(), 20, range(10, 23))


def only_case(world: Casework) -> Case:
    (case,) = world.cases.every()
    return case


def test_a_claim_becomes_a_case_with_its_dossier(world: Casework, claim: Claim) -> None:
    world.send(claim)
    assert world.run() == 0
    case = only_case(world)
    assert case.claim == claim
    assert case.state is CaseState.OPEN
    assert [item.kind for item in case.evidence.items] == [
        EvidenceKind.CLIP,
        EvidenceKind.SCENE,
        EvidenceKind.VEHICLE,
    ]
    assert case.evidence.complete
    assert first_fault(world.evidence, case.evidence.manifest_key) is None
    assert [CASE_EVENT.decode(record.value).case for record in world.bus.records("cases")] == [case.id]
    assert world.bus.group_lag(GROUP, ["claims"])[CLAIMS] == 0


def test_the_plate_is_read_on_the_claimed_vehicle_and_on_bounded_pictures(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run()
    (crops,) = world.plates.shown
    assert 1 <= len(crops) <= SETTINGS.plate_frames
    assert {crop.vehicle for crop in crops} == {claim.path[0].box}
    assert {crop.seq for crop in crops} <= {point.video.seq for point in claim.path}


@pytest.mark.parametrize(
    ("place", "helps"),
    [
        (site(), False),
        (helped_site(until=OPENED), False),
        (helped_site(until=OPENED + timedelta(microseconds=1)), True),
    ],
    ids=["no decision", "ended with this instant", "in its last instant"],
)
def test_a_model_is_loaded_only_while_help_is_permitted(
    world: Casework, claim: Claim, place: Site, helps: bool
) -> None:
    world.send(claim)
    world.run(place=place)
    assert world.plates.loaded == helps
    assert (only_case(world).plate.status.value != "not-attempted") == helps


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("item", [1, 2, 3, 4])
def test_dying_at_any_item_gives_the_same_one_case(world: Casework, claim: Claim, item: int, after: bool) -> None:
    world.send(claim)
    with pytest.raises(Killed):
        world.run(store=DyingStore(world.evidence, item, after=after))
    assert world.cases.every() == []
    world.run()
    undisturbed = Casework()
    undisturbed.send(claim_on(undisturbed.film(), 20, range(10, 23)))
    undisturbed.run()
    assert only_case(world) == only_case(undisturbed)
    assert len(world.evidence.keys("cases/")) == 4


def test_dying_after_the_case_is_open_gives_it_its_event_and_no_twin(world: Casework, claim: Claim) -> None:
    world.send(claim)
    with pytest.raises(Killed):
        world.run(cases=DyingCases(world.cases))
    assert world.bus.records("cases") == []
    world.run()
    only_case(world)
    assert len(world.bus.records("cases")) == 1


def test_a_claim_sent_twice_is_one_case(world: Casework, claim: Claim) -> None:
    world.send(claim, claim)
    world.run()
    only_case(world)
    assert len(world.plates.shown) == 1, "the second finds the sealed dossier"


def test_a_full_store_holds_up_its_claim_and_no_other(world: Casework, claim: Claim) -> None:
    other = replace(claim, id=type(claim.id)("claim-2"))
    world.send(claim, other)
    store = FullStore(world.evidence, case_id_of(claim.id), times=2)
    assert world.run(store=store) == 0
    assert {case.claim.id for case in world.cases.every()} == {claim.id, other.id}
    assert [CASE_EVENT.decode(record.value).case for record in world.bus.records("cases")] == [
        case_id_of(other.id),
        case_id_of(claim.id),
    ]
    assert world.bus.group_lag(GROUP, ["claims"])[CLAIMS] == 0


def test_the_offset_stays_before_a_claim_that_waits(world: Casework, claim: Claim) -> None:
    other = replace(claim, id=type(claim.id)("claim-2"))
    world.send(claim, other)
    stopping = StoppingCases(world.cases)
    worker = world.worker(store=FullStore(world.evidence, case_id_of(claim.id), times=10**6), cases=stopping)
    stopping.stop = worker.stop
    worker.run()
    assert [case.claim.id for case in world.cases.every()] == [other.id]
    assert world.bus.group_lag(GROUP, ["claims"])[CLAIMS] == 2


def test_what_can_never_be_a_case_is_set_aside_with_the_reason(world: Casework, claim: Claim) -> None:
    world.send(replace(claim, camera=CameraId("B9")))
    world.bus.producer().send(Message("claims", "B1", b"not json"))
    world.send(claim)
    assert world.run() == 0
    only_case(world)
    unknown, garbage = world.bus.records("claims.rejected")
    assert b"B9" in unknown.headers["reason"]
    assert garbage.value == b"not json"
    assert b"JSON" in garbage.headers["reason"]


def test_footage_that_is_gone_still_makes_a_case(world: Casework, claim: Claim) -> None:
    world.bus.delete_before({TopicPartition("video", 0): 41})
    world.send(claim)
    world.run()
    case = only_case(world)
    assert case.evidence.items == ()
    assert not case.evidence.complete
    assert case.plate.status.value == "unreadable"


def test_a_damaged_item_is_named(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run()
    damaged = MemoryEvidence()
    for key in world.evidence.keys("cases/"):
        data = world.evidence.read(key)
        damaged.put(key, data[:-1] + b"!" if key.endswith("vehicle.jpg") else data, "x/y")
    fault = first_fault(damaged, manifest_key(case_id_of(claim.id)))
    assert fault is not None
    assert "vehicle.jpg" in fault
