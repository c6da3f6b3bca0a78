"""Tells the bus what the register already knows."""

from __future__ import annotations

import structlog

from ingest.bus import Message, Producer
from ingest.errors import Reject, RetryLater
from verbalise.console import metrics

_log = structlog.get_logger(__name__)
PATIENCE_S = 2.0
"""An agent waits for the page behind this: longer is worse than a late announcement."""


class Announcer:
    """Publishes, and never loses what it could not publish: the register is the truth."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    def __call__(self, message: Message) -> None:
        """Publish a message; a broker that is away is logged and counted, not raised."""
        try:
            self._producer.send(message)
            self._producer.flush(PATIENCE_S)
        except (RetryLater, Reject) as error:
            metrics.unpublished.labels(message.topic).inc()
            _log.warning("kept in the register but not announced", topic=message.topic, reason=str(error))
