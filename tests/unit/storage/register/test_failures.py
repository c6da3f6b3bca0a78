"""Every error of a database becomes what a worker should do, without password, plate or row."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.errors import Halt, Reject, RetryLater
from storage.register.failures import translated

WHERE = "postgresql+psycopg://constat:***@db.example/constat"


def sqlite_error(kind: type[sqlite3.Error], text: str, name: str) -> sqlite3.Error:
    error = kind(text)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("original", "outcome"),
    [
        (sqlite_error(sqlite3.OperationalError, "database is locked", "SQLITE_BUSY"), RetryLater),
        (sqlite_error(sqlite3.OperationalError, "database is locked", "SQLITE_BUSY_SNAPSHOT"), RetryLater),
        (sqlite_error(sqlite3.OperationalError, "database or disk is full", "SQLITE_FULL"), RetryLater),
        (sqlite_error(sqlite3.OperationalError, "disk I/O error", "SQLITE_IOERR_WRITE"), RetryLater),
        (sqlite_error(sqlite3.OperationalError, "unable to open database file", "SQLITE_CANTOPEN"), Halt),
        (sqlite_error(sqlite3.OperationalError, "no such table: cases", "SQLITE_ERROR"), Halt),
        (sqlite_error(sqlite3.DatabaseError, "file is not a database", "SQLITE_NOTADB"), Halt),
        (sqlite_error(sqlite3.IntegrityError, "FOREIGN KEY", "SQLITE_CONSTRAINT_FOREIGNKEY"), Reject),
        (psycopg.errors.DiskFull("no space"), RetryLater),
        (psycopg.errors.DeadlockDetected("deadlock"), RetryLater),
        (psycopg.errors.AdminShutdown("stopping"), RetryLater),
        (psycopg.errors.TooManyConnections("too many"), RetryLater),
        (psycopg.errors.InvalidPassword("no"), Halt),
        (psycopg.errors.UndefinedTable("cases"), Halt),
        (psycopg.errors.InsufficientPrivilege("cases"), Halt),
        (psycopg.errors.UniqueViolation("twice"), Reject),
        (psycopg.errors.RaiseException("only ever added to"), Reject),
        (psycopg.DataError("NUL"), Reject),
        (psycopg.OperationalError("connection failed: Connection refused"), RetryLater),
        (psycopg.OperationalError("connection failed: FATAL:  the database system is starting up"), RetryLater),
        (psycopg.OperationalError('connection failed: FATAL:  password authentication failed for "constat"'), Halt),
        (psycopg.OperationalError("FATAL:  authentification par mot de passe échouée"), Halt),
    ],
    ids=lambda value: getattr(value, "sqlite_errorname", None) or type(value).__name__,
)
def test_what_a_worker_should_do(original: Exception, outcome: type[Exception]) -> None:
    error = translated(DBAPIError("SELECT 1", {}, original), WHERE)
    assert type(error) is outcome
    assert WHERE in str(error)


def test_a_row_in_the_servers_details_is_not_repeated() -> None:
    original = psycopg.errors.NotNullViolation("null value\nDETAIL:  Failing row contains (XB-123-CD).")
    assert "XB-123-CD" not in str(translated(DBAPIError("INSERT", {}, original), WHERE))


@pytest.mark.parametrize(("error", "outcome"), [(PoolTimeout("full"), RetryLater), (NoSuchTableError("x"), Halt)])
def test_errors_of_the_library_itself(error: SQLAlchemyError, outcome: type[Exception]) -> None:
    assert type(translated(error, WHERE)) is outcome
