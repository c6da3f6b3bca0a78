"""Cases, decisions, alerts, people, sign-ins and the ledger; the analysts' view; what may never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER_CHANGED = ("access_ledger", "decisions")


def upgrade() -> None:
    """Make everything."""
    _make_cases()
    _make_alerts()
    _make_people()
    _make_ledger()
    _make_analyst_view()
    if op.get_bind().dialect.name == "sqlite":
        _forbid_changes_in_sqlite()
    else:
        _forbid_changes_in_postgresql()


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String()),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("offence", sa.String(), nullable=False),
        sa.Column("triggered_by", sa.String(), nullable=False),
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("facts_at", _instant(), nullable=False),
        sa.Column("local_day", sa.String(), nullable=False),
        sa.Column("local_hour", sa.Integer(), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("decided_at", _instant()),
        sa.Column("rejection", sa.String()),
        sa.Column("plate_status", sa.String(), nullable=False),
    )
    op.create_index("cases_by_state", "cases", ["state", "facts_at"])
    op.create_index("cases_by_facts_at", "cases", ["facts_at"])
    op.create_table(
        "case_dossiers",
        sa.Column("case_id", sa.String(), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("request_id", sa.String(), primary_key=True),
        sa.Column("case_id", sa.String(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("place_in_case", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.UniqueConstraint("case_id", "place_in_case", name="decisions_in_order"),
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", _instant(), nullable=False),
        sa.Column("case_id", sa.String()),
        sa.Column("taken_by", sa.String()),
        sa.Column("taken_at", _instant()),
        sa.Column("closed_at", _instant()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at"])


def _make_people() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("login", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(), nullable=False),
        sa.Column("sworn", sa.Boolean(), nullable=False),
        sa.Column("desks", sa.Text(), nullable=False),
        sa.Column("valid_from", _instant(), nullable=False),
        sa.Column("valid_until", _instant(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", sa.String(), primary_key=True),
        sa.Column("agent_id", sa.String(), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
    )


def _make_ledger() -> None:
    op.create_table(
        "access_ledger",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False, unique=True),
        sa.Column("digest", sa.String(), nullable=False),
    )
    op.create_index("ix_access_ledger_subject", "access_ledger", ["subject"])


def _make_analyst_view() -> None:
    op.execute(
        "CREATE VIEW analyst_cases AS SELECT id, camera, place, offence, triggered_by, vehicle, facts_at, local_day,"
        " local_hour, opened_at, decided_at, state, rejection, plate_status FROM cases"
    )


def _forbid_changes_in_sqlite() -> None:
    for table in NEVER_CHANGED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def _forbid_changes_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$"
    )
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
