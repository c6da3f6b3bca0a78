"""Cases and what was decided on them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, insert, select, update

from detect.model import PlateReading
from ingest.model import CameraId
from ingest.wire import JsonCodec
from storage.facts import fact_of, moved
from storage.register.database import Database
from storage.register.schema import CASE_DOSSIERS, CASES, DECISIONS
from verbalise.model import AgentId, Case, CaseId, CaseState, Decision, Evidence, OffenceId, Trigger
from verbalise.ports import CaseSummary, StaleCase, UnknownCase
from verbalise.wire import CLAIM

EVIDENCE: JsonCodec[Evidence] = JsonCodec(Evidence, "evidence")
PLATE: JsonCodec[PlateReading] = JsonCodec(PlateReading, "plate-reading")
DECISION: JsonCodec[Decision] = JsonCodec(Decision, "decision")


class SqlCases:
    """The register of cases. Hours are those that the clocks of `zone` showed at the facts."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    def open_case(self, case: Case) -> bool:
        """Put a case in the queue; see the port."""
        with self._database.write() as connection:
            row = {"id": case.id, **self._fixed(case), **_moving(case)}
            if not self._database.insert_if_absent(connection, CASES, row):
                return False
            connection.execute(insert(CASE_DOSSIERS).values(**_dossier(case)))
            for place, decision in enumerate(case.decisions, start=1):
                _add(connection, decision, place)
            return True

    def case(self, case_id: CaseId) -> Case:
        """A case with all its acts; see the port."""
        with self._database.read() as connection:
            return _load(connection, case_id)

    def queue(self, states: Sequence[CaseState], limit: int = 200) -> list[CaseSummary]:
        """Cases in these states, oldest facts first."""
        wanted = select(CASES).where(CASES.c.state.in_(states)).order_by(CASES.c.facts_at, CASES.c.id).limit(limit)
        with self._database.read() as connection:
            return [_summary(row) for row in connection.execute(wanted).mappings()]

    def near(self, camera: CameraId, at: datetime, within: timedelta) -> list[CaseSummary]:
        """Cases of one camera around an instant; see the port."""
        around = CASES.c.facts_at.between(at - within, at + within)
        wanted = select(CASES).where(around, CASES.c.camera == camera).order_by(CASES.c.facts_at, CASES.c.id)
        with self._database.read() as connection:
            return [_summary(row) for row in connection.execute(wanted).mappings()]

    def record(self, decision: Decision, new_state: CaseState, holder: AgentId | None, seen_version: int) -> Case:
        """Add an act and move the case; see the port."""
        with self._database.write() as connection:
            case = _load(connection, decision.case, to_change=True)
            if _is_recorded(connection, decision.request_id):
                return case
            if case.version != seen_version:
                raise StaleCase(f"case {case.id!r} is at version {case.version}, not {seen_version}: read it again")
            case = moved(case, decision, new_state, holder)
            _add(connection, decision, len(case.decisions))
            connection.execute(update(CASES).where(CASES.c.id == case.id).values(**_moving(case)))
            return case

    def _fixed(self, case: Case) -> dict[str, Any]:
        """Columns that no act changes."""
        fact = fact_of(case)
        local = fact.at.astimezone(self._zone)
        return {
            "camera": fact.camera,
            "place": fact.place,
            "offence": fact.offence,
            "triggered_by": fact.trigger.value,
            "vehicle": fact.vehicle,
            "facts_at": fact.at,
            "local_day": local.date().isoformat(),
            "local_hour": local.hour,
            "opened_at": fact.opened_at,
            "plate_status": fact.plate_status,
        }


def _moving(case: Case) -> dict[str, Any]:
    """Columns that every act sets."""
    fact = fact_of(case)
    return {
        "version": case.version,
        "state": fact.state.value,
        "holder": case.holder,
        "decided_at": fact.decided_at,
        "rejection": fact.rejection,
    }


def _dossier(case: Case) -> dict[str, str]:
    return {
        "case_id": case.id,
        "claim": CLAIM.encode(case.claim).decode(),
        "evidence": EVIDENCE.encode(case.evidence).decode(),
        "plate": PLATE.encode(case.plate).decode(),
    }


def _add(connection: Connection, decision: Decision, place: int) -> None:
    row = {
        "request_id": decision.request_id,
        "case_id": decision.case,
        "place_in_case": place,
        "decision": DECISION.encode(decision).decode(),
    }
    connection.execute(insert(DECISIONS).values(**row))


def _is_recorded(connection: Connection, request_id: str) -> bool:
    found = select(DECISIONS.c.request_id).where(DECISIONS.c.request_id == request_id)
    return connection.execute(found).first() is not None


def _load(connection: Connection, case_id: CaseId, *, to_change: bool = False) -> Case:
    """A case; `to_change` keeps other transactions from changing it until this one ends."""
    wanted = select(CASES, CASE_DOSSIERS).join(CASE_DOSSIERS).where(CASES.c.id == case_id)
    if to_change:
        wanted = wanted.with_for_update(of=CASES)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise UnknownCase(f"no case {case_id!r}")
    acts = select(DECISIONS.c.decision).where(DECISIONS.c.case_id == case_id).order_by(DECISIONS.c.place_in_case)
    return Case(
        id=case_id,
        claim=CLAIM.decode(row["claim"].encode()),
        evidence=EVIDENCE.decode(row["evidence"].encode()),
        plate=PLATE.decode(row["plate"].encode()),
        opened_at=row["opened_at"],
        state=CaseState(row["state"]),
        holder=row["holder"],
        decisions=tuple(DECISION.decode(act.encode()) for act in connection.execute(acts).scalars()),
        version=row["version"],
    )


def _summary(row: RowMapping) -> CaseSummary:
    return CaseSummary(
        id=CaseId(row["id"]),
        state=CaseState(row["state"]),
        offence=OffenceId(row["offence"]),
        trigger=Trigger(row["triggered_by"]),
        camera=CameraId(row["camera"]),
        place=row["place"],
        at=row["facts_at"],
        opened_at=row["opened_at"],
        holder=row["holder"],
    )
