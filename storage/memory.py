"""The same ports in memory: for tests of casework and console, and safe between threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from zoneinfo import ZoneInfo

from ingest.errors import Reject
from ingest.model import CameraId
from storage.chain import BEGINNING, ENTRY, Link, first_break, next_link
from storage.evidence.digest import check_range, described, same_item, undamaged
from storage.evidence.keys import checked_key, checked_prefix
from storage.facts import fact_of, moved, summary_of
from storage.memory_exchanges import MemoryExchanges
from storage.memory_natinf import MemoryNatinf
from storage.memory_sites import MemorySites
from storage.memory_steward import MemoryGates, MemoryNotices, MemorySuppressions
from storage.memory_uptime import MemoryUptime
from storage.model import LedgerBreak, LedgerHead, Register
from verbalise.model import AccessEntry, Agent, AgentId, Alert, AlertId, Case, CaseId, CaseState, Decision
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


class MemoryEvidence:
    """An evidence store that lasts as long as the process."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._items: dict[str, tuple[StoredItem, bytes]] = {}

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        """Store bytes under a key; see the port."""
        offered = described(checked_key(key), data, content_type)
        with self._lock:
            held, _ = self._items.setdefault(key, (offered, bytes(data)))
        return same_item(held, offered)

    def stat(self, key: str) -> StoredItem:
        """What is stored under a key; see the port."""
        return self._held(key)[0]

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an item or a range of them; see the port."""
        check_range(start, length)
        item, data = self._held(key)
        return undamaged(data, item)[start : None if length is None else start + length]

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins with `prefix`, sorted."""
        checked_prefix(prefix)
        with self._lock:
            return sorted(key for key in self._items if key.startswith(prefix))

    def _held(self, key: str) -> tuple[StoredItem, bytes]:
        with self._lock:
            if checked_key(key) not in self._items:
                raise EvidenceMissing(f"no evidence {key!r} in memory")
            return self._items[key]


class MemoryCases:
    """Cases and what was decided on them."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._cases: dict[CaseId, Case] = {}
        self._requests: set[str] = set()

    def open_case(self, case: Case) -> bool:
        """Put a case in the queue; see the port."""
        with self._lock:
            if case.id in self._cases:
                return False
            self._cases[case.id] = case
            self._requests.update(act.request_id for act in case.decisions)
            return True

    def case(self, case_id: CaseId) -> Case:
        """A case with all its acts; see the port."""
        with self._lock:
            if case_id not in self._cases:
                raise UnknownCase(f"no case {case_id!r}")
            return self._cases[case_id]

    def queue(self, states: Sequence[CaseState], limit: int = 200) -> list[CaseSummary]:
        """Cases in these states, oldest facts first."""
        lines = [summary_of(case) for case in self.every() if case.state in states]
        return sorted(lines, key=lambda line: (line.at, line.id))[:limit]

    def near(self, camera: CameraId, at: datetime, within: timedelta) -> list[CaseSummary]:
        """Cases of one camera around an instant; see the port."""
        lines = [summary_of(case) for case in self.every() if case.claim.camera == camera]
        return sorted((line for line in lines if abs(line.at - at) <= within), key=lambda line: (line.at, line.id))

    def record(self, decision: Decision, new_state: CaseState, holder: AgentId | None, seen_version: int) -> Case:
        """Add an act and move the case; see the port."""
        with self._lock:
            case = self.case(decision.case)
            if decision.request_id in self._requests:
                return case
            if case.version != seen_version:
                raise StaleCase(f"case {case.id!r} is at version {case.version}, not {seen_version}: read it again")
            self._requests.add(decision.request_id)
            self._cases[case.id] = moved(case, decision, new_state, holder)
            return self._cases[case.id]

    def every(self) -> list[Case]:
        """All the cases, in no order; for the analysts' view."""
        with self._lock:
            return list(self._cases.values())


