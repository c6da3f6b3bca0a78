"""Brings a database's tables to this version, once, whichever process comes first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from ingest.errors import Halt
from storage.register.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 0x636F6E7374617403
"""Key of the advisory lock under which PostgreSQL's tables change; any number that nothing else uses."""


def upgrade(database: Database) -> None:
    """Run the migrations that are missing, all or none. Several processes may call this at once.

    Raises:
        RetryLater: the database is away or full.
        Halt: credentials or rights are wrong.
    """
    config = _config()
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_version(database: Database) -> None:
    """Refuse tables of another version. Raises Halt, saying what to run; RetryLater where it is away."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with database.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise Halt(
            f"register {database.where} is at {found or 'no version'}, not {wanted}: let it upgrade, or upgrade it"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
