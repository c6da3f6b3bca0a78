"""What the steward keeps, in SQL: the gate as last seen, notices, passages that a right covered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from ingest.model import CameraId
from storage.register.database import Database
from storage.register.schema import GATE_STATES, NOTICES, SUPPRESSIONS
from verbalise.gate import Permission
from verbalise.model import OffenceId, PermitId, Suppression, ZoneId
from verbalise.steward.ports import GateState, Lead, Notice


class SqlGates:
    """The gate as it was last seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> list[GateState]:
        """Every use ever seen, by subject."""
        with self._database.read() as connection:
            found = [_state(row) for row in connection.execute(select(GATE_STATES)).mappings()]
        # Sorted here, as databases differ in how they order text.
        return sorted(found, key=lambda state: state.subject)

    def store(self, state: GateState) -> None:
        """Keep the newest state of a use; see the port."""
        permission = state.permission
        row = {
            "subject": state.subject,
            "allowed": permission.allowed,
            "code": permission.code,
            "text": permission.text_fr,
            "until": permission.until,
            "since": state.since,
        }
        with self._database.write() as connection:
            self._database.insert_or_replace(connection, GATE_STATES, row)


class SqlNotices:
    """Notices given so far."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, notice: Notice) -> bool:
        """Keep a notice; see the port."""
        with self._database.write() as connection:
            return self._database.insert_if_absent(connection, NOTICES, asdict(notice))

    def notices(self, at: datetime) -> list[Notice]:
        """Notices of what had not ended at an instant, the nearest end first."""
        with self._database.read() as connection:
            rows = connection.execute(select(NOTICES).where(NOTICES.c.ends_at > at)).mappings()
            found = [_notice(row) for row in rows]
        return sorted(found, key=lambda notice: (notice.ends_at, notice.id))


class SqlSuppressions:
    """Passages that a right covered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, suppression: Suppression) -> bool:
        """Keep a passage; see the port."""
        with self._database.write() as connection:
            return self._database.insert_if_absent(connection, SUPPRESSIONS, asdict(suppression))

    def was_used(self, permit: PermitId, before: datetime) -> bool:
        """Whether a permit covered a passage before an instant."""
        column = SUPPRESSIONS.c
        wanted = select(column.id).where(column.permit == permit, column.at < before).limit(1)
        with self._database.read() as connection:
            return connection.execute(wanted).first() is not None

    def suppressions(self, since: datetime, until: datetime) -> list[Suppression]:
        """Passages of a span, newest first."""
        column = SUPPRESSIONS.c
        wanted = select(SUPPRESSIONS).where(column.at >= since, column.at < until)
        with self._database.read() as connection:
            found = [_suppression(row) for row in connection.execute(wanted).mappings()]
        return sorted(found, key=lambda each: (each.at, each.id), reverse=True)


def _state(row: RowMapping) -> GateState:
    permission = Permission(row["allowed"], row["code"], row["text"], row["until"])
    return GateState(row["subject"], permission, row["since"])


def _notice(row: RowMapping) -> Notice:
    fields: dict[str, Any] = dict(row)
    return Notice(**(fields | {"lead": Lead(fields["lead"])}))


def _suppression(row: RowMapping) -> Suppression:
    fields: dict[str, Any] = dict(row)
    typed = {
        "camera": CameraId(fields["camera"]),
        "offence": OffenceId(fields["offence"]),
        "zone": ZoneId(fields["zone"]),
        "permit": None if fields["permit"] is None else PermitId(fields["permit"]),
    }
    return Suppression(**(fields | typed))
