"""What the register hands out, and what storage says beyond the ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import Reject
from verbalise.exchanges import ExchangeRegister
from verbalise.law.natinf import NatinfRegister
from verbalise.ports import AccessLedger, AgentRegister, AlertRegister, AnalystView, CaseRegister
from verbalise.site.register import SiteRegister
from verbalise.steward.ports import GateRegister, NoticeRegister, SuppressionRegister
from verbalise.uptime import UptimeRegister

SecretOf = Callable[[str], str | None]
"""From the name of a secret to "user:password"; None where it is not known."""


class EvidenceDamaged(Reject):
    """The bytes under a key are not those that were put there: show them to nobody as evidence."""


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The newest entry of the ledger: how many there are, and the digest that covers them all.

    Noted elsewhere from time to time, it also proves that no entry was cut off the end.
    """

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class LedgerBreak:
    """The first entry of the ledger that does not hold.

    Attributes:
        number: Its place, counted from 1.
        reason: What does not hold, in one line without the entry's content.
    """

    number: int
    reason: str


class ChainedLedger(AccessLedger, Protocol):
    """An access ledger in which every entry covers all the entries before it."""

    def head(self) -> LedgerHead:
        """The newest entry; number 0 while there is none. Raises RetryLater."""
        ...

    def verify(self, noted: LedgerHead | None = None) -> LedgerBreak | None:
        """The first entry that does not hold, None if all do.

        Args:
            noted: A head kept from earlier: the entry it names must still be there, unchanged.

        Raises:
            RetryLater: the register is away.
        """
        ...


@dataclass(frozen=True, slots=True)
class Register:
    """Every part of the register, over one database.

    Attributes:
        close: Lets go of the connections; nothing may be called after it.
    """

    cases: CaseRegister
    alerts: AlertRegister
    agents: AgentRegister
    ledger: ChainedLedger
    analysts: AnalystView
    exchanges: ExchangeRegister
    uptime: UptimeRegister
    natinf: NatinfRegister
    sites: SiteRegister
    gates: GateRegister
    notices: NoticeRegister
    suppressions: SuppressionRegister
    close: Callable[[], None]
