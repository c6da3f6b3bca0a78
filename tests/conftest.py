"""Fixtures for every layer; each lives in the module named for what it gives."""

from tests.servers import kafka_bootstrap
from tests.storage_servers import postgres_server, postgres_url, s3_server, s3_servers

__all__ = ["kafka_bootstrap", "postgres_server", "postgres_url", "s3_server", "s3_servers"]
