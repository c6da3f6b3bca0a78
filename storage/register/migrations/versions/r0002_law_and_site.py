"""Site versions, national offence codes, the gate, uptime, permits used and the convention's exchanges.

`bytes` of an hour may pass two thousand million: it is a big integer where the database tells them apart.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

NEVER_CHANGED = ("site_versions", "suppressions", "exchanges")


def upgrade() -> None:
    """Add the tables and columns; what is there stays as it is."""
    op.add_column("alerts", sa.Column("addressed_to", sa.String(), nullable=False, server_default="pm"))
    op.add_column("agents", sa.Column("party", sa.String(), nullable=False, server_default="ville"))
    op.add_column("agents", sa.Column("act", sa.String(), nullable=False, server_default=""))
    _make_site()
    _make_natinf()
    _make_gate()
    _make_traces()
    if op.get_bind().dialect.name == "sqlite":
        _forbid_changes_in_sqlite()
    else:
        _forbid_changes_in_postgresql()


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _make_site() -> None:
    op.create_table(
        "site_versions",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("file_root", sa.String(), nullable=False),
        sa.Column("effective_from", _instant()),
        sa.Column("recorded_at", _instant(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
    )


def _make_natinf() -> None:
    op.create_table(
        "natinf_lists",
        sa.Column("list_date", sa.String(), primary_key=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("imported_at", _instant(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
    )
    op.create_table(
        "natinf_codes",
        sa.Column("list_date", sa.String(), sa.ForeignKey("natinf_lists.list_date"), primary_key=True),
        sa.Column("code", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("defined_by", sa.Text(), nullable=False),
        sa.Column("punished_by", sa.Text(), nullable=False),
    )


def _make_gate() -> None:
    op.create_table(
        "gate_states",
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", _instant()),
        sa.Column("since", _instant(), nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", _instant(), nullable=False),
    )
    op.create_table(
        "camera_hours",
        sa.Column("camera", sa.String(), primary_key=True),
        sa.Column("hour", _instant(), primary_key=True),
        sa.Column("known_s", sa.Integer(), nullable=False),
        sa.Column("up_s", sa.Integer(), nullable=False),
        sa.Column("allowed_s", sa.Integer(), nullable=False),
        sa.Column("reconnects", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("most_connections", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "camera_healths",
        sa.Column("camera", sa.String(), primary_key=True),
        sa.Column("record", sa.Text(), nullable=False),
    )


def _make_traces() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("offence", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("permit", sa.String()),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("ix_suppressions_at", "suppressions", ["at"])
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("camera", sa.String()),
        sa.Column("network", sa.String()),
        sa.Column("aim", sa.String()),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ix_exchanges_at", "exchanges", ["at"])


def _forbid_changes_in_sqlite() -> None:
    for table in NEVER_CHANGED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def _forbid_changes_in_postgresql() -> None:
    """With the function that r0001 made."""
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
