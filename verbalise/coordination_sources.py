"""Where the month's report is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbalise.coordination import CoordinationReport, Facts, coordination_report, span_of
from verbalise.exchanges import ExchangeFilter, ExchangeRegister
from verbalise.months import Month
from verbalise.ports import AnalystView, CaseFilter
from verbalise.site_history import SiteHistory
from verbalise.uptime import UptimeRegister


@dataclass(frozen=True, slots=True)
class CoordinationSources:
    """The registers behind the report; cases come through the analysts' view, which holds no plate."""

    sites: SiteHistory
    uptime: UptimeRegister
    exchanges: ExchangeRegister
    analysts: AnalystView

    def report(self, month: Month, at: datetime) -> CoordinationReport:
        """The report of a month as it can be made at an instant. Raises RetryLater."""
        begins, until = span_of(month, self.sites, at)
        facts = Facts(
            hours=self.uptime.hours(begins, until),
            exchanges=self.exchanges.exchanges(ExchangeFilter(begins, until)),
            cases=self.analysts.facts(CaseFilter(since=begins, until=until), None),
        )
        return coordination_report(month, self.sites, facts, at)
