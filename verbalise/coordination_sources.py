"""Where the month's report is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbalise.coordination import CoordinationReport, Facts, coordination_report, span_of
from verbalise.exchanges import ExchangeFilter, ExchangeRegister
from verbalise.model import Access, AccessEntry
from verbalise.months import Month
from verbalise.ports import AccessLedger, AnalystView, CaseFilter
from verbalise.site.history import SiteHistory
from verbalise.steward.ports import GateRegister
from verbalise.uptime import UptimeRegister

CHANGES_READ = 500
"""Changes looked through per use, newest first: over a dozen a day for the month before last."""


@dataclass(frozen=True, slots=True)
class CoordinationSources:
    """The registers behind the report; cases come through the analysts' view, which holds no plate."""

    sites: SiteHistory
    uptime: UptimeRegister
    exchanges: ExchangeRegister
    analysts: AnalystView
    gates: GateRegister
    ledger: AccessLedger

    def report(self, month: Month, at: datetime) -> CoordinationReport:
        """The report of a month as it can be made at an instant. Raises RetryLater."""
        begins, until = span_of(month, self.sites, at)
        facts = Facts(
            hours=self.uptime.hours(begins, until),
            exchanges=self.exchanges.exchanges(ExchangeFilter(begins, until)),
            cases=self.analysts.facts(CaseFilter(since=begins, until=until), None),
            changes=self._changes(begins, until),
        )
        return coordination_report(month, self.sites, facts, at)

    def _changes(self, begins: datetime, until: datetime) -> list[AccessEntry]:
        """What the ledger says of the gate in a span."""
        # A use that changed in the span has not stood since before it, so the others need no look.
        changed = [state.subject for state in self.gates.states() if state.since >= begins]
        entries = (entry for subject in changed for entry in self.ledger.entries(subject, CHANGES_READ))
        return [entry for entry in entries if entry.access is Access.GATE_CHANGED and begins <= entry.at < until]
