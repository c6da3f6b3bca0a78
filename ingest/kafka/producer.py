"""Writing to Kafka: idempotent, acknowledged by all replicas, never given up.

A message that `send` took stays queued until the broker has it, however long it is away; the
queue is bounded, and a full one is the sender's to handle. Only the broker's refusal of one
message (too large) loses it, and that is logged and counted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as KafkaMessage
from prometheus_client import Counter

from ingest.bus import Message, TopicPartition
from ingest.errors import Halt, RetryLater
from ingest.kafka.client import BrokerWatch, client_config
from ingest.kafka.errors import translated
from ingest.settings import BusSettings

_log = structlog.get_logger("ingest.kafka")

REFUSED = Counter("constat_bus_refused_total", "Messages that the broker refused for good", ["topic"])

OnWritten = Callable[[TopicPartition, int], None]
_FULL_PAUSE_S = 0.02
_SERVE_S = 0.1


class KafkaProducer:
    """`ingest.bus.Producer` on Kafka; safe to share between threads."""

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        self._watch = BrokerWatch(settings.bootstrap, "producer")
        config = client_config(settings, self._watch) | {
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": settings.linger_ms,
            "compression.type": settings.compression,
            "message.timeout.ms": 0,
            "queue.buffering.max.kbytes": max(1, settings.buffer_bytes // 1024),
            # The same partition for the same key as Java, aiokafka and Faust choose.
            "partitioner": "murmur2_random",
        }
        self._producer = Producer(config)
        self._halted: Halt | None = None
        self._closing = threading.Event()
        self._server = threading.Thread(target=self._serve, name="kafka-producer", daemon=True)
        self._server.start()

    def send(self, message: Message, on_written: OnWritten | None = None) -> None:
        """Queue a message; see `ingest.bus.Producer.send`. Also raises Halt once the broker refused this client."""
        give_up_at = time.monotonic() + self._settings.send_patience_s
        while True:
            if self._halted is not None:
                raise Halt(str(self._halted)) from self._halted
            if self._was_queued(message, on_written):
                return
            if time.monotonic() >= give_up_at:
                raise RetryLater(f"writing to {message.topic}: the queue to {self._settings.bootstrap} is full")
            self._closing.wait(_FULL_PAUSE_S)

    def flush(self, timeout_s: float) -> None:
        """Wait until all is stored; see `ingest.bus.Producer.flush`."""
        left = self._producer.flush(timeout_s)
        if self._halted is not None:
            raise Halt(str(self._halted)) from self._halted
        if left:
            raise RetryLater(f"{left} messages are not yet stored after {timeout_s:g} s at {self._settings.bootstrap}")

    def close(self) -> None:
        """Stop serving callbacks. Flush before: what is still queued is lost."""
        self._closing.set()
        self._server.join()

    def _was_queued(self, message: Message, on_written: OnWritten | None) -> bool:
        try:
            self._producer.produce(
                message.topic,
                value=message.value,
                key=message.key.encode(),
                headers=sorted(message.headers.items()),
                on_delivery=lambda error, stored: self._delivered(message.topic, error, stored, on_written),
            )
        except BufferError:
            return False
        except KafkaException as error:
            raise translated(error, f"writing to {message.topic}", self._settings.bootstrap) from error
        return True

    def _delivered(
        self, topic: str, error: KafkaError | None, stored: KafkaMessage, on_written: OnWritten | None
    ) -> None:
        if error is not None:
            self._refused(topic, error)
            return
        self._watch.answered()
        if on_written is not None:
            on_written(TopicPartition(topic, stored.partition() or 0), stored.offset() or 0)

    def _refused(self, topic: str, error: KafkaError) -> None:
        REFUSED.labels(topic).inc()
        problem = translated(error, f"writing to {topic}", self._settings.bootstrap)
        _log.error("bus.message_refused", topic=topic, error=str(problem))
        if isinstance(problem, Halt):
            self._halted = problem

    def _serve(self) -> None:
        # Callbacks run here, so that a delivery is noticed even while nobody sends.
        while not self._closing.is_set():
            self._producer.poll(_SERVE_S)
