"""Real servers that tests of every layer may ask for: started once per test run, on free ports."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from deploy.embedded.errors import JarsUnreachable, JavaMissing
from deploy.embedded.kafka import EmbeddedKafka


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a Kafka broker shared by the whole run: use topic and group names of your own.

    CONSTAT_KAFKA_BOOTSTRAP names a broker to use instead of the embedded one. Skips where neither
    the jars nor a Java runtime can be had; a broker that has them and does not start is a failure.
    """
    if given := os.environ.get("CONSTAT_KAFKA_BOOTSTRAP"):
        yield given
        return
    broker = EmbeddedKafka(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
    except (JarsUnreachable, JavaMissing) as reason:
        pytest.skip(f"no Kafka broker here: {reason}")
    yield broker.bootstrap
    broker.stop()
