"""Group members with a name of their own come back without disturbing the others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest

from ingest.bus import TopicPartition
from ingest.errors import Halt
from ingest.kafka import KafkaAdmin, KafkaConsumer
from ingest.settings import BusSettings
from ingest.topics import HOUR_MS, TopicSpec


class Member:
    """A consumer that remembers what it holds, and how often it lost something."""

    def __init__(self, settings: BusSettings, group: str, instance: str, topic: str) -> None:
        self.held: set[TopicPartition] = set()
        self.losses = 0
        self.consumer = KafkaConsumer(settings, group, instance)
        self.consumer.subscribe([topic], self.held.update, self._revoked)

    def _revoked(self, places: Sequence[TopicPartition]) -> None:
        self.losses += 1
        self.held.difference_update(places)


def settle(topic: str, *members: Member) -> bool:
    """Poll until each member holds something and together they hold both partitions."""
    for _ in range(300):
        for member in members:
            member.consumer.poll(0.05)
        held = [place for member in members for place in member.held]
        if sorted(place.partition for place in held) == [0, 1] and all(member.held for member in members):
            return True
    return False


@pytest.fixture
def topic(kafka_bootstrap: str) -> str:
    name = f"members-{uuid.uuid4().hex[:12]}"
    KafkaAdmin(BusSettings(bootstrap=kafka_bootstrap)).create_topics([TopicSpec(name, "camera", HOUR_MS)], 2, 1)
    return name


def test_a_named_member_that_restarts_gets_its_partitions_back(kafka_bootstrap: str, topic: str) -> None:
    settings = BusSettings(bootstrap=kafka_bootstrap, session_timeout_s=30)
    one, two = (Member(settings, topic, name, topic) for name in ("one", "two"))
    assert settle(topic, one, two)
    before, losses = set(one.held), two.losses
    one.consumer.close()
    again = Member(settings, topic, "one", topic)
    assert settle(topic, again, two)
    assert again.held == before
    assert two.losses == losses
    again.consumer.close()
    two.consumer.close()


def test_two_members_of_one_name_halt_the_first(kafka_bootstrap: str, topic: str) -> None:
    settings = BusSettings(bootstrap=kafka_bootstrap)
    first = Member(settings, topic, "same", topic)
    assert any(first.consumer.poll(0.1) is None and len(first.held) == 2 for _ in range(300))
    second = Member(settings, topic, "same", topic)

    def poll_both() -> None:
        for _ in range(300):
            second.consumer.poll(0.05)
            first.consumer.poll(0.05)

    with pytest.raises(Halt, match=r"same group\.instance\.id"):
        poll_both()
    first.consumer.close()
    second.consumer.close()
