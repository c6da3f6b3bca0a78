"""The exchange log of the convention, in memory."""

from __future__ import annotations

from threading import RLock

from verbalise.exchanges import Exchange, ExchangeFilter, ExchangeId


class MemoryExchanges:
    """The exchange log, for as long as the process lasts."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: dict[ExchangeId, Exchange] = {}

    def add(self, exchange: Exchange) -> bool:
        """Add an entry; see the port."""
        with self._lock:
            if exchange.id in self._entries:
                return False
            self._entries[exchange.id] = exchange
            return True

    def exchanges(self, wanted: ExchangeFilter, limit: int | None = None) -> list[Exchange]:
        """Entries that fit, newest first."""
        with self._lock:
            fitting = [entry for entry in self._entries.values() if wanted.fits(entry)]
        return sorted(fitting, key=lambda entry: (entry.at, entry.id), reverse=True)[:limit]
