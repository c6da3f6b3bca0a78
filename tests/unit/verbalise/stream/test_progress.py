"""The wait for device reports, and the count that the watchdog goes by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

import pytest

from ingest.bus import TopicPartition
from ingest.errors import Halt, RetryLater
from verbalise.stream.progress import ReadingProgress
from verbalise.stream.topics import StreamTopics, changelogs, check_partitions, own_topic_specs
from verbalise.stream.worker import wait_for_broker

A, B = TopicPartition("devices", 0), TopicPartition("devices", 1)


class Heads:
    """A broker of numbers: where each partition ends and what the group has committed."""

    def __init__(self, ends: Mapping[TopicPartition, int], committed: Mapping[TopicPartition, int] | None = None):
        self.ends = dict(ends)
        self.committed = dict(committed or {})
        self.away = 0

    def end_offsets(self, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        if self.away:
            self.away -= 1
            raise RetryLater("no broker", after_ms=1)
        wanted = list(topics)
        return {place: end for place, end in self.ends.items() if place.topic in wanted}

    def group_lag(self, group: str, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        return {place: end - self.committed.get(place, 0) for place, end in self.end_offsets(topics).items()}


async def is_waiting(task: asyncio.Task[None]) -> bool:
    await asyncio.wait([task], timeout=0.3)
    return not task.done()


async def test_waits_for_its_own_records_and_for_those_of_others() -> None:
    heads = Heads({A: 3, B: 2})
    progress = ReadingProgress(heads, "g")
    task = asyncio.create_task(progress.caught_up("devices"))
    assert await is_waiting(task)
    progress.handled(A, 2)
    assert await is_waiting(task)
    heads.committed[B] = 2
    await asyncio.wait_for(task, 5)


async def test_what_is_written_after_the_question_is_not_waited_for() -> None:
    heads = Heads({A: 3})
    progress = ReadingProgress(heads, "g")
    task = asyncio.create_task(progress.caught_up("devices"))
    assert await is_waiting(task)
    heads.ends[A] = 900
    heads.committed[A] = 3
    await asyncio.wait_for(task, 5)


async def test_one_partition_alone() -> None:
    heads = Heads({A: 3, B: 2})
    progress = ReadingProgress(heads, "g")
    progress.handled(B, 1)
    await asyncio.wait_for(progress.caught_up("devices", 1), 5)


async def test_a_broker_that_is_away_is_asked_again() -> None:
    heads = Heads({A: 0})
    heads.away = 2
    await asyncio.wait_for(ReadingProgress(heads, "g").caught_up("devices"), 5)
    assert heads.away == 0


def test_counts_what_waits_in_its_own_partitions_only() -> None:
    progress = ReadingProgress(Heads({A: 10, B: 10}, {A: 4}), "g")
    assert progress.waiting(["devices"], [A]) == 6
    progress.handled(A, 8)
    assert progress.waiting(["devices"], [A]) == 6, "handled is not committed"
    assert progress.waiting(["devices"], [A, B]) == 16
    assert progress.waiting(["devices"], []) == 0


def test_topics_of_its_own_are_compacted_but_for_the_forwarded_reports() -> None:
    specs = {spec.name: spec.retention_ms for spec in own_topic_specs("verbalise")}
    assert set(specs) == {"camera-devices", *changelogs("verbalise")}
    assert [name for name, retention in specs.items() if retention is not None] == ["camera-devices"]


def complete(partitions: int = 2) -> dict[TopicPartition, int]:
    names = StreamTopics()
    topics = {*names.flow(), names.camera_devices, *changelogs("g")}
    return {TopicPartition(topic, number): 0 for topic in topics for number in range(partitions)}


def test_accepts_topics_that_are_split_alike() -> None:
    check_partitions(Heads(complete()), "g", StreamTopics())


def test_refuses_topics_that_are_not_split_alike() -> None:
    ends = complete()
    ends[TopicPartition("camera-devices", 2)] = 0
    with pytest.raises(Halt, match=r"camera-devices has 3 partitions and tracks has 2.*constat topics"):
        check_partitions(Heads(ends), "g", StreamTopics())


def test_asks_until_the_broker_answers() -> None:
    heads = Heads(complete())
    heads.away = 3
    slept: list[float] = []
    wait_for_broker(lambda: check_partitions(heads, "g", StreamTopics()), "broker:9092", 2.0, slept.append)
    assert slept == [2.0, 2.0, 2.0]


def test_does_not_ask_again_what_needs_a_person() -> None:
    def ask() -> None:
        raise Halt("no such topic")

    with pytest.raises(Halt):
        wait_for_broker(ask, "broker:9092", 2.0, lambda _: None)
