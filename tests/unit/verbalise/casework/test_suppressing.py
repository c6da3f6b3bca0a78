"""A plate with a permit makes a claim into a count: nothing of the passage is kept, and the plate goes nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ingest.bus import TopicPartition
from tests.builders import ZONE
from tests.unit.detect.clips import T0
from tests.unit.verbalise.casework.scene import Casework, claim_on, helped_site, reported
from tests.unit.verbalise.casework.test_worker import only_case
from tests.unit.verbalise.casework.test_worker_faults import DyingConsumer
from tests.unit.verbalise.casework.test_worker_faults import Killed as KilledAtCommit
from verbalise.casework.metrics import SUPPRESSED
from verbalise.casework.worker import GROUP
from verbalise.model import Claim, OffenceId, PermitId, Suppression, ZoneId
from verbalise.site.model import Site
from verbalise.site.permits import Permit, PermitReason, TokenHasher, TokenKind
from verbalise.wire import SUPPRESSION

PLATE = "ZZ-987-QX"
HASHER = TokenHasher(b"a key of the tests, long enough")
CLAIMS = TopicPartition("claims", 0)
PERMIT = Permit(
    id=PermitId("resident-12"),
    zone=ZONE,
    kind=TokenKind.PLATE,
    token_sha256=HASHER.hash(TokenKind.PLATE, PLATE),
    reason=PermitReason.RESIDENT,
    holder="Foyer 12",
    given_by="Mairie",
    valid_from=T0 - timedelta(days=1),
    valid_until=T0 + timedelta(days=1),
)


def place(permit: Permit = PERMIT) -> Site:
    return replace(helped_site(), permits=(permit,))


@pytest.fixture
def world() -> Casework:
    made = Casework()
    made.plates.text = PLATE
    return made


@pytest.fixture
def claim(world: Casework) -> Claim:
    return claim_on(world.film(), 20, range(10, 23))


def suppressed(world: Casework) -> list[Suppression]:
    return [SUPPRESSION.decode(record.value) for record in world.bus.records("suppressed")]


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "reported"])
def test_a_covered_passage_is_counted_and_nothing_of_it_is_stored(
    world: Casework, claim: Claim, analysed: bool
) -> None:
    world.send(claim if analysed else replace(reported(claim), at=T0 + timedelta(seconds=1.4)))
    before = SUPPRESSED.labels("B1")._value.get()
    assert world.run(place=place(), hasher=HASHER) == 0
    (kept,) = suppressed(world)
    assert (kept.id, kept.permit, kept.holder, kept.reason) == (claim.id, PERMIT.id, "Foyer 12", "resident")
    assert (kept.camera, kept.zone, kept.reference) == ("B1", ZONE, "")
    assert world.cases.every() == []
    assert world.evidence.keys("") == []
    assert world.bus.records("cases") == []
    assert world.bus.group_lag(GROUP, ["claims"])[CLAIMS] == 0
    assert SUPPRESSED.labels("B1")._value.get() == before + 1


def test_the_plate_is_in_no_message_and_no_log(world: Casework, claim: Claim) -> None:
    world.send(claim)
    with capture_logs() as logs:
        world.run(place=place(), hasher=HASHER)
    (record,) = world.bus.records("suppressed")
    said = " ".join([record.value.decode(), repr(record.headers), record.key, repr(logs)]).upper()
    for trace in (PLATE, PLATE.replace("-", ""), PERMIT.token_sha256.upper()):
        assert trace not in said


def test_a_claim_that_comes_again_is_counted_under_the_same_id(world: Casework, claim: Claim) -> None:
    world.send(claim, claim)
    world.run(place=place(), hasher=HASHER)
    first, second = world.bus.records("suppressed")
    assert first.headers["ce_id"] == second.headers["ce_id"]
    assert first.value == second.value


def test_dying_before_the_commit_repeats_the_record_and_opens_no_case(world: Casework, claim: Claim) -> None:
    world.send(claim)
    with pytest.raises(KilledAtCommit):
        world.run(consumer=DyingConsumer(world.bus, GROUP), place=place(), hasher=HASHER)
    assert world.run(place=place(), hasher=HASHER) == 0
    assert len({record.headers["ce_id"] for record in world.bus.records("suppressed")}) == 1
    assert world.cases.every() == []


@pytest.mark.parametrize(
    "permit",
    [
        replace(PERMIT, zone=ZoneId("elsewhere")),
        replace(PERMIT, valid_until=T0),
        replace(PERMIT, valid_from=T0 + timedelta(hours=1)),
        replace(PERMIT, token_sha256=HASHER.hash(TokenKind.PLATE, "ZZ-987-QY")),
        replace(PERMIT, token_sha256=HASHER.hash(TokenKind.BADGE, PLATE)),
    ],
    ids=["another zone", "ended", "not yet", "another plate", "a badge of the same text"],
)
def test_a_permit_that_does_not_cover_the_passage_changes_nothing(
    world: Casework, claim: Claim, permit: Permit
) -> None:
    world.send(claim)
    world.run(place=place(permit), hasher=HASHER)
    only_case(world)
    assert suppressed(world) == []


@pytest.mark.parametrize(
    "changes",
    [{"zone": None}, {"offence": OffenceId("bollard-damage")}, {"offence": OffenceId("wrong-way")}],
    ids=["outside every zone", "a délit", "another offence in the zone"],
)
def test_a_permit_to_drive_excuses_nothing_else(world: Casework, claim: Claim, changes: dict[str, object]) -> None:
    device = reported(claim)
    world.send(replace(device, at=T0 + timedelta(seconds=1.4), **changes))  # type: ignore[arg-type]
    world.run(place=place(), hasher=HASHER)
    only_case(world)
    assert suppressed(world) == []


def test_without_the_citys_key_no_plate_matches(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run(place=place())
    only_case(world)


def test_without_help_no_plate_is_read_and_the_claim_becomes_a_case(world: Casework, claim: Claim) -> None:
    world.send(claim)
    world.run(place=replace(place(), help=()), hasher=HASHER)
    only_case(world)
    assert world.plates.loaded == 0


@pytest.mark.parametrize(
    ("one_off", "earlier_s", "covered"),
    [(True, None, True), (True, 60.0, False), (True, 10.0, True), (False, 60.0, True)],
    ids=["its first passage", "used a minute ago", "said of this very passage", "a lasting one"],
)
def test_a_permit_for_one_passage_covers_one(
    world: Casework, claim: Claim, one_off: bool, earlier_s: float | None, covered: bool
) -> None:
    permit = replace(PERMIT, one_off=one_off)
    if earlier_s is not None:
        before = claim.at - timedelta(seconds=earlier_s)
        use = Suppression("before", claim.camera, claim.offence, ZONE, "", before, permit.id, "", "", "")
        world.rights.add(use)
    world.send(claim)
    world.run(place=place(permit), hasher=HASHER)
    assert (len(suppressed(world)), len(world.cases.every())) == ((1, 0) if covered else (0, 1))
