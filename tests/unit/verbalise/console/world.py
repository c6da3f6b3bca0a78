"""What stands behind a console in a test, and a browser in front of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from starlette.types import Message

from ingest.memory_bus import MemoryBus
from storage.memory import MemoryCases
from storage.memory_exchanges import MemoryExchanges
from storage.memory_natinf import MemoryNatinf
from storage.memory_steward import MemoryGates, MemoryNotices, MemorySuppressions
from storage.memory_uptime import MemoryUptime
from tests.unit.verbalise.console import fakes, street
from verbalise.console.ports import ConsolePorts
from verbalise.model import Access, Agent, Case, EvidenceKind
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher

PICTURES = {
    EvidenceKind.CLIP: b"clip-bytes " * 3000,
    EvidenceKind.SCENE: b"scene-bytes",
    EvidenceKind.VEHICLE: b"vehicle-bytes",
    EvidenceKind.PLATE: b"plate-bytes",
}


@dataclass
class World:
    """Everything behind the console, in the test's hands."""

    password_hash: str
    now: datetime = street.FACTS + timedelta(minutes=2)
    cases: MemoryCases = field(default_factory=MemoryCases)
    alerts: fakes.ShownAlerts = field(default_factory=fakes.ShownAlerts)
    agents: fakes.ShownAgents = field(default_factory=fakes.ShownAgents)
    ledger: fakes.FragileLedger = field(default_factory=fakes.FragileLedger)
    evidence: fakes.MeasuredEvidence = field(default_factory=fakes.MeasuredEvidence)
    analyst: fakes.ScriptedAnalyst = field(default_factory=fakes.ScriptedAnalyst)
    exchanges: MemoryExchanges = field(default_factory=MemoryExchanges)
    uptime: MemoryUptime = field(default_factory=MemoryUptime)
    gates: MemoryGates = field(default_factory=MemoryGates)
    natinf: MemoryNatinf = field(default_factory=MemoryNatinf)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    suppressions: MemorySuppressions = field(default_factory=MemorySuppressions)
    bus: MemoryBus = field(default_factory=MemoryBus)
    site: Site = field(default_factory=street.site)
    hasher: TokenHasher | None = street.HASHER

    def ports(self) -> ConsolePorts:
        """The ports that the console is made with."""
        return ConsolePorts(
            cases=self.cases,
            alerts=self.alerts,
            agents=self.agents,
            ledger=self.ledger,
            analyst=self.analyst,
            evidence=self.evidence,
            exchanges=self.exchanges,
            uptime=self.uptime,
            gates=self.gates,
            natinf=self.natinf,
            notices=self.notices,
            suppressions=self.suppressions,
            producer=self.bus.producer(),
            sites=fakes.PresentSite(lambda: self.site),
            open_log=self.bus.log_reader,
            clock=lambda: self.now,
            hasher=self.hasher,
        )

    def add_case(self, number: int, pictures: dict[EvidenceKind, bytes] | None = None, **changes: object) -> Case:
        """Put a case in the queue with its items in the store."""
        shown = PICTURES if pictures is None else pictures
        case = street.case(number, shown, **changes)
        for item in case.evidence.items:
            self.evidence.put(item.key, shown[item.kind], item.content_type)
        self.cases.open_case(case)
        return case

    def logged(self) -> list[Access]:
        """What the ledger says was done, oldest first."""
        return [entry.access for entry in self.ledger.kept]


@dataclass
class Browser:
    """A browser: keeps cookies, reads tokens from the pages it was shown."""

    http: httpx.AsyncClient

    async def sign_in(self, agent: Agent, password: str = street.PASSWORD) -> httpx.Response:
        """Sign in as a known agent."""
        page = await self.http.get("/sign-in")
        data = {"csrf": hidden(page.text, "csrf"), "login": agent.login, "password": password}
        return await self.http.post("/sign-in", data=data)

    async def get(self, path: str) -> httpx.Response:
        """A page."""
        return await self.http.get(path, headers={"accept": "text/html"})

    async def act(self, case: str, act: str, **fields: object) -> httpx.Response:
        """Open the case's page and send one act from it."""
        page = await self.get(f"/review/{case}")
        return await self.send(f"/review/{case}/{act}", page.text, **fields)

    async def stream(self, path: str, parts: int) -> bytes:
        """The beginning of an answer without end: the connection is cut after so many pieces of its body."""
        transport = self.http._transport
        assert isinstance(transport, httpx.ASGITransport)
        connection = _Connection(parts)
        request = self.http.build_request("GET", path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": request.url.path,
            "raw_path": request.url.raw_path,
            "root_path": "",
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("192.0.2.7", 40_000),
            "server": ("console.test", 80),
        }
        await transport.app(scope, connection.receive, connection.send)
        return bytes(connection.body)

    async def send(self, path: str, page: str, **fields: object) -> httpx.Response:
        """Send a form that a page holds."""
        proof = {name: hidden(page, name) for name in ("csrf", "page", "version") if f'name="{name}"' in page}
        return await self.http.post(path, data=proof | fields)


class _Connection:
    """One request that is cut off while its answer goes on."""

    def __init__(self, parts: int) -> None:
        self.body = bytearray()
        self._left = parts
        self._asked = False
        self._cut = asyncio.Event()

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._cut.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            return
        self.body += message["body"]
        self._left -= 1
        if self._left <= 0:
            self._cut.set()
            await asyncio.sleep(0)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match, f"no field {name}"
    return match[1]
