"""One database, and how it is read and changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from ingest.errors import Halt
from storage.register.failures import translated


class Database:
    """A pool of connections to SQLite or PostgreSQL, safe between threads and processes.

    SQLite: write-ahead log, foreign keys, and a change takes the write lock from its start, so
    that two processes wait for one another instead of failing half-way. The file is 0600.
    """

    def __init__(self, url: str | URL, busy_timeout_s: float = 5.0) -> None:
        """Nothing is connected yet.

        Raises:
            Halt: the URL cannot be used.
        """
        try:
            address = make_url(url)
        except ArgumentError as error:
            raise Halt(
                "register url: cannot be read; write sqlite:///PATH or postgresql://USER@HOST/DATABASE"
            ) from error
        self.where = address.render_as_string(hide_password=True)
        self._engine = _engine(address, busy_timeout_s)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing. Raises RetryLater or Halt."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that stores all of its changes or none. Raises RetryLater, Halt or Reject."""
        with (
            self._translated(),
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    def lock(self, connection: Connection, table: Table) -> None:
        """Let no other transaction write to the table; SQLite lets none write at all already."""
        if not self.is_sqlite:
            connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def insert_if_absent(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless its primary key is taken. False if it is."""
        keys = list(table.primary_key)
        statement = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        done = connection.execute(statement.values(**row).on_conflict_do_nothing(index_elements=keys).returning(*keys))
        return done.first() is not None

    def insert_or_replace(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
        """Insert a row, in place of the one that has its primary key."""
        statement = (sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)).values(**row)
        connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(row)))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise translated(error, self.where) from error


def _engine(address: URL, busy_timeout_s: float) -> Engine:
    """An engine whose errors do not show the values, among which plates could be."""
    if address.get_backend_name() == "sqlite":
        _make_private(address)
        engine = create_engine(address, hide_parameters=True, connect_args={"timeout": busy_timeout_s})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=busy_timeout_s,
        connect_args={"connect_timeout": max(2, round(busy_timeout_s))},
    )


def _make_private(address: URL) -> None:
    """The database's file, made before SQLite would make it readable to others."""
    path = Path(address.database or "")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Halt(f"register file {path}: {error.strerror}; give this user a path it can write") from error


def _set_up_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """`isolation_level = None` leaves BEGIN to `_begin_sqlite`; the driver's own comes too late."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
