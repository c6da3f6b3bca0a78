"""Which description of the site held when: versions are only ever added, each from an instant of its own on.

What happened is judged with the version that was in force at the instant of the facts, so that a by-law changed
today changes nothing of yesterday.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from verbalise.site.model import Site

ALWAYS = datetime.min.replace(tzinfo=UTC)
"""From when the first version holds: nothing was described before it."""


class SiteHistory(Protocol):
    """Answers which site held when. `SiteBook` answers from memory, `WatchedSites` from the register."""

    def as_of(self, at: datetime) -> Site:
        """The version in force at an instant."""
        ...

    def version(self, digest: str) -> Site | None:
        """The version of that digest, None if it is not known: a claim names the one that it was judged with."""
        ...

    def holds_since(self, at: datetime) -> datetime | None:
        """From when the version in force at an instant holds; None for the first one, which always did."""
        ...


@dataclass(frozen=True, slots=True)
class Edition:
    """One version and the instant from which it holds, until the next one does."""

    effective_from: datetime
    site: Site


class SiteBook:
    """A history that does not change."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        """At least one edition, in any order.

        Raises:
            ValueError: there is none, or two hold from the same instant.
        """
        self._editions = sorted(editions, key=lambda edition: edition.effective_from)
        instants = {edition.effective_from for edition in self._editions}
        if not self._editions or len(instants) < len(self._editions):
            raise ValueError("a site history needs at least one version, each from an instant of its own")

    @classmethod
    def of(cls, site: Site) -> SiteBook:
        """A site that never changed."""
        return cls([Edition(ALWAYS, site)])

    @property
    def editions(self) -> Sequence[Edition]:
        """Every version, oldest first."""
        return tuple(self._editions)

    def as_of(self, at: datetime) -> Site:
        """The version in force at an instant; the first one before it was."""
        return self._edition(at).site

    def holds_since(self, at: datetime) -> datetime | None:
        """From when the version in force at an instant holds; see the protocol."""
        edition = self._edition(at)
        return None if edition is self._editions[0] else edition.effective_from

    def version(self, digest: str) -> Site | None:
        """The version of that digest; see the protocol."""
        return next((edition.site for edition in self._editions if edition.site.version == digest), None)

    def _edition(self, at: datetime) -> Edition:
        held = [edition for edition in self._editions if edition.effective_from <= at]
        return held[-1] if held else self._editions[0]
