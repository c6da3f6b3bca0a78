"""What Alembic runs: the migrations, in the transaction that `storage.register.upgrade` has opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from storage.register.schema import METADATA

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
