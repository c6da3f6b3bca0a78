"""Alerts to patrols, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Update, select, update

from ingest.errors import Reject
from ingest.model import CameraId
from storage.register.database import Database
from storage.register.schema import ALERTS
from verbalise.model import AgentId, Alert, AlertId, AlertKind, Service


class SqlAlerts:
    """The register of alerts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def raise_alert(self, alert: Alert) -> bool:
        """Store an alert; see the port."""
        with self._database.write() as connection:
            return self._database.insert_if_absent(connection, ALERTS, _row(alert))

    def take_alert(self, alert_id: AlertId, agent: AgentId, at: datetime) -> Alert:
        """Mark it as answered, unless it is already or is over. Raises Reject if there is none."""
        free = ALERTS.c.taken_by.is_(None) & ALERTS.c.closed_at.is_(None)
        return self._change(alert_id, update(ALERTS).where(free).values(taken_by=agent, taken_at=at))

    def close_alert(self, alert_id: AlertId, at: datetime) -> Alert:
        """Mark it as over, once. Raises Reject if there is none."""
        return self._change(alert_id, update(ALERTS).where(ALERTS.c.closed_at.is_(None)).values(closed_at=at))

    def alerts(self, since: datetime) -> list[Alert]:
        """Alerts raised since then, newest first."""
        wanted = select(ALERTS).where(ALERTS.c.raised_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(ALERTS.c.raised_at.desc(), ALERTS.c.id.desc())).mappings()
            return [_alert(row) for row in rows]

    def _change(self, alert_id: AlertId, change: Update) -> Alert:
        with self._database.write() as connection:
            connection.execute(change.where(ALERTS.c.id == alert_id).values(version=ALERTS.c.version + 1))
            return _known(connection, alert_id)


def _known(connection: Connection, alert_id: AlertId) -> Alert:
    row = connection.execute(select(ALERTS).where(ALERTS.c.id == alert_id)).mappings().one_or_none()
    if row is None:
        raise Reject(f"no alert {alert_id!r}")
    return _alert(row)


def _row(alert: Alert) -> dict[str, Any]:
    row = asdict(alert)
    row["case_id"] = row.pop("case")
    row["addressed_to"] = row.pop("to")
    return row


def _alert(row: RowMapping) -> Alert:
    fields: dict[str, Any] = dict(row)
    fields["case"] = fields.pop("case_id")
    fields["to"] = Service(fields.pop("addressed_to"))
    fields["kind"] = AlertKind(fields["kind"])
    fields["camera"] = CameraId(fields["camera"])
    return Alert(**fields)
