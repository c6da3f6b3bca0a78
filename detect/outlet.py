"""What leaves the worker, sent with patience: a bus that is away is waited for, unless the worker is to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from detect import metrics
from ingest.bus import Message, Producer
from ingest.errors import RetryLater

_log = structlog.get_logger("detect")

T = TypeVar("T")


class StopAsked(Exception):
    """Asked to stop while waiting for the bus: what is not committed will be repeated."""


class Outlet:
    """The producer, tried until it succeeds."""

    def __init__(self, producer: Producer, stop: threading.Event, flush_timeout_s: float) -> None:
        self._producer = producer
        self._stop = stop
        self._flush_timeout_s = flush_timeout_s

    def send(self, message: Message) -> None:
        """Queue a message. Raises StopAsked, or Reject if it is too large."""
        self.insist(lambda: self._producer.send(message))

    def flush(self) -> None:
        """Wait until everything sent is stored. Raises StopAsked."""
        self.insist(lambda: self._producer.flush(self._flush_timeout_s))

    def insist(self, action: Callable[[], T]) -> T:
        """Repeat an action of the bus until it succeeds. Raises StopAsked."""
        while True:
            try:
                return action()
            except RetryLater as error:
                _log.warning("detect.waits_for_the_bus", error=str(error))
                metrics.RETRIES.inc()
                if self._stop.wait(error.after_ms / 1_000):
                    raise StopAsked from error

    def close(self) -> None:
        """Store what is left if the bus is there; it is not committed, so otherwise it comes again."""
        try:
            self._producer.flush(self._flush_timeout_s)
        except RetryLater as error:
            _log.warning("detect.not_all_stored", error=str(error))
