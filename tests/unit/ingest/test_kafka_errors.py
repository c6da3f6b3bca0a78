"""Kafka's errors, sorted by what to do, with the cause named."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException

from ingest.errors import ConstatError, Halt, Reject, RetryLater
from ingest.kafka.errors import translated

BROKER = "broker.example:9092"


@pytest.mark.parametrize(
    ("code", "expected", "hint"),
    [
        (KafkaError._TRANSPORT, RetryLater, ""),
        (KafkaError._ALL_BROKERS_DOWN, RetryLater, ""),
        (KafkaError._TIMED_OUT, RetryLater, ""),
        (KafkaError.NOT_LEADER_FOR_PARTITION, RetryLater, ""),
        (KafkaError.REBALANCE_IN_PROGRESS, RetryLater, ""),
        (KafkaError.ILLEGAL_GENERATION, RetryLater, ""),
        (KafkaError.UNKNOWN_MEMBER_ID, RetryLater, ""),
        (KafkaError.SASL_AUTHENTICATION_FAILED, Halt, "user and password"),
        (KafkaError._AUTHENTICATION, Halt, "user and password"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, Halt, "the right to the topic"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, Halt, "constat topics"),
        (KafkaError.FENCED_INSTANCE_ID, Halt, "instance id"),
        (KafkaError._FATAL, Halt, "start this worker again"),
        (KafkaError.MSG_SIZE_TOO_LARGE, Reject, "max.message.bytes"),
        (KafkaError.INVALID_RECORD, Reject, ""),
        (KafkaError.INVALID_REPLICATION_FACTOR, Halt, ""),
    ],
)
def test_each_error_says_what_was_done_where_and_what_to_do(code: int, expected: type[ConstatError], hint: str) -> None:
    problem = translated(KafkaException(KafkaError(code)), "writing to video", BROKER)
    assert type(problem) is expected
    assert str(problem).startswith("writing to video: ")
    assert BROKER in str(problem)
    assert hint in str(problem)


def test_a_fatal_error_halts_whatever_its_code() -> None:
    assert isinstance(translated(KafkaError(KafkaError._TRANSPORT, "x", fatal=True), "reading", BROKER), Halt)


def test_an_exception_without_an_error_inside_is_retried() -> None:
    assert isinstance(translated(KafkaException("odd"), "reading", BROKER), RetryLater)
