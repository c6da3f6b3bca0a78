"""The access ledger in SQL: added to, never changed. The database's own triggers hold to that too."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from storage.chain import BEGINNING, ENTRY, Link, first_break, next_link
from storage.model import LedgerBreak, LedgerHead
from storage.register.database import Database
from storage.register.schema import ACCESS_LEDGER
from verbalise.model import AccessEntry

ROWS_AT_ONCE = 1_000
"""Rows held in memory while the chain is verified."""


class SqlLedger:
    """The access ledger. Writers take turns, in all processes, so that the chain never forks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, entry: AccessEntry) -> None:
        """Add an entry; see the port."""
        with self._database.write() as connection:
            self._database.lock(connection, ACCESS_LEDGER)
            connection.execute(insert(ACCESS_LEDGER).values(**asdict(next_link(_head(connection), entry))))

    def entries(self, subject: str | None = None, limit: int = 500) -> list[AccessEntry]:
        """The newest entries, newest first, of one subject or of all."""
        wanted = select(ACCESS_LEDGER.c.entry).order_by(ACCESS_LEDGER.c.number.desc()).limit(limit)
        if subject is not None:
            wanted = wanted.where(ACCESS_LEDGER.c.subject == subject)
        with self._database.read() as connection:
            return [ENTRY.decode(text.encode()) for text in connection.execute(wanted).scalars()]

    def head(self) -> LedgerHead:
        """The newest entry; number 0 while there is none."""
        with self._database.read() as connection:
            return _head(connection)

    def verify(self, noted: LedgerHead | None = None) -> LedgerBreak | None:
        """The first entry that does not hold, None if all do."""
        with self._database.read() as connection, closing(_links(connection)) as links:
            return first_break(links, noted)


def _head(connection: Connection) -> LedgerHead:
    table = ACCESS_LEDGER.c
    newest = connection.execute(select(table.number, table.digest).order_by(table.number.desc()).limit(1)).one_or_none()
    return LedgerHead(newest.number, newest.digest) if newest else BEGINNING


def _links(connection: Connection) -> Generator[Link, None, None]:
    wanted = select(ACCESS_LEDGER).order_by(ACCESS_LEDGER.c.number).execution_options(yield_per=ROWS_AT_ONCE)
    with connection.execute(wanted) as result:
        for row in result.mappings():
            yield Link(**row)
