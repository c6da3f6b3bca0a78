"""What analysts may know of the cases. Reads the view `analyst_cases` and nothing else: no plate is in its reach."""

from __future__ import annotations

from sqlalchemy import ColumnElement, RowMapping, func, select

from ingest.model import CameraId
from storage.register.database import Database
from storage.register.schema import ANALYST_CASES
from verbalise.model import CaseId, CaseState, OffenceId, Trigger
from verbalise.ports import CaseFact, CaseFilter, Grouping

_VIEW = ANALYST_CASES.c
_COLUMNS = {
    Grouping.PLACE: _VIEW.place,
    Grouping.HOUR: _VIEW.local_hour,
    Grouping.OFFENCE: _VIEW.offence,
    Grouping.OUTCOME: _VIEW.state,
}


class SqlAnalystView:
    """The analysts' view."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, wanted: CaseFilter, limit: int | None = 500) -> list[CaseFact]:
        """Cases that fit, newest facts first."""
        query = select(ANALYST_CASES).where(*_conditions(wanted))
        newest_first = query.order_by(_VIEW.facts_at.desc(), _VIEW.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_fact(row) for row in connection.execute(newest_first).mappings()]

    def counts(self, wanted: CaseFilter, by: Grouping) -> list[tuple[str, int]]:
        """How many cases per value of `by`, sorted by value; sorted here, as databases differ in how."""
        column = _COLUMNS[by]
        query = select(column, func.count()).where(*_conditions(wanted)).group_by(column)
        with self._database.read() as connection:
            return sorted((_label(value), count) for value, count in connection.execute(query))


def _label(value: str | int) -> str:
    return f"{value:02d}" if isinstance(value, int) else value


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(_VIEW.facts_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_VIEW.facts_at < wanted.until)
    among = (
        (_VIEW.camera, wanted.cameras),
        (_VIEW.offence, wanted.offences),
        (_VIEW.state, wanted.states),
        (_VIEW.triggered_by, wanted.triggers),
    )
    return conditions + [column.in_(values) for column, values in among if values]


def _fact(row: RowMapping) -> CaseFact:
    return CaseFact(
        id=CaseId(row["id"]),
        camera=CameraId(row["camera"]),
        place=row["place"],
        offence=OffenceId(row["offence"]),
        trigger=Trigger(row["triggered_by"]),
        vehicle=row["vehicle"],
        at=row["facts_at"],
        opened_at=row["opened_at"],
        decided_at=row["decided_at"],
        state=CaseState(row["state"]),
        rejection=row["rejection"],
        plate_status=row["plate_status"],
    )
