"""What an agent has really been shown, told from the ledger and not from the page."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from verbalise.model import Access, AgentId, Case, EvidenceItem, EvidenceKind
from verbalise.ports import AccessLedger

MAX_REMEMBERED = 20_000


def clip_of(case: Case) -> EvidenceItem | None:
    """The clip that a browser can play: the camera's own where it can, else the copy made for it."""
    return item_of(case, EvidenceKind.PLAYABLE_CLIP) or item_of(case, EvidenceKind.CLIP)


def item_of(case: Case, kind: EvidenceKind) -> EvidenceItem | None:
    """The first item of a kind, None if the dossier has none."""
    return next((item for item in case.evidence.items if item.kind is kind), None)


def pictures_were_shown(ledger: AccessLedger, case: Case, agent: AgentId, since: datetime) -> bool:
    """Whether the agent was sent the clip (or, where there is none, the scene) since then."""
    clip = clip_of(case)
    shown = clip or item_of(case, EvidenceKind.SCENE)
    if shown is None:
        return False
    access = Access.VIEW_CLIP if clip else Access.VIEW_STILL
    return _has(ledger, shown.key, access, agent, since)


def reading_was_revealed(ledger: AccessLedger, case: Case, agent: AgentId, since: datetime) -> bool:
    """Whether the machine's plate reading was sent to the agent since then."""
    return _has(ledger, case.id, Access.VIEW_PLATE, agent, since)


def _has(ledger: AccessLedger, subject: str, access: Access, agent: AgentId, since: datetime) -> bool:
    entries = ledger.entries(subject)
    return any(entry.access is access and entry.agent == agent and entry.at >= since for entry in entries)


class OpenedClips:
    """Clips whose viewing is already on the ledger, so that a thousand ranges are one entry.

    A viewing is one load of the page. What is forgotten is only logged again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._opened: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def is_open(self, session: str, key: str, viewing: str) -> bool:
        """Whether this viewing of the item is on the ledger."""
        with self._lock:
            return (session, key, viewing) in self._opened

    def opened(self, session: str, key: str, viewing: str) -> None:
        """Remember a viewing; call once it is on the ledger."""
        with self._lock:
            self._opened[session, key, viewing] = None
            while len(self._opened) > MAX_REMEMBERED:
                self._opened.popitem(last=False)