class MemoryAlerts:
    """Alerts to patrols."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._alerts: dict[AlertId, Alert] = {}

    def raise_alert(self, alert: Alert) -> bool:
        """Store an alert; see the port."""
        with self._lock:
            return self._alerts.setdefault(alert.id, alert) is alert

    def take_alert(self, alert_id: AlertId, agent: AgentId, at: datetime) -> Alert:
        """Mark it as answered, unless it is already or is over. Raises Reject if there is none."""
        with self._lock:
            alert = self._known(alert_id)
            if alert.taken_by is None and alert.closed_at is None:
                alert = replace(alert, taken_by=agent, taken_at=at, version=alert.version + 1)
                self._alerts[alert_id] = alert
            return alert

    def close_alert(self, alert_id: AlertId, at: datetime) -> Alert:
        """Mark it as over, once. Raises Reject if there is none."""
        with self._lock:
            alert = self._known(alert_id)
            if alert.closed_at is None:
                alert = replace(alert, closed_at=at, version=alert.version + 1)
                self._alerts[alert_id] = alert
            return alert

    def alerts(self, since: datetime) -> list[Alert]:
        """Alerts raised since then, newest first."""
        with self._lock:
            wanted = [alert for alert in self._alerts.values() if alert.raised_at >= since]
        return sorted(wanted, key=lambda alert: (alert.raised_at, alert.id), reverse=True)

    def _known(self, alert_id: AlertId) -> Alert:
        if alert_id not in self._alerts:
            raise Reject(f"no alert {alert_id!r}")
        return self._alerts[alert_id]


class MemoryAgents:
    """People who may sign in, and the browsers that have."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._agents: dict[AgentId, tuple[Agent, str]] = {}
        self._sign_ins: dict[str, tuple[AgentId, datetime]] = {}

    def add_agent(self, agent: Agent, password_hash: str) -> None:
        """Add or replace a person. Raises Reject where the login is another person's."""
        with self._lock:
            other = self.agent_by_login(agent.login)
            if other is not None and other[0].id != agent.id:
                raise Reject(f"login of agent {agent.id!r} belongs to another agent: choose another login")
            self._agents[agent.id] = (agent, password_hash)

    def agent_by_login(self, login: str) -> tuple[Agent, str] | None:
        """The person and the password hash, None if unknown."""
        with self._lock:
            return next((held for held in self._agents.values() if held[0].login == login), None)

    def agent(self, agent_id: AgentId) -> Agent | None:
        """The person, None if unknown."""
        with self._lock:
            held = self._agents.get(agent_id)
        return held[0] if held else None

    def open_session(self, token_sha256: str, agent: AgentId, expires_at: datetime) -> None:
        """Remember a signed-in browser. Raises Reject if nobody has that id."""
        with self._lock:
            if agent not in self._agents:
                raise Reject(f"no agent {agent!r}: add the agent before opening a session")
            self._sign_ins.setdefault(token_sha256, (agent, expires_at))

    def session_agent(self, token_sha256: str, now: datetime) -> Agent | None:
        """Whose session this is; None if unknown or expired."""
        with self._lock:
            agent, expires_at = self._sign_ins.get(token_sha256, (None, now))
            return self.agent(agent) if agent is not None and now < expires_at else None

    def close_session(self, token_sha256: str) -> None:
        """Forget a signed-in browser."""
        with self._lock:
            self._sign_ins.pop(token_sha256, None)


class MemoryLedger:
    """The access ledger, chained as the real one is."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._links: list[Link] = []

    def write(self, entry: AccessEntry) -> None:
        """Add an entry; see the port."""
        with self._lock:
            self._links.append(next_link(self.head(), entry))

    def entries(self, subject: str | None = None, limit: int = 500) -> list[AccessEntry]:
        """The newest entries, newest first, of one subject or of all."""
        with self._lock:
            wanted = [link for link in reversed(self._links) if subject in (None, link.subject)]
        return [ENTRY.decode(link.entry.encode()) for link in wanted[:limit]]

    def head(self) -> LedgerHead:
        """The newest entry."""
        with self._lock:
            return LedgerHead(self._links[-1].number, self._links[-1].digest) if self._links else BEGINNING

    def verify(self, noted: LedgerHead | None = None) -> LedgerBreak | None:
        """The first entry that does not hold, None if all do."""
        with self._lock:
            return first_break(self._links, noted)


class MemoryAnalystView:
    """What analysts may know of the cases; no plate."""

    def __init__(self, cases: MemoryCases, zone: ZoneInfo) -> None:
        """Look at `cases`, with hours as the clocks of `zone` show them."""
        self._cases = cases
        self._zone = zone

    def facts(self, wanted: CaseFilter, limit: int | None = 500) -> list[CaseFact]:
        """Cases that fit, newest facts first."""
        fitting = [fact for fact in map(fact_of, self._cases.every()) if _fits(fact, wanted)]
        return sorted(fitting, key=lambda fact: (fact.at, fact.id), reverse=True)[:limit]

    def counts(self, wanted: CaseFilter, by: Grouping) -> list[tuple[str, int]]:
        """How many cases per value of `by`, sorted by value."""
        value_of: dict[Grouping, Callable[[CaseFact], str]] = {
            Grouping.PLACE: lambda fact: fact.place,
            Grouping.HOUR: lambda fact: f"{fact.at.astimezone(self._zone):%H}",
            Grouping.OFFENCE: lambda fact: fact.offence,
            Grouping.OUTCOME: lambda fact: fact.state.value,
        }
        return sorted(Counter(map(value_of[by], self.facts(wanted, None))).items())


def _fits(fact: CaseFact, wanted: CaseFilter) -> bool:
    return (
        (wanted.since is None or fact.at >= wanted.since)
        and (wanted.until is None or fact.at < wanted.until)
        and (not wanted.cameras or fact.camera in wanted.cameras)
        and (not wanted.offences or fact.offence in wanted.offences)
        and (not wanted.states or fact.state in wanted.states)
        and (not wanted.triggers or fact.trigger in wanted.triggers)
    )


def memory_register(time_zone: str = "Europe/Paris") -> Register:
    """An empty register that lasts as long as the process."""
    cases = MemoryCases()
    view = MemoryAnalystView(cases, ZoneInfo(time_zone))
    return Register(
        cases=cases,
        alerts=MemoryAlerts(),
        agents=MemoryAgents(),
        ledger=MemoryLedger(),
        analysts=view,
        exchanges=MemoryExchanges(),
        uptime=MemoryUptime(),
        natinf=MemoryNatinf(),
        sites=MemorySites(),
        gates=MemoryGates(),
        notices=MemoryNotices(),
        suppressions=MemorySuppressions(),
        close=lambda: None,
    )
