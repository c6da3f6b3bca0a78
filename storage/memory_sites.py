"""Versions of the site in memory, for tests; safe between threads."""

from __future__ import annotations

from threading import RLock

from verbalise.site.register import Proposal, SiteVersion, next_version


class MemorySites:
    """A register of site versions that lasts as long as the process."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._versions: list[SiteVersion] = []

    def record(self, proposal: Proposal) -> SiteVersion | None:
        """Add a version; see the port."""
        with self._lock:
            version = next_version(self._versions[-1] if self._versions else None, proposal)
            if version is not None:
                self._versions.append(version)
            return version

    def versions(self, after: int = 0) -> list[SiteVersion]:
        """Versions with a number above `after`, in order."""
        with self._lock:
            return self._versions[after:]
