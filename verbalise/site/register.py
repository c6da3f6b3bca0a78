"""The register's versions of the site: what was described, and from when each description holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from ingest.errors import Reject
from verbalise.site.file import read_document
from verbalise.site.history import ALWAYS, Edition


@dataclass(frozen=True, slots=True)
class SiteVersion:
    """One recorded description of the site.

    Attributes:
        number: Counts the versions from 1.
        digest: SHA-256 of the document; claims carry it.
        document: The canonical document, plates and badges hashed.
        file_root: Folder from which relative `file:` sources start.
        effective_from: From when it holds, until the next one does; None for the first, which always did.
        recorded_by: Who imported it.
    """

    number: int
    digest: str
    document: str
    file_root: str
    effective_from: datetime | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A description to be recorded; see `SiteVersion`. The first one holds always, whatever it proposes."""

    document: str
    file_root: str
    effective_from: datetime
    recorded_at: datetime
    recorded_by: str


class SiteRegister(Protocol):
    """Versions of the site. They are only ever added."""

    def record(self, proposal: Proposal) -> SiteVersion | None:
        """Add a version as `next_version` makes it. None where the latest one says the same.

        Raises:
            Reject: it would take effect in the past, or not after the latest version.
            RetryLater: the register is away.
        """
        ...

    def versions(self, after: int = 0) -> list[SiteVersion]:
        """Versions with a number above `after`, in order. Raises RetryLater."""
        ...


def next_version(latest: SiteVersion | None, proposal: Proposal) -> SiteVersion | None:
    """The version that a proposal becomes after the latest one; None where that says the same.

    What has been judged stays judged with the description of its time, so nothing may take effect in the past.

    Raises:
        Reject: it would take effect in the past, or not after the latest version.
    """
    digest = sha256(proposal.document.encode()).hexdigest()
    if latest is None:
        return _version(1, digest, proposal, None)
    if (latest.digest, latest.file_root) == (digest, proposal.file_root):
        return None
    starts = proposal.effective_from
    if starts < proposal.recorded_at:
        raise Reject(f"the site cannot change from {starts.isoformat()}: that is past, and facts were judged since")
    if latest.effective_from is not None and starts <= latest.effective_from:
        raise Reject(
            f"the site cannot change from {starts.isoformat()}: version {latest.number} holds from "
            f"{latest.effective_from.isoformat()}, and a later version takes effect after it"
        )
    return _version(latest.number + 1, digest, proposal, starts)


def editions_of(versions: Iterable[SiteVersion]) -> Sequence[Edition]:
    """The sites that versions describe. Raises Halt where this Constat cannot read one."""
    return [
        Edition(
            version.effective_from or ALWAYS,
            read_document(version.document, Path(version.file_root), f"site version {version.number}"),
        )
        for version in versions
    ]


def _version(number: int, digest: str, proposal: Proposal, starts: datetime | None) -> SiteVersion:
    return SiteVersion(
        number=number,
        digest=digest,
        document=proposal.document,
        file_root=proposal.file_root,
        effective_from=starts,
        recorded_at=proposal.recorded_at,
        recorded_by=proposal.recorded_by,
    )
