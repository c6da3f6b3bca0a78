"""Fixtures for every layer; each lives in the module named for what it gives."""

from hypothesis import Phase, settings

from tests.servers import kafka_bootstrap
from tests.storage_servers import postgres_server, postgres_url, s3_server, s3_servers

__all__ = ["kafka_bootstrap", "postgres_server", "postgres_url", "s3_server", "s3_servers"]

# Explaining a failure sets a tracer of its own beside coverage's: the suspect, not the convict, of a run that ended in
# a segmentation fault right after a failure. The failing example is found and printed all the same.
settings.register_profile("constat", phases=[phase for phase in Phase if phase is not Phase.explain], print_blob=True)
settings.load_profile("constat")
