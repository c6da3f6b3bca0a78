"""The exchange log of the convention, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, select

from ingest.model import CameraId
from storage.register.database import Database
from storage.register.schema import EXCHANGES
from verbalise.exchanges import Exchange, ExchangeFilter, ExchangeId, ExchangeKind
from verbalise.model import AgentId
from verbalise.site.agreements import Aim, Network, PartyId


class SqlExchanges:
    """The exchange log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, exchange: Exchange) -> bool:
        """Add an entry; see the port."""
        with self._database.write() as connection:
            return self._database.insert_if_absent(connection, EXCHANGES, asdict(exchange))

    def exchanges(self, wanted: ExchangeFilter, limit: int | None = None) -> list[Exchange]:
        """Entries that fit, newest first."""
        column = EXCHANGES.c
        query = select(EXCHANGES).where(column.at >= wanted.since, column.at < wanted.until)
        for field, values in ((column.kind, wanted.kinds), (column.party, wanted.parties)):
            query = query.where(field.in_(values)) if values else query
        newest_first = query.order_by(column.at.desc(), column.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_exchange(row) for row in connection.execute(newest_first).mappings()]


def _exchange(row: RowMapping) -> Exchange:
    fields: dict[str, Any] = dict(row)
    return Exchange(
        id=ExchangeId(fields["id"]),
        at=fields["at"],
        kind=ExchangeKind(fields["kind"]),
        party=PartyId(fields["party"]),
        author=AgentId(fields["author"]),
        camera=CameraId(fields["camera"]) if fields["camera"] else None,
        network=Network(fields["network"]) if fields["network"] else None,
        aim=Aim(fields["aim"]) if fields["aim"] else None,
        text=fields["text"],
    )
