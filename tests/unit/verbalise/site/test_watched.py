"""The site as workers watch it: new versions come by themselves, and a register that is away stops nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from ingest.errors import ConstatError, Halt, RetryLater
from storage.memory_sites import MemorySites
from tests.unit.verbalise.site.documents import describe, put, whole
from tests.waiting import wait_until
from verbalise.site.register import Proposal, SiteVersion
from verbalise.site.watched import WatchedSites

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


class Moody(MemorySites):
    """A register that can be away."""

    fault: ConstatError | None = None

    def versions(self, after: int = 0) -> list[SiteVersion]:
        if self.fault is not None:
            raise self.fault
        return super().versions(after)


def described(folder: Path, commune: str) -> Proposal:
    document = whole()
    put("commune", "name", value=commune)(document)
    return Proposal(describe(folder, document).document, str(folder), LATER, NOW, "Régie")


@pytest.fixture
def register(tmp_path: Path) -> Moody:
    register = Moody()
    register.record(described(tmp_path, "Rouen"))
    return register


def away_count() -> float:
    return REGISTRY.get_sample_value("constat_site_register_away_total") or 0.0


def test_a_new_version_holds_from_its_instant(tmp_path: Path, register: Moody) -> None:
    sites = WatchedSites(register)
    version = register.record(described(tmp_path, "Darnétal"))
    assert sites.as_of(LATER).commune == "Rouen", "not looked at yet"
    sites.refresh()
    assert sites.as_of(LATER - timedelta(microseconds=1)).commune == "Rouen"
    assert sites.as_of(LATER).commune == "Darnétal"
    assert version is not None
    assert sites.version(version.digest) is sites.as_of(LATER)
    assert sites.version("unknown") is None


def test_watching_needs_nobody_to_ask(tmp_path: Path, register: Moody) -> None:
    sites = WatchedSites(register).watch(refresh_s=0.01)
    register.record(described(tmp_path, "Darnétal"))
    wait_until(lambda: sites.as_of(LATER).commune == "Darnétal", "the new version")
    sites.close()


@pytest.mark.parametrize("fault", [RetryLater("gone for lunch"), Halt("password changed")])
def test_while_the_register_is_away_what_is_known_goes_on(fault: ConstatError, tmp_path: Path, register: Moody) -> None:
    sites = WatchedSites(register)
    before = away_count()
    register.fault = fault
    sites.refresh()
    assert sites.as_of(LATER).commune == "Rouen"
    assert away_count() == before + 1
    register.fault = None
    register.record(described(tmp_path, "Darnétal"))
    sites.refresh()
    assert sites.as_of(LATER).commune == "Darnétal"


def test_a_version_that_cannot_be_read_stops_whoever_asks(register: Moody) -> None:
    sites = WatchedSites(register)
    register.record(Proposal(json.dumps({"schema": 9}), "/", LATER, NOW, "Régie"))
    sites.refresh()
    with pytest.raises(Halt, match="site version 2: schema"):
        sites.as_of(NOW)


def test_without_a_site_it_says_how_to_import_one() -> None:
    with pytest.raises(Halt, match="constat site import"):
        WatchedSites(MemorySites())


def test_it_does_not_start_on_a_register_that_is_away(register: Moody) -> None:
    register.fault = RetryLater("gone for lunch")
    with pytest.raises(RetryLater):
        WatchedSites(register)
