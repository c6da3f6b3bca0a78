"""Everything that the console needs from the outside, handed in by whoever wires the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ingest.bus import LogReader, Producer
from verbalise.exchanges import ExchangeRegister
from verbalise.law.natinf import NatinfRegister
from verbalise.ports import AccessLedger, AgentRegister, AlertRegister, AnalystView, CaseRegister, EvidenceStore
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher
from verbalise.steward.ports import GateRegister, NoticeRegister, SuppressionRegister
from verbalise.uptime import UptimeRegister


@dataclass(frozen=True, slots=True)
class ConsolePorts:
    """The registers, the store, the bus and the clock behind the console.

    Attributes:
        open_log: Makes a reader of the bus, closed by whoever asked for it: to follow `alerts` of other processes, and
            `video` for live pictures.
        clock: The present instant, aware and in UTC.
        hasher: Matches typed plates with the site's permits; None where the city has set no key.
    """

    cases: CaseRegister
    alerts: AlertRegister
    agents: AgentRegister
    ledger: AccessLedger
    analyst: AnalystView
    evidence: EvidenceStore
    exchanges: ExchangeRegister
    uptime: UptimeRegister
    gates: GateRegister
    natinf: NatinfRegister
    notices: NoticeRegister
    suppressions: SuppressionRegister
    producer: Producer
    open_log: Callable[[], LogReader]
    sites: SiteHistory
    clock: Callable[[], datetime]
    hasher: TokenHasher | None = None

    @property
    def site(self) -> Site:
        """The site as it is described now."""
        return self.sites.as_of(self.clock())
