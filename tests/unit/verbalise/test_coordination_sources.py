"""The report is read from the registers of its own month, and of the gate only what changed in it."""

from __future__ import annotations

from datetime import timedelta

from storage.memory import memory_register
from storage.memory_uptime import MemoryUptime
from storage.model import Register
from tests.shared_street import TRAFFIC, ZONE, at, shared_site
from tests.unit.verbalise.test_coordination import measured
from verbalise.coordination_sources import CoordinationSources
from verbalise.exchanges import Exchange, ExchangeId, ExchangeKind
from verbalise.gate import Permission
from verbalise.model import Access, AccessEntry, AgentId
from verbalise.months import Month
from verbalise.site.agreements import PartyId
from verbalise.site.history import SiteBook
from verbalise.steward.ports import GateState

NOVEMBER = Month(2026, 11)
LAST, NEXT = NOVEMBER.ends(ZONE) - timedelta(minutes=1), NOVEMBER.ends(ZONE)
SHUT = Permission(False, "authorisation-expired", "L’arrêté a pris fin")


def sources(register: Register) -> CoordinationSources:
    """November and the hours around it, over a register."""
    uptime = MemoryUptime(measured(TRAFFIC, 2, since=NOVEMBER.ends(ZONE) - timedelta(hours=1)))
    book = SiteBook.of(shared_site())
    return CoordinationSources(book, uptime, register.exchanges, register.analysts, register.gates, register.ledger)


def test_what_is_of_another_month_is_left_out() -> None:
    register = memory_register()
    for name, instant in (("before", LAST - timedelta(days=30)), ("in", LAST), ("after", NEXT)):
        entry = Exchange(
            ExchangeId(name), instant, ExchangeKind.INCIDENT, PartyId("pcrt"), AgentId("a"), None, None, None, name
        )
        register.exchanges.add(entry)
    made = sources(register).report(NOVEMBER, at("2026-12-05 10:00"))
    assert [entry.id for entry in made.entries] == ["in"]
    assert sum(network.up_s for network in made.networks) == 3600


def test_changes_of_the_gate_are_those_of_the_month() -> None:
    register = memory_register()
    for subject, instants in {
        "camera/T1/ingest": (LAST - timedelta(days=40), LAST, NEXT),
        "site/help": (NEXT,),
    }.items():
        for instant in instants:
            register.ledger.write(AccessEntry(instant, None, Access.GATE_CHANGED, subject, "ouvert → fermé", "steward"))
        register.gates.store(GateState(subject, SHUT, instants[-1]))
    register.ledger.write(AccessEntry(LAST, AgentId("a"), Access.VIEW_SITE, "camera/T1/ingest", "site", "192.0.2.1"))
    made = sources(register).report(NOVEMBER, at("2026-12-05 10:00"))
    assert [(change.subject, change.at) for change in made.changes] == [("camera/T1/ingest", LAST)]
