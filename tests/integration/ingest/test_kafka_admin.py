"""Topics made up front: once, with the right settings, and never silently different."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from ingest.bus import TopicPartition
from ingest.errors import Halt
from ingest.kafka import KafkaAdmin
from ingest.settings import BusSettings
from ingest.topics import HOUR_MS, MINUTE_MS, TopicSpec


@pytest.fixture
def admin(kafka_bootstrap: str) -> KafkaAdmin:
    return KafkaAdmin(BusSettings(bootstrap=kafka_bootstrap))


@pytest.fixture
def name() -> Callable[[str], str]:
    suffix = uuid.uuid4().hex[:12]
    return lambda word: f"{word}-{suffix}"


def test_topics_are_created_once(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    specs = [TopicSpec(name("kept"), "camera", HOUR_MS), TopicSpec(name("compacted"), "case", None)]
    assert sorted(admin.create_topics(specs, 3, 1)) == sorted(spec.name for spec in specs)
    assert admin.create_topics(specs, 3, 1) == []
    assert set(admin.end_offsets([specs[0].name])) == {TopicPartition(specs[0].name, index) for index in range(3)}


def test_more_partitions_than_asked_for_are_left_alone(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    spec = TopicSpec(name("wide"), "camera", HOUR_MS)
    admin.create_topics([spec], 4, 1)
    assert admin.create_topics([spec], 2, 1) == []


def test_fewer_partitions_halt_with_what_to_do(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    spec = TopicSpec(name("narrow"), "camera", HOUR_MS)
    admin.create_topics([spec], 2, 1)
    with pytest.raises(Halt, match=f"{spec.name} has 2 partitions where 4 are wanted"):
        admin.create_topics([spec], 4, 1)


def test_another_clean_up_policy_halts(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    topic = name("policy")
    admin.create_topics([TopicSpec(topic, "case", None)], 1, 1)
    with pytest.raises(Halt, match=f"{topic} has cleanup.policy=compact, not delete"):
        admin.create_topics([TopicSpec(topic, "case", HOUR_MS)], 1, 1)


def test_a_new_retention_reaches_topics_that_exist(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    topic = name("retention")
    admin.create_topics([TopicSpec(topic, "camera", HOUR_MS)], 1, 1)
    assert admin.retention_ms(topic) == HOUR_MS
    admin.create_topics([TopicSpec(topic, "camera", 10 * MINUTE_MS)], 1, 1)
    assert admin.retention_ms(topic) == 10 * MINUTE_MS


def test_more_replicas_than_brokers_halts(admin: KafkaAdmin, name: Callable[[str], str]) -> None:
    with pytest.raises(Halt, match="creating"):
        admin.create_topics([TopicSpec(name("replicas"), "camera", HOUR_MS)], 1, 3)


@pytest.mark.parametrize("ask", [KafkaAdmin.end_offsets, lambda admin, topics: admin.group_lag("g", topics)])
def test_asking_about_a_topic_that_is_not_there_halts(admin: KafkaAdmin, ask: Callable[..., object]) -> None:
    with pytest.raises(Halt, match="constat topics"):
        ask(admin, ["no-such-topic"])
