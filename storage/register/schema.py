"""The tables as queries see them; `migrations` makes them, and a test holds the two together.

A case is in two tables: `cases` has what queues and analysts ask for and no plate, `case_dossiers`
has the whole of it. The view `analyst_cases` reaches only the first.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps no zone, so it is taken off there and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


CASES = Table(
    "cases",
    METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("holder", String),
    Column("camera", String, nullable=False),
    Column("place", String, nullable=False),
    Column("offence", String, nullable=False),
    Column("triggered_by", String, nullable=False),
    Column("vehicle", String, nullable=False),
    Column("facts_at", Instant, nullable=False),
    Column("local_day", String, nullable=False),
    Column("local_hour", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("rejection", String),
    Column("plate_status", String, nullable=False),
    Index("cases_by_state", "state", "facts_at"),
    Index("cases_by_facts_at", "facts_at"),
)

CASE_DOSSIERS = Table(
    "case_dossiers",
    METADATA,
    Column("case_id", String, ForeignKey("cases.id"), primary_key=True),
    Column("claim", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("plate", Text, nullable=False),
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("cases.id"), nullable=False),
    Column("place_in_case", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    UniqueConstraint("case_id", "place_in_case", name="decisions_in_order"),
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("camera", String, nullable=False),
    Column("place", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("raised_by", String, nullable=False),
    Column("raised_at", Instant, nullable=False, index=True),
    Column("case_id", String),
    Column("taken_by", String),
    Column("taken_at", Instant),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    Column("addressed_to", String, nullable=False),
)

AGENTS = Table(
    "agents",
    METADATA,
    Column("id", String, primary_key=True),
    Column("login", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("number", String, nullable=False),
    Column("capacity", String, nullable=False),
    Column("sworn", Boolean, nullable=False),
    Column("desks", Text, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("party", String, nullable=False),
    Column("act", String, nullable=False),
)

SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("token_sha256", String, primary_key=True),
    Column("agent_id", String, ForeignKey("agents.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

ACCESS_LEDGER = Table(
    "access_ledger",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("subject", String, nullable=False, index=True),
    Column("entry", Text, nullable=False),
    Column("previous", String, nullable=False, unique=True),
    Column("digest", String, nullable=False),
)

SITE_VERSIONS = Table(
    "site_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("document", Text, nullable=False),
    Column("file_root", String, nullable=False),
    Column("effective_from", Instant),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", String, nullable=False),
)

NATINF_LISTS = Table(
    "natinf_lists",
    METADATA,
    Column("list_date", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("codes", Integer, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("imported_by", String, nullable=False),
)

NATINF_CODES = Table(
    "natinf_codes",
    METADATA,
    Column("list_date", String, ForeignKey("natinf_lists.list_date"), primary_key=True),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("nature", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("defined_by", Text, nullable=False),
    Column("punished_by", Text, nullable=False),
)

GATE_STATES = Table(
    "gate_states",
    METADATA,
    Column("subject", String, primary_key=True),
    Column("allowed", Boolean, nullable=False),
    Column("code", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("until", Instant),
    Column("since", Instant, nullable=False),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("id", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("lead", String, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
)

CAMERA_HOURS = Table(
    "camera_hours",
    METADATA,
    Column("camera", String, primary_key=True),
    Column("hour", Instant, primary_key=True),
    Column("known_s", Integer, nullable=False),
    Column("up_s", Integer, nullable=False),
    Column("allowed_s", Integer, nullable=False),
    Column("reconnects", Integer, nullable=False),
    Column("dropped", Integer, nullable=False),
    Column("most_connections", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)

CAMERA_HEALTHS = Table(
    "camera_healths",
    METADATA,
    Column("camera", String, primary_key=True),
    Column("record", Text, nullable=False),
)

SUPPRESSIONS = Table(
    "suppressions",
    METADATA,
    Column("id", String, primary_key=True),
    Column("camera", String, nullable=False),
    Column("offence", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("place", String, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("permit", String),
    Column("reference", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("reason", String, nullable=False),
)

EXCHANGES = Table(
    "exchanges",
    METADATA,
    Column("id", String, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("party", String, nullable=False),
    Column("author", String, nullable=False),
    Column("camera", String),
    Column("network", String),
    Column("aim", String),
    Column("text", Text, nullable=False),
)

ANALYST_CASES = Table(
    "analyst_cases",
    MetaData(),  # a view: its own metadata keeps it out of the tables that are compared and made
    *(
        Column(name, CASES.c[name].type)
        for name in (
            "id",
            "camera",
            "place",
            "offence",
            "triggered_by",
            "vehicle",
            "facts_at",
            "local_day",
            "local_hour",
            "opened_at",
            "decided_at",
            "state",
            "rejection",
            "plate_status",
        )
    ),
)
