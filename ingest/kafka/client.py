"""What every Kafka client here shares: its configuration, and watching for a broker that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from confluent_kafka import KafkaError
from prometheus_client import Counter

from ingest.settings import BusSettings

_log = structlog.get_logger("ingest.kafka")

BROKER_AWAY = Counter("constat_bus_broker_away_total", "How often a client reported that no broker answers", ["role"])

_AWAY = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE, KafkaError._TIMED_OUT})
_LOG_EVERY_S = 5.0


class BrokerWatch:
    """Hears a client's error events: says at most every few seconds that the broker is away."""

    def __init__(self, bootstrap: str, role: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._bootstrap = bootstrap
        self._role = role
        self._clock = clock
        self._said_at: float | None = None
        self._lock = threading.Lock()
        self.is_away = False

    def on_error(self, error: KafkaError) -> None:
        """librdkafka's `error_cb`: only "all brokers down" means away; one lost connection heals."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self.is_away = True
        if error.code() in _AWAY:
            self.report(error.str())
        else:
            _log.warning("bus.client_error", role=self._role, bootstrap=self._bootstrap, error=error.str())

    def report(self, error: str) -> None:
        """Count that the broker did not answer, and say so unless that was said a moment ago."""
        BROKER_AWAY.labels(self._role).inc()
        with self._lock:
            now = self._clock()
            if self._said_at is not None and now - self._said_at < _LOG_EVERY_S:
                return
            self._said_at = now
        _log.warning("bus.broker_away", role=self._role, bootstrap=self._bootstrap, error=error)

    def answered(self) -> None:
        """The broker answered."""
        if self.is_away:
            _log.info("bus.broker_back", role=self._role, bootstrap=self._bootstrap)
        self.is_away = False


def client_config(settings: BusSettings, watch: BrokerWatch) -> dict[str, Any]:
    """The part of librdkafka's configuration that does not depend on the role."""
    config: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap,
        "client.id": settings.client_id,
        "security.protocol": settings.security_protocol,
        "socket.keepalive.enable": True,
        "reconnect.backoff.ms": 100,
        "reconnect.backoff.max.ms": 2_000,
        "message.max.bytes": settings.max_message_bytes,
        # librdkafka's own lines would repeat, unstructured, what the error callback reports.
        "log_level": 0,
        "error_cb": watch.on_error,
    }
    secret = settings.sasl_password
    optional = {
        "sasl.mechanisms": settings.sasl_mechanism,
        "sasl.username": settings.sasl_username,
        "sasl.password": secret.get_secret_value() if secret else None,
        "ssl.ca.location": settings.ca_file,
    }
    return config | {name: value for name, value in optional.items() if value is not None}


def fetch_config(settings: BusSettings) -> dict[str, Any]:
    """How a consumer or a reader fetches: room for the largest message, and a bounded look-ahead."""
    largest = settings.max_message_bytes
    fetch_bytes = max(largest, settings.prefetch_bytes)
    return {
        "enable.auto.commit": False,
        "fetch.message.max.bytes": largest,
        "fetch.max.bytes": fetch_bytes,
        "receive.message.max.bytes": fetch_bytes + largest + 1024 * 1024,
        "queued.max.messages.kbytes": max(1, settings.prefetch_bytes // 1024),
        "fetch.wait.max.ms": 100,
    }
