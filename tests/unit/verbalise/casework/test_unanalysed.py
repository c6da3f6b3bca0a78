"""Claims that no analysis made: what casework adds with the city's permission for help, and without.

In the test clip the left square is a car that crosses the gate's line at 1.4 s; the right one, a truck, does not.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from detect.model import PlateStatus, Point, RoadUser
from detect.settings import TrackerSettings
from detect.tracking import ByteTrackTracker
from ingest.bus import TopicPartition
from tests.builders import site
from tests.unit.detect.clips import clip, squares, write
from tests.unit.verbalise.casework.scene import SETTINGS, Casework, claim_on, marked, refs_of, reported
from tests.unit.verbalise.casework.test_worker import DyingStore, Killed, only_case
from verbalise.casework.choosing import NO_CROSSING, NOT_POINTED, SEVERAL
from verbalise.casework.finding import ClipFinder
from verbalise.casework.footage import NOTHING, SILENCE
from verbalise.casework.manifest import decode, first_fault
from verbalise.model import Claim, EvidenceKind, OffenceId

CROSSING, BEFORE = 14, 32
CLAIMS = TopicPartition("claims", 0)
HELPED = [EvidenceKind.CLIP, EvidenceKind.SCENE, EvidenceKind.VEHICLE]


@pytest.fixture
def world() -> Casework:
    return Casework()


@pytest.fixture
def report(world: Casework) -> Claim:
    return reported(claim_on(world.film(), CROSSING, range(0)))


def test_help_finds_the_vehicle_that_crossed_and_keeps_it_beside_the_claim(world: Casework, report: Claim) -> None:
    world.send(report)
    assert world.run() == 0
    case = only_case(world)
    assert case.claim == report, "the claim stays as it was made"
    assert [item.kind for item in case.evidence.items] == HELPED
    assert case.evidence.complete
    assert case.evidence.remarks == ()
    assert case.kind is RoadUser.CAR
    assert case.evidence.sighting is not None
    assert case.path == case.evidence.sighting.path
    assert case.evidence.sighting.detector == "squares-1"
    sealed = decode(world.evidence.read(case.evidence.manifest_key))
    assert sealed.sighting == case.evidence.sighting
    assert first_fault(world.evidence, case.evidence.manifest_key) is None


def test_the_plate_is_read_on_the_vehicle_found(world: Casework, report: Claim) -> None:
    world.send(report)
    world.run()
    (crops,) = world.plates.shown
    found = {point.video.seq: point.box for point in only_case(world).path}
    assert 1 <= len(crops) <= SETTINGS.plate_frames
    assert all(found[crop.seq] == crop.vehicle for crop in crops)
    assert all(crop.vehicle.right < 0.5 for crop in crops), "the left half of the picture is the car's"


@pytest.mark.parametrize("mark", [False, True], ids=["device", "mark"])
def test_without_help_no_model_is_loaded_and_the_agent_gets_clip_and_scene(
    world: Casework, report: Claim, mark: bool
) -> None:
    world.send(marked(report, Point(0.25, 0.4)) if mark else report)
    assert world.run(place=site()) == 0
    case = only_case(world)
    assert (world.plates.loaded, world.finder.loaded) == (0, 0)
    assert [item.kind for item in case.evidence.items] == [EvidenceKind.CLIP, EvidenceKind.SCENE]
    assert case.evidence.complete
    assert case.evidence.sighting is None
    assert case.kind is None
    assert case.plate.status is PlateStatus.NOT_ATTEMPTED
    assert case.plate.reason == "lecture automatique non autorisée sur ce site"


def test_a_claim_that_has_its_path_is_not_looked_for_again(world: Casework) -> None:
    world.send(claim_on(world.film(), 20, range(10, 23)))
    world.run()
    assert world.finder.loaded == 0
    assert only_case(world).evidence.sighting is None


def test_an_agents_mark_finds_what_the_agent_pointed_at(world: Casework, report: Claim) -> None:
    world.send(marked(report, Point(0.75, 0.7)))
    world.run(settings=SETTINGS.model_copy(update={"mark_pre_s": 1.0, "mark_post_s": 1.0}))
    case = only_case(world)
    assert case.kind is RoadUser.TRUCK
    assert [item.kind for item in case.evidence.items] == HELPED


@pytest.mark.parametrize(
    ("facts", "spot", "remark"), [(BEFORE, None, NO_CROSSING), (CROSSING, Point(0.5, 0.02), NOT_POINTED)]
)
def test_where_no_vehicle_is_plain_the_agent_reads_why(
    world: Casework, report: Claim, facts: int, spot: Point | None, remark: str
) -> None:
    claim = marked(report, spot) if spot else report
    world.send(replace(claim, at=refs_of(world.packets)[facts].captured_at))
    world.run(settings=SETTINGS.model_copy(update={"post_s": 0.5}))
    case = only_case(world)
    assert case.evidence.remarks == (remark,)
    assert case.evidence.complete, "the clip lacks nothing"
    assert case.plate.status is PlateStatus.UNREADABLE
    assert world.plates.loaded == 0, "nothing is read where no vehicle is"


def test_two_that_cross_together_leave_the_choice_to_the_agent(world: Casework) -> None:
    world.packets = clip(60)  # the truck crosses upwards at 4.2 s, the car downwards at 1.4 s
    claim = reported(claim_on(world.film(), 28, range(0)))
    world.send(claim)
    world.run(settings=SETTINGS.model_copy(update={"pre_s": 3.0, "post_s": 2.0}))
    assert only_case(world).evidence.remarks == (SEVERAL,)


def test_footage_that_is_not_there_still_makes_a_case(world: Casework, report: Claim) -> None:
    world.bus.delete_before({TopicPartition("video", 0): 41})
    world.send(report)
    assert world.run() == 0
    case = only_case(world)
    assert case.evidence.items == ()
    assert case.evidence.remarks == (NOTHING,)
    assert not case.evidence.complete
    assert (world.plates.loaded, world.finder.loaded) == (0, 0)


def test_a_camera_that_fell_silent_after_the_facts_is_remarked(world: Casework) -> None:
    write(world.bus, world.packets[: CROSSING + 4])
    world.send(reported(claim_on(refs_of(world.packets), CROSSING, range(0))))
    world.run()
    case = only_case(world)
    assert SILENCE in case.evidence.remarks
    assert EvidenceKind.SCENE in [item.kind for item in case.evidence.items]


@pytest.mark.parametrize("item", [1, 2, 3, 4])
def test_dying_at_any_item_gives_the_same_one_case(world: Casework, report: Claim, item: int) -> None:
    world.send(report)
    with pytest.raises(Killed):
        world.run(store=DyingStore(world.evidence, item, after=True))
    world.run()
    undisturbed = Casework()
    undisturbed.send(reported(claim_on(undisturbed.film(), CROSSING, range(0))))
    undisturbed.run()
    assert only_case(world) == only_case(undisturbed)
    assert world.evidence.keys("cases/") == undisturbed.evidence.keys("cases/")


def test_a_dossier_for_the_officer_is_built_as_any_other_and_needs_no_plate(world: Casework, report: Claim) -> None:
    world.send(replace(report, offence=OffenceId("bollard-damage")))
    assert world.run() == 0
    case = only_case(world)
    assert [item.kind for item in case.evidence.items] == HELPED
    assert case.plate.text is None


def test_help_looks_only_at_the_pictures_around_the_facts() -> None:
    world = Casework(packets=clip(160))
    claim = reported(claim_on(world.film(), 100, range(0)))
    shown: list[int] = []

    class Counting(ClipFinder):
        def follow(self, packets, partition):  # type: ignore[no-untyped-def]
            shown.extend(located.packet.seq for located in packets)
            return super().follow(packets, partition)

    world.finder.load = lambda: Counting(squares(), lambda: ByteTrackTracker(TrackerSettings()))  # type: ignore[method-assign]
    world.send(claim)
    world.run(settings=SETTINGS.model_copy(update={"pre_s": 8.0, "post_s": 5.0}))
    # Four seconds before picture 100 is picture 60, whose keyframe is 56; four seconds after is 140.
    assert (min(shown), max(shown)) == (56, 140)
    assert only_case(world).evidence.items[0].from_seq < 56
