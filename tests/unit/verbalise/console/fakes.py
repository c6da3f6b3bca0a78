"""Storage in memory, with the handles that a test needs: a ledger that goes away, reads that are measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.errors import RetryLater
from storage.memory import MemoryAgents, MemoryAlerts, MemoryEvidence, MemoryLedger
from verbalise.model import AccessEntry, Alert, AlertId
from verbalise.ports import CaseFact, CaseFilter, Grouping
from verbalise.site.model import Site

EVER = datetime(2000, 1, 1, tzinfo=UTC)


class PresentSite:
    """A history of one site, which a test may exchange at any time."""

    def __init__(self, present: Callable[[], Site]) -> None:
        self._present = present

    def as_of(self, at: datetime) -> Site:
        """The site as it is now."""
        del at
        return self._present()

    def holds_since(self, at: datetime) -> datetime | None:
        """It always did."""
        del at
        return None

    def version(self, digest: str) -> Site | None:
        """The site as it is now, under its own digest."""
        site = self._present()
        return site if site.version == digest else None


class ShownAlerts(MemoryAlerts):
    """An alert register whose alerts can be listed by id."""

    @property
    def kept(self) -> dict[AlertId, Alert]:
        """Every alert."""
        return {alert.id: alert for alert in self.alerts(EVER)}


class ShownAgents(MemoryAgents):
    """An agent register whose open sign-ins can be seen."""

    @property
    def sessions(self) -> dict[str, datetime]:
        """When each digest's sign-in ends."""
        return {digest: expires_at for digest, (_, expires_at) in self._sign_ins.items()}


class FragileLedger(MemoryLedger):
    """An access ledger that can go away."""

    is_away = False

    def write(self, entry: AccessEntry) -> None:
        """Add an entry, unless the ledger is away."""
        if self.is_away:
            raise RetryLater("ledger is away")
        super().write(entry)

    @property
    def kept(self) -> list[AccessEntry]:
        """Every entry, oldest first."""
        return self.entries(None, 100_000)[::-1]


class MeasuredEvidence(MemoryEvidence):
    """An evidence store that remembers how much was asked of it at once."""

    longest_read = 0

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an item or a range of them."""
        data = super().read(key, start, length)
        self.longest_read = max(self.longest_read, len(data))
        return data


@dataclass
class ScriptedAnalyst:
    """The analysts' view over given facts; remembers what was asked and fits by state alone."""

    kept: list[CaseFact] = field(default_factory=list)
    asked: list[CaseFilter] = field(default_factory=list)

    def facts(self, wanted: CaseFilter, limit: int | None = 500) -> list[CaseFact]:
        """Facts of the states wanted."""
        self.asked.append(wanted)
        fitting = [fact for fact in self.kept if not wanted.states or fact.state in wanted.states]
        return fitting[:limit]

    def counts(self, wanted: CaseFilter, by: Grouping) -> list[tuple[str, int]]:
        """How many per value."""
        values: dict[Grouping, Callable[[CaseFact], str]] = {
            Grouping.PLACE: lambda fact: fact.place,
            Grouping.HOUR: lambda fact: f"{fact.at.hour:02d}",
            Grouping.OFFENCE: lambda fact: fact.offence,
            Grouping.OUTCOME: lambda fact: fact.state.value,
        }
        return sorted(Counter(values[by](fact) for fact in self.facts(wanted, None)).items())
