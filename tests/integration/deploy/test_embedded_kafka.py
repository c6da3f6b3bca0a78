"""The real broker: records survive a kill, and it never outlives whoever started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from deploy.embedded.broker_files import MESSAGE_MAX_BYTES
from deploy.embedded.errors import BrokerFailed, JarsUnreachable, JavaMissing
from deploy.embedded.kafka import EmbeddedKafka, KafkaOptions
from tests.waiting import is_running, wait_until

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 60.0
KEYFRAME_BYTES = MESSAGE_MAX_BYTES - 64 * 1024
HOLD_A_BROKER = """
import sys, time
from pathlib import Path
from deploy.embedded.kafka import EmbeddedKafka

kafka = EmbeddedKafka(Path(sys.argv[1]))
kafka.start()
print(kafka.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A started broker of the test's own, which the test may kill."""
    kafka = EmbeddedKafka(tmp_path / "with a space")
    try:
        kafka.start()
    except (JarsUnreachable, JavaMissing) as reason:
        pytest.skip(f"no Kafka broker here: {reason}")
    yield kafka
    kafka.stop()


def make_topic(bootstrap: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, num_partitions=1)])[topic].result(TIMEOUT_S)


def produce(bootstrap: str, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": MESSAGE_MAX_BYTES, "acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(TIMEOUT_S) == 0


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    """The first `count` values, through a group that starts at the beginning."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": f"reads-{topic}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6_000,
    }
    consumer = Consumer(settings)
    consumer.subscribe([topic])
    try:
        messages = consumer.consume(count, TIMEOUT_S)
    finally:
        consumer.close()
    return [message.value() or b"" for message in messages]


def test_records_survive_a_kill_and_a_restart_on_the_same_folder(broker: EmbeddedKafka) -> None:
    make_topic(broker.bootstrap, "kept")
    produce(broker.bootstrap, "kept", b"one", b"two")
    bootstrap, pid = broker.bootstrap, broker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not broker.is_alive(), "the death of the broker")
    said: list[str] = []
    broker.start(said.append)
    assert broker.bootstrap == bootstrap
    assert not any("formatting" in text for text in said)
    produce(broker.bootstrap, "kept", b"three")
    assert consume(broker.bootstrap, "kept", 3) == [b"one", b"two", b"three"]


def test_another_broker_on_other_ports_takes_the_folder_over(broker: EmbeddedKafka, tmp_path: Path) -> None:
    make_topic(broker.bootstrap, "inherited")
    produce(broker.bootstrap, "inherited", b"one")
    broker.stop()
    assert not broker.is_alive()
    with EmbeddedKafka(tmp_path / "with a space") as heir:
        assert consume(heir.bootstrap, "inherited", 1) == [b"one"]
    assert not heir.is_alive()


def test_the_shared_broker_takes_a_record_as_large_as_a_4k_keyframe(kafka_bootstrap: str) -> None:
    keyframe = os.urandom(1024) * (KEYFRAME_BYTES // 1024)
    make_topic(kafka_bootstrap, "large-keyframes")
    produce(kafka_bootstrap, "large-keyframes", keyframe)
    assert consume(kafka_bootstrap, "large-keyframes", 1) == [keyframe]


def test_a_misspelt_topic_is_not_made(broker: EmbeddedKafka) -> None:
    refusals: list[KafkaError | None] = []
    producer = Producer({"bootstrap.servers": broker.bootstrap, "message.timeout.ms": 5_000})
    producer.produce("vidoe", b"lost", on_delivery=lambda error, _: refusals.append(error))
    producer.flush(TIMEOUT_S)
    (refusal,) = refusals
    assert refusal is not None
    assert "vidoe" not in producer.list_topics(timeout=TIMEOUT_S).topics


@pytest.mark.usefixtures("kafka_bootstrap")
def test_a_broker_that_cannot_start_says_why_and_leaves_no_process(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        kafka = EmbeddedKafka(tmp_path, KafkaOptions(controller_port=taken.getsockname()[1]))
        with pytest.raises(BrokerFailed, match="Address already in use"):
            kafka.start()
    assert not kafka.is_alive()


@pytest.mark.usefixtures("kafka_bootstrap")
def test_the_broker_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_BROKER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid), "the end of the broker")
