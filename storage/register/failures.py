"""What a worker should do about a database's error. No text here holds a password or a row."""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.errors import ConstatError, Halt, Reject, RetryLater

_PASSING_SQLITE = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOMEM", "SQLITE_PROTOCOL"}
_REFUSED_SQLITE = {"SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG"}
_PASSING_STATES = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, transaction rollback, resources (disk full), not available, stopped, I/O."""
_REFUSED_STATES = ("22", "23", "P0")
"""Classes of SQLSTATE: the data, a constraint, a trigger that forbids the change."""
_STARTING = ("starting up", "shutting down", "recovery", "too many", "remaining connection slots")
"""What PostgreSQL says when a connection may succeed later; it gives no SQLSTATE then."""


def translated(error: SQLAlchemyError, where: str) -> ConstatError:
    """The error by what the worker should do.

    Args:
        where: The database's address without its password.
    """
    if isinstance(error, PoolTimeout):
        return RetryLater(f"register {where}: every connection is in use")
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original, where)
    if isinstance(original, psycopg.Error):
        return _of_postgresql(original, where)
    return Halt(f"register {where}: {type(original or error).__name__}; check the register's url")


def _of_sqlite(error: sqlite3.Error, where: str) -> ConstatError:
    name = getattr(error, "sqlite_errorname", None) or ""
    kind = "_".join(name.split("_")[:2])
    if kind in _PASSING_SQLITE:
        return RetryLater(f"register {where}: {error} ({name}); free space or let the other process finish")
    if kind in _REFUSED_SQLITE:
        return Reject(f"register {where} refuses the change: {error}")
    return Halt(f"register {where}: {error} ({name or type(error).__name__}); check path, rights and migrations")


def _of_postgresql(error: psycopg.Error, where: str) -> ConstatError:
    state = error.sqlstate or ""
    said = error.diag.message_primary or type(error).__name__
    if not state:
        return _of_connection(error, where)
    if state.startswith(_PASSING_STATES):
        return RetryLater(f"register {where}: {said} ({state})")
    if state.startswith(_REFUSED_STATES):
        return Reject(f"register {where} refuses the change: {said} ({state})")
    return Halt(f"register {where}: {said} ({state}); check credentials, rights and migrations")


def _of_connection(error: psycopg.Error, where: str) -> ConstatError:
    """FATAL is the server's own word, in every language: it was reached, and refused."""
    text = str(error)
    if isinstance(error, psycopg.DataError):
        return Reject(f"register {where} refuses the change: {type(error).__name__}")
    if "FATAL" in text and not any(passing in text for passing in _STARTING):
        return Halt(f"register {where} refuses the connection; check user, secret and database name")
    return RetryLater(f"register {where} does not answer")
