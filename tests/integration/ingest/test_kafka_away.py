"""No broker at the address: everything says so, nothing hangs, and what was sent arrives once it is there."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from ingest.bus import Message, TopicPartition
from ingest.errors import RetryLater
from ingest.kafka import KafkaAdmin, KafkaConsumer, KafkaLogReader, KafkaProducer, wait_for_broker
from ingest.settings import BusSettings
from tests.integration.ingest.cameras import free_port


@pytest.fixture
def nowhere() -> BusSettings:
    return BusSettings(
        bootstrap=f"127.0.0.1:{free_port()}", request_timeout_s=0.5, send_patience_s=0.1, buffer_bytes=64 * 1024
    )


def test_waiting_for_the_broker_names_its_address_and_can_be_stopped(nowhere: BusSettings) -> None:
    stop = threading.Event()
    timer = threading.Timer(1.5, stop.set)
    timer.start()
    with capture_logs() as logs:
        assert not wait_for_broker(nowhere, stop, first_wait_s=0.05, longest_wait_s=0.1)
    timer.join()
    assert {"bus.broker_away"} == {line["event"] for line in logs}
    assert {nowhere.bootstrap} == {line["bootstrap"] for line in logs}


def test_a_broker_that_is_there_is_found(kafka_bootstrap: str) -> None:
    assert wait_for_broker(BusSettings(bootstrap=kafka_bootstrap), threading.Event())


def test_a_producer_holds_a_bounded_amount(nowhere: BusSettings) -> None:
    producer = KafkaProducer(nowhere)
    written: list[int] = []

    def send_many() -> None:
        for number in range(1_000):
            producer.send(Message("video", "B1", bytes(1024)))
            written.append(number)

    with pytest.raises(RetryLater, match=f"the queue to {nowhere.bootstrap}"):
        send_many()
    assert 10 < len(written) < 200
    with pytest.raises(RetryLater, match="not yet stored"):
        producer.flush(0.1)
    producer.close()


def test_readers_say_that_the_broker_is_away(nowhere: BusSettings) -> None:
    reader = KafkaLogReader(nowhere)
    place = TopicPartition("video", 0)
    for ask in (lambda: reader.partitions("video"), lambda: reader.bounds(place)):
        with pytest.raises(RetryLater, match=nowhere.bootstrap):
            ask()
    with pytest.raises(RetryLater, match=nowhere.bootstrap):
        reader.read_from(place, 0, 0.1)
    reader.close()
    with pytest.raises(RetryLater, match=nowhere.bootstrap):
        KafkaAdmin(nowhere).ping()


def test_a_consumer_says_so_when_it_polls(nowhere: BusSettings) -> None:
    consumer = KafkaConsumer(nowhere, "g")
    consumer.subscribe(["video"])

    def poll_for_a_while() -> None:
        for _ in range(100):
            consumer.poll(0.1)

    with pytest.raises(RetryLater, match=nowhere.bootstrap):
        poll_for_a_while()
    consumer.close()
