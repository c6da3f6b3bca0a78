"""Cases, alerts, people and the ledger in SQL: SQLite or PostgreSQL. The only importer of `sqlalchemy`."""
