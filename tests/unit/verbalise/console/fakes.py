"""The console's ports, in memory and as small as the promises that they must keep."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingest.errors import RetryLater
from verbalise.model import (
    AccessEntry,
    Agent,
    AgentId,
    Alert,
    AlertId,
    Case,
    CaseId,
    CaseState,
    Decision,
)
from verbalise.ports import (
    CaseFact,
    CaseFilter,
    CaseSummary,
    EvidenceMissing,
    Grouping,
    StaleCase,
    StoredItem,
    UnknownCase,
)


@dataclass
class FakeCases:
    """A case register."""

    kept: dict[CaseId, Case] = field(default_factory=dict)

    def open_case(self, case: Case) -> bool:
        if case.id in self.kept:
            return False
        self.kept[case.id] = case
        return True

    def case(self, case_id: CaseId) -> Case:
        if case_id not in self.kept:
            raise UnknownCase(case_id)
        return self.kept[case_id]

    def queue(self, states: Sequence[CaseState], limit: int = 200) -> list[CaseSummary]:
        waiting = sorted((c for c in self.kept.values() if c.state in states), key=lambda c: c.claim.at)
        return [
            CaseSummary(
                c.id,
                c.state,
                c.claim.offence,
                c.claim.trigger,
                c.claim.camera,
                c.claim.place,
                c.claim.at,
                c.opened_at,
                c.holder,
            )
            for c in waiting[:limit]
        ]

    def record(self, decision: Decision, new_state: CaseState, holder: AgentId | None, seen_version: int) -> Case:
        case = self.case(decision.case)
        if any(past.request_id == decision.request_id for past in case.decisions):
            return case
        if case.version != seen_version:
            raise StaleCase(case.id)
        moved = replace(
            case,
            state=new_state,
            holder=holder,
            decisions=(*case.decisions, decision),
            version=case.version + 1,
        )
        self.kept[case.id] = moved
        return moved


@dataclass
class FakeAlerts:
    """An alert register."""

    kept: dict[AlertId, Alert] = field(default_factory=dict)

    def raise_alert(self, alert: Alert) -> bool:
        return self.kept.setdefault(alert.id, alert) is alert

    def take_alert(self, alert_id: AlertId, agent: AgentId, at: datetime) -> Alert:
        alert = self.kept[alert_id]
        if alert.taken_by is None:
            alert = self.kept[alert_id] = replace(alert, taken_by=agent, taken_at=at, version=alert.version + 1)
        return alert

    def close_alert(self, alert_id: AlertId, at: datetime) -> Alert:
        alert = self.kept[alert_id]
        closed = self.kept[alert_id] = replace(alert, closed_at=at, version=alert.version + 1)
        return closed

    def alerts(self, since: datetime) -> list[Alert]:
        recent = [alert for alert in self.kept.values() if alert.raised_at >= since]
        return sorted(recent, key=lambda alert: alert.raised_at, reverse=True)


@dataclass
class FakeAgents:
    """People and their sign-ins."""

    people: dict[AgentId, tuple[Agent, str]] = field(default_factory=dict)
    sessions: dict[str, tuple[AgentId, datetime]] = field(default_factory=dict)

    def add_agent(self, agent: Agent, password_hash: str) -> None:
        self.people[agent.id] = (agent, password_hash)

    def agent_by_login(self, login: str) -> tuple[Agent, str] | None:
        return next((known for known in self.people.values() if known[0].login == login), None)

    def agent(self, agent_id: AgentId) -> Agent | None:
        known = self.people.get(agent_id)
        return known[0] if known else None

    def open_session(self, token_sha256: str, agent: AgentId, expires_at: datetime) -> None:
        self.sessions[token_sha256] = (agent, expires_at)

    def session_agent(self, token_sha256: str, now: datetime) -> Agent | None:
        agent, expires_at = self.sessions.get(token_sha256, (None, now))
        return self.agent(agent) if agent is not None and now < expires_at else None

    def close_session(self, token_sha256: str) -> None:
        self.sessions.pop(token_sha256, None)


@dataclass
class FakeLedger:
    """An access ledger that can go away."""

    kept: list[AccessEntry] = field(default_factory=list)
    is_away: bool = False

    def write(self, entry: AccessEntry) -> None:
        if self.is_away:
            raise RetryLater("ledger is away")
        self.kept.append(entry)

    def entries(self, subject: str | None = None, limit: int = 500) -> list[AccessEntry]:
        fitting = [entry for entry in reversed(self.kept) if subject is None or entry.subject == subject]
        return fitting[:limit]


@dataclass
class FakeEvidence:
    """An evidence store that remembers how much was asked of it at once."""

    kept: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    longest_read: int = 0

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        self.kept[key] = (data, content_type)
        return self.stat(key)

    def stat(self, key: str) -> StoredItem:
        if key not in self.kept:
            raise EvidenceMissing(key)
        data, content_type = self.kept[key]
        return StoredItem(key, hashlib.sha256(data).hexdigest(), len(data), content_type)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        if key not in self.kept:
            raise EvidenceMissing(key)
        data = self.kept[key][0][start : None if length is None else start + length]
        self.longest_read = max(self.longest_read, len(data))
        return data

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.kept if key.startswith(prefix))


@dataclass
class FakeAnalyst:
    """The analysts' view over a list of facts."""

    kept: list[CaseFact] = field(default_factory=list)
    asked: list[CaseFilter] = field(default_factory=list)

    def facts(self, wanted: CaseFilter, limit: int | None = 500) -> list[CaseFact]:
        self.asked.append(wanted)
        fitting = [fact for fact in self.kept if not wanted.states or fact.state in wanted.states]
        return fitting[:limit]

    def counts(self, wanted: CaseFilter, by: Grouping) -> list[tuple[str, int]]:
        values: dict[Grouping, Callable[[CaseFact], str]] = {
            Grouping.PLACE: lambda fact: fact.place,
            Grouping.HOUR: lambda fact: f"{fact.at.hour:02d}",
            Grouping.OFFENCE: lambda fact: fact.offence,
            Grouping.OUTCOME: lambda fact: fact.state.value,
        }
        return sorted(Counter(values[by](fact) for fact in self.facts(wanted, None)).items())
