"""The site's history as the register holds it, looked at again every few seconds.

Promise: asking never waits for the register. While it is away, what is known goes on, and is said; a version that this
Constat cannot read stops whoever asks, so that nobody judges by a law that has been replaced.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from ingest.errors import ConstatError, Halt
from verbalise.site.history import SiteBook
from verbalise.site.model import Site
from verbalise.site.register import SiteRegister, editions_of

_log = structlog.get_logger("verbalise.sites")

REFRESH_S = 5.0
LEAD = timedelta(seconds=30)
"""How far ahead an import takes effect unless told otherwise: several looks of every worker, so that all of them know
the version before its first instant and judge alike (docs/decisions/0008-site-versions.md)."""

_away = Counter("constat_site_register_away_total", "Looks for a new site version that the register did not answer")


class WatchedSites:
    """A history over a register of versions; safe between threads. `watch` keeps it up to date until `close`."""

    def __init__(self, register: SiteRegister) -> None:
        """Load what the register holds.

        Raises:
            Halt: it holds no site, or one that cannot be read.
            RetryLater: it is away.
        """
        self._register = register
        self._stop = threading.Event()
        self._failure: Halt | None = None
        versions = register.versions()
        if not versions:
            raise Halt("the register holds no site: import one with `constat site import FILE`")
        self._seen = versions[-1].number
        self._book = SiteBook(editions_of(versions))

    def as_of(self, at: datetime) -> Site:
        """The version in force at an instant. Raises Halt where a newer one cannot be read."""
        return self._current().as_of(at)

    def version(self, digest: str) -> Site | None:
        """The version of that digest; see the protocol. Raises Halt as `as_of` does."""
        return self._current().version(digest)

    def holds_since(self, at: datetime) -> datetime | None:
        """From when the version in force at an instant holds; see the protocol. Raises Halt as `as_of` does."""
        return self._current().holds_since(at)

    def refresh(self) -> None:
        """Look once for versions after those that are known; call from one thread at a time.

        A register that refuses is as good as one that is away: what is known goes on, for a claim missed is lost.
        """
        try:
            versions = self._register.versions(self._seen)
        except ConstatError as error:
            _away.inc()
            _log.warning("site.register_away", known=self._seen, reason=str(error))
            return
        try:
            editions = editions_of(versions)
        except Halt as error:
            self._failure = error
            return
        if versions:
            self._book = SiteBook([*self._book.editions, *editions])
            self._seen = versions[-1].number
            _log.info("site.version", number=self._seen, digest=versions[-1].digest[:12])

    def watch(self, refresh_s: float = REFRESH_S) -> WatchedSites:
        """Refresh in a thread of its own from now on."""
        threading.Thread(target=self._watch, args=(refresh_s,), name="site-watch", daemon=True).start()
        return self

    def close(self) -> None:
        """Stop watching; what is known stays."""
        self._stop.set()

    def _current(self) -> SiteBook:
        if self._failure is not None:
            raise self._failure
        return self._book

    def _watch(self, refresh_s: float) -> None:
        while not self._stop.wait(refresh_s):
            self.refresh()
