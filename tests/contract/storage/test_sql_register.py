"""What a register in SQL adds: other processes, triggers, migrations, and a database that is away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from ingest.errors import Halt, Reject, RetryLater
from storage.model import Register
from storage.register.database import Database
from storage.register.ledger import SqlLedger
from storage.register.opening import database_url, open_register
from storage.register.schema import ANALYST_CASES, METADATA
from storage.settings import RegisterSettings
from tests.contract.storage.builders import AGENT_PLATE, MACHINE_PLATE, A, a_case, an_act, an_entry
from tests.contract.storage.processes import CASES, open_the_same_cases, take_the_same_cases, write_to_the_ledger
from tests.storage_servers import free_port
from verbalise.model import Act, CaseState


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


def test_two_processes_open_each_case_once(processes: ProcessPoolExecutor, sql_settings: RegisterSettings) -> None:
    """Both also find no tables at first, and only one makes them."""
    first, second = processes.map(open_the_same_cases, [sql_settings.url] * 2)
    assert [a + b for a, b in zip(first, second, strict=True)] == [1] * CASES


def test_of_two_processes_one_takes_each_case(processes: ProcessPoolExecutor, sql_settings: RegisterSettings) -> None:
    open_the_same_cases(sql_settings.url)
    first, second = processes.map(take_the_same_cases, [sql_settings.url] * 2, ["first", "second"])
    assert [a + b for a, b in zip(first, second, strict=True)] == [1] * CASES


def test_two_processes_write_one_chain(
    processes: ProcessPoolExecutor, sql_settings: RegisterSettings, sql_register: Register
) -> None:
    list(processes.map(write_to_the_ledger, [sql_settings.url] * 2, ["first", "second"]))
    assert sql_register.ledger.verify() is None
    assert sql_register.ledger.head().number == 40


@pytest.mark.parametrize("table", ["access_ledger", "decisions"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}"])
def test_the_database_itself_forbids_to_change_them(
    sql_register: Register, database: Database, table: str, change: str
) -> None:
    _fill(sql_register)
    column = {"access_ledger": "entry", "decisions": "decision"}[table]
    with pytest.raises(Reject, match=f"{table} is only ever added to"), database.write() as connection:
        connection.execute(text(change.format(table=table, column=column)))
    assert sql_register.ledger.verify() is None


def test_the_database_itself_forbids_to_empty_the_ledger(sql_register: Register, database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    sql_register.ledger.write(an_entry())
    with pytest.raises(Reject, match="only ever added to"), database.write() as connection:
        connection.execute(text("TRUNCATE access_ledger"))


@pytest.mark.parametrize(
    ("tampering", "number"),
    [
        pytest.param(
            "UPDATE access_ledger SET entry = replace(entry, 'case-2', 'case-9') WHERE number = 2", 2, id="entry"
        ),
        pytest.param("UPDATE access_ledger SET subject = 'case-9' WHERE number = 3", 3, id="subject"),
        pytest.param("UPDATE access_ledger SET digest = previous WHERE number = 1", 1, id="digest"),
        pytest.param("DELETE FROM access_ledger WHERE number = 2", 2, id="one taken out"),
        pytest.param("DELETE FROM access_ledger WHERE number = 4", 4, id="the last taken off"),
    ],
)
def test_who_goes_round_the_triggers_is_seen(
    sql_register: Register, database: Database, tampering: str, number: int
) -> None:
    for subject in ("case-1", "case-2", "case-3", "case-4"):
        sql_register.ledger.write(an_entry(subject))
    noted = sql_register.ledger.head()
    _drop_triggers(database)
    with database.write() as connection:
        connection.execute(text(tampering))
    found = sql_register.ledger.verify(noted)
    assert found is not None
    assert found.number == number


def test_the_analysts_view_reaches_no_plate(sql_register: Register, database: Database) -> None:
    _fill(sql_register)
    with database.read() as connection:
        view = [tuple(row) for row in connection.execute(text("SELECT * FROM analyst_cases"))]
        beneath = [tuple(row) for row in connection.execute(text("SELECT * FROM cases"))]
        names = {column["name"] for column in inspect(connection).get_columns("analyst_cases")}
    assert len(view) == len(beneath) == 1
    for plate in (MACHINE_PLATE, AGENT_PLATE):
        assert plate not in repr(view)
        assert plate not in repr(beneath)
    assert names == set(ANALYST_CASES.c.keys())
    assert not {name for name in names if "plate" in name} - {"plate_status"}


def test_migrations_make_the_tables_that_queries_use(sql_register: Register, database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_changes_nothing(sql_register: Register, sql_settings: RegisterSettings) -> None:
    sql_register.cases.open_case(a_case())
    again = open_register(sql_settings)
    assert again.cases.case(a_case().id) == a_case()
    again.close()


def test_tables_that_may_not_be_changed_must_be_there(sql_settings: RegisterSettings) -> None:
    careful = sql_settings.model_copy(update={"upgrade": False})
    with pytest.raises(Halt, match="no version, not r0002"):
        open_register(careful)
    open_register(sql_settings).close()
    open_register(careful).close()


def test_a_database_without_tables_halts(sql_settings: RegisterSettings) -> None:
    database = Database(database_url(sql_settings))
    with pytest.raises(Halt, match="migrations"):
        SqlLedger(database).write(an_entry())
    database.close()


def test_a_view_that_cannot_be_logged_is_retried_later(tmp_path: Path) -> None:
    settings = RegisterSettings(url=f"sqlite:///{tmp_path / 'register.db'}", busy_timeout_s=0.1)
    register = open_register(settings)
    with closing(sqlite3.connect(tmp_path / "register.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryLater, match="locked"):
            register.ledger.write(an_entry())
        other.execute("ROLLBACK")
    register.ledger.write(an_entry())
    assert register.ledger.verify() is None
    register.close()


def test_a_full_disk_is_retried_later(tmp_path: Path) -> None:
    register = open_register(RegisterSettings(url=f"sqlite:///{tmp_path / 'register.db'}"))
    database = Database(f"sqlite:///{tmp_path / 'register.db'}")
    too_much = [{"n": number, "s": "x" * 4096} for number in range(100)]
    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
    with pytest.raises(RetryLater, match=r"full.*free space"), database.write() as connection:
        connection.execute(text("INSERT INTO access_ledger VALUES (:n, :s, :s, :n, :n)"), too_much)
    assert register.ledger.entries() == []
    database.close()
    register.close()


def test_the_file_is_only_this_users(tmp_path: Path) -> None:
    path = tmp_path / "data" / "register.db"
    open_register(RegisterSettings(url=f"sqlite:///{path}")).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_not_a_database_halts(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_text("anything else" * 1000)
    with pytest.raises(Halt, match="not a database"):
        open_register(RegisterSettings(url=f"sqlite:///{tmp_path / 'register.db'}"))


def test_a_server_that_is_away_is_retried_later() -> None:
    with pytest.raises(RetryLater, match="does not answer"):
        open_register(RegisterSettings(url=f"postgresql://constat@127.0.0.1:{free_port()}/constat"))


def test_a_wrong_user_halts_without_the_password(postgres_url: str) -> None:
    settings = RegisterSettings(url=postgres_url, credentials="register")
    with pytest.raises(Halt, match=r"nobody-here.*refuses the connection.*check user") as refusal:
        open_register(settings, {"register": "nobody-here:the-password"}.get)
    assert "the-password" not in f"{refusal.value} {refusal.value.__cause__}"


def _fill(register: Register) -> None:
    register.cases.open_case(a_case())
    register.cases.record(an_act("r1"), CaseState.CLAIMED, A, 0)
    register.cases.record(an_act("r2", Act.FIND), CaseState.FOUND, None, 1)
    register.ledger.write(an_entry())


def _drop_triggers(database: Database) -> None:
    with database.write() as connection:
        if database.is_sqlite:
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER access_ledger_no_{change}"))
        else:
            connection.execute(text("ALTER TABLE access_ledger DISABLE TRIGGER USER"))
