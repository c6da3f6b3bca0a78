"""The steward: every change on the ledger and once, every record kept once, whatever dies in between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from ingest import topics
from ingest.bus import Message
from ingest.errors import RetryLater
from ingest.memory_bus import MemoryBus
from ingest.model import CameraId
from ingest.wire import health_message
from storage.memory import MemoryLedger
from storage.memory_steward import MemoryGates, MemoryNotices, MemorySuppressions
from storage.memory_uptime import MemoryUptime
from tests.builders import CAMERA, OFFENCE, T0, ZONE, order, site
from tests.unit.verbalise.steward.test_uptime import TEN, health
from verbalise.gate import may_ingest
from verbalise.model import Access, AccessEntry, PermitId, Suppression
from verbalise.site.history import Edition, SiteBook
from verbalise.site.model import Site
from verbalise.steward.gates import ingest_of
from verbalise.steward.ports import GateState
from verbalise.steward.worker import GROUP, StewardPorts, StewardWorker, _next_round
from verbalise.wire import suppression_message

DAY = timedelta(days=1)
PASSAGE = Suppression(
    "passage-1", CAMERA, OFFENCE, ZONE, "Rue", T0, PermitId("laundry"), "badge-017", "Blanchisserie", "Livraisons"
)


class Killed(BaseException):
    """The process dies here."""


class DyingGates(MemoryGates):
    """Dies before the first state is kept."""

    def store(self, state: GateState) -> None:
        raise Killed


class AwayLedger(MemoryLedger):
    """Is away."""

    def write(self, entry: AccessEntry) -> None:
        raise RetryLater("the ledger is away")


def street(days_after: float = 100) -> Site:
    """A street whose order ends so many days after `T0`."""
    place = site()
    return replace(
        place, cameras={CAMERA: replace(place.cameras[CAMERA], authorisations=(order(days_after=days_after),))}
    )


@dataclass
class World:
    """Everything around the steward."""

    sites: SiteBook = field(default_factory=lambda: SiteBook.of(street()))
    now: datetime = T0
    bus: MemoryBus = field(default_factory=MemoryBus)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    gates: MemoryGates = field(default_factory=MemoryGates)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    uptime: MemoryUptime = field(default_factory=MemoryUptime)
    suppressions: MemorySuppressions = field(default_factory=MemorySuppressions)

    def worker(self) -> StewardWorker:
        ports = StewardPorts(self.ledger, self.gates, self.notices, self.uptime, self.suppressions)
        return StewardWorker(self.bus.consumer(GROUP), self.sites, ports, lambda: self.now)

    def look(self, at: datetime) -> list[str]:
        """What a look at the gate adds to the ledger on taking the camera in."""
        self.now = at
        before = len(self.said())
        self.worker().look_at_gate()
        return self.said()[before:]

    def said(self) -> list[str]:
        return [entry.purpose for entry in reversed(self.ledger.entries(ingest_of(CAMERA)))]


def test_an_order_that_ends_is_one_entry_at_its_minute_and_nothing_before() -> None:
    world = World(SiteBook.of(street(days_after=1)))
    [first] = world.look(T0)
    assert first.startswith("premier état → ouvert : Arrêté préfectoral 76-2026-001, jusqu’au")
    assert world.look(T0 + DAY - timedelta(seconds=1)) == []
    [shut] = world.look(T0 + DAY)
    assert shut.startswith("ouvert → fermé : L’arrêté préfectoral 76-2026-001 : fin le")
    assert world.look(T0 + 2 * DAY) == []
    entry = world.ledger.entries(ingest_of(CAMERA))[0]
    assert (entry.access, entry.agent, entry.at) == (Access.GATE_CHANGED, None, T0 + DAY)


def test_a_new_version_of_the_site_counts_from_its_instant() -> None:
    world = World(SiteBook([Edition(T0 - DAY, street(0)), Edition(T0 + DAY, street(30))]))
    [first] = world.look(T0)
    assert first.startswith("premier état → fermé")
    [opened] = world.look(T0 + DAY)
    assert opened.startswith("fermé → ouvert")


def test_a_crash_between_ledger_and_state_writes_no_change_twice() -> None:
    world = World(gates=DyingGates())
    with pytest.raises(Killed):
        world.worker().look_at_gate()
    written = len(world.ledger.entries())
    assert written == 1
    world.gates = MemoryGates()
    world.worker().look_at_gate()
    world.worker().look_at_gate()
    subjects = [entry.subject for entry in world.ledger.entries()]
    assert len(subjects) == len(set(subjects)) > written


def test_without_the_ledger_no_state_is_kept() -> None:
    world = World(ledger=AwayLedger())
    with pytest.raises(RetryLater):
        world.worker().look_at_gate()
    assert world.gates.states() == []


def test_the_state_kept_is_what_the_gate_says() -> None:
    world = World()
    world.look(T0)
    kept = {state.subject: state for state in world.gates.states()}[ingest_of(CAMERA)]
    place = world.sites.as_of(T0)
    assert (kept.permission, kept.since) == (may_ingest(place, place.cameras[CAMERA], T0), T0)


def test_a_notice_is_given_once_per_lead() -> None:
    world = World(SiteBook.of(street(days_after=100)))
    for days in (0, 20, 21, 80, 95, 96):
        world.look(T0 + days * DAY)
    given = [notice.lead for notice in world.notices.notices(T0) if "order" in notice.subject]
    assert sorted(given) == ["one-month", "one-week", "three-months"]


def test_records_are_kept_and_committed() -> None:
    world = World(now=TEN)
    producer = world.bus.producer()
    for message in (
        health_message(health(0)),
        health_message(health(10)),
        suppression_message(PASSAGE),
        suppression_message(PASSAGE),
        Message(topics.HEALTH, CAMERA, b"not json"),
    ):
        producer.send(message)
    assert world.worker().run(until_idle_s=0) == 0
    assert [hour.known_s for hour in world.uptime.hours(TEN, TEN + DAY)] == [10]
    assert world.uptime.newest() == [health(10)]
    assert world.suppressions.suppressions(T0 - DAY, T0 + DAY) == [PASSAGE]
    assert not any(world.bus.group_lag(GROUP, [topics.HEALTH, topics.SUPPRESSED]).values())


def test_a_register_that_is_away_holds_the_record_until_it_is_back() -> None:
    class Away(MemorySuppressions):
        times = 2

        def add(self, suppression: Suppression) -> bool:
            if self.times:
                self.times -= 1
                raise RetryLater("the register is away")
            return super().add(suppression)

    world = World(suppressions=Away())
    world.bus.producer().send(suppression_message(PASSAGE))
    assert world.worker().run(until_idle_s=0) == 0
    assert world.suppressions.suppressions(T0 - DAY, T0 + DAY) == [PASSAGE]


def test_records_that_come_again_after_a_crash_add_nothing() -> None:
    world = World(now=TEN)
    for at_s in (0, 10, 20):
        world.bus.producer().send(health_message(health(at_s, bytes_read=at_s)))
    world.worker().run(until_idle_s=0)
    once = world.uptime.hours(TEN, TEN + DAY)
    again = World(now=TEN, bus=MemoryBus(), uptime=world.uptime)
    for at_s in (10, 20):
        again.bus.producer().send(health_message(health(at_s, bytes_read=at_s)))
    again.worker().run(until_idle_s=0)
    assert again.uptime.hours(TEN, TEN + DAY) == once
    assert once[0].camera == CameraId("B1")


@pytest.mark.parametrize(
    ("second", "next_second"), [(0, 10), (45, 55), (50, 60), (55, 60), (59.9, 60)], ids=lambda value: str(value)
)
def test_the_gate_is_looked_at_every_ten_seconds_and_at_the_minute(second: float, next_second: float) -> None:
    assert _next_round(TEN + timedelta(seconds=second)) == TEN + timedelta(seconds=next_second)
