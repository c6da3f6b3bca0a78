"""What the steward keeps, in memory: the gate as last seen, notices, passages that a right covered."""

from __future__ import annotations

from datetime import datetime

from verbalise.model import PermitId, Suppression
from verbalise.steward.ports import GateState, Notice


class MemoryGates:
    """The gate as it was last seen."""

    def __init__(self) -> None:
        self._states: dict[str, GateState] = {}

    def states(self) -> list[GateState]:
        """Every use ever seen, by subject."""
        return [self._states[subject] for subject in sorted(self._states)]

    def store(self, state: GateState) -> None:
        """Keep the newest state of a use; see the port."""
        self._states[state.subject] = state


class MemoryNotices:
    """Notices given so far."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}

    def add(self, notice: Notice) -> bool:
        """Keep a notice; see the port."""
        is_new = notice.id not in self._notices
        self._notices.setdefault(notice.id, notice)
        return is_new

    def notices(self, at: datetime) -> list[Notice]:
        """Notices of what had not ended at an instant, the nearest end first."""
        coming = (notice for notice in self._notices.values() if notice.ends_at > at)
        return sorted(coming, key=lambda notice: (notice.ends_at, notice.id))


class MemorySuppressions:
    """Passages that a right covered."""

    def __init__(self) -> None:
        self._suppressions: dict[str, Suppression] = {}

    def add(self, suppression: Suppression) -> bool:
        """Keep a passage; see the port."""
        is_new = suppression.id not in self._suppressions
        self._suppressions.setdefault(suppression.id, suppression)
        return is_new

    def was_used(self, permit: PermitId, before: datetime) -> bool:
        """Whether a permit covered a passage before an instant."""
        return any(each.permit == permit and each.at < before for each in self._suppressions.values())

    def suppressions(self, since: datetime, until: datetime) -> list[Suppression]:
        """Passages of a span, newest first."""
        wanted = (each for each in self._suppressions.values() if since <= each.at < until)
        return sorted(wanted, key=lambda each: (each.at, each.id), reverse=True)
