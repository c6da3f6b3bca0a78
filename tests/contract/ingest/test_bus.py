"""Every bus keeps the promises of `ingest.bus`: in memory and on the real broker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ingest.bus import Consumer, Message, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.topics import MAX_MESSAGE_BYTES
from tests.contract.ingest.buses import (
    PARTITIONS,
    PATIENCE_S,
    BusUnderTest,
    KafkaUnderTest,
    MemoryUnderTest,
    read,
    write,
)


@pytest.fixture(params=["memory", "kafka"])
def bus(request: pytest.FixtureRequest) -> Iterator[BusUnderTest]:
    made: BusUnderTest
    made = (
        MemoryUnderTest() if request.param == "memory" else KafkaUnderTest(request.getfixturevalue("kafka_bootstrap"))
    )
    yield made
    made.close()


def test_bytes_and_headers_come_back_untouched(bus: BusUnderTest) -> None:
    value, headers = bytes(range(256)) * 4, {"b": b"\x00\xff", "a": b"", "kind": b"packet"}
    producer = bus.producer()
    producer.send(Message(bus.topic, "caméra", value, headers))
    producer.flush(PATIENCE_S)
    consumer = bus.consumer("g")
    consumer.subscribe([bus.topic])
    [envelope] = read(consumer, 1)
    assert (envelope.key, envelope.value, dict(envelope.headers)) == ("caméra", value, headers)
    assert list(envelope.headers) == sorted(headers)
    assert envelope.written_at.utcoffset() is not None


def test_one_key_stays_in_order_in_one_partition(bus: BusUnderTest) -> None:
    places = write(bus, [(f"camera-{n % 5}", b"%d" % n) for n in range(50)])
    assert len(places) == 50
    consumer = bus.consumer("g")
    consumer.subscribe([bus.topic])
    found = read(consumer, 50)
    for camera in range(5):
        mine = [envelope for envelope in found if envelope.key == f"camera-{camera}"]
        assert [int(envelope.value) for envelope in mine] == list(range(camera, 50, 5))
        assert len({envelope.partition for envelope in mine}) == 1


def test_on_written_tells_where_the_record_lies(bus: BusUnderTest) -> None:
    places = write(bus, [("a", b"0"), ("a", b"1")])
    reader = bus.log_reader()
    for number, (place, offset) in enumerate(places):
        envelope = reader.read_from(place, offset, PATIENCE_S)
        assert envelope is not None
        assert (envelope.offset, envelope.value) == (offset, b"%d" % number)


def test_a_message_that_is_too_large_is_rejected(bus: BusUnderTest) -> None:
    with pytest.raises(Reject, match=bus.topic):
        bus.producer().send(Message(bus.topic, "a", bytes(MAX_MESSAGE_BYTES + 1)))


def test_the_largest_picture_passes(bus: BusUnderTest) -> None:
    value = bytes(MAX_MESSAGE_BYTES - 4096)
    [(place, offset)] = write(bus, [("a", value)])
    envelope = bus.log_reader().read_from(place, offset, PATIENCE_S)
    assert envelope is not None
    assert envelope.value == value


def test_a_group_goes_on_after_the_commit_and_repeats_what_was_not_committed(bus: BusUnderTest) -> None:
    write(bus, [("a", b"%d" % n) for n in range(4)])
    first = bus.consumer("g")
    first.subscribe([bus.topic])
    found = read(first, 4)
    place = TopicPartition(bus.topic, found[0].partition)
    first.commit({place: found[1].offset + 1})
    first.close()
    second = bus.consumer("g")
    second.subscribe([bus.topic])
    assert [envelope.value for envelope in read(second, 2)] == [b"2", b"3"]


def test_groups_do_not_disturb_each_other(bus: BusUnderTest) -> None:
    write(bus, [("a", b"0")])
    for group in ("g", "h"):
        consumer = bus.consumer(group)
        consumer.subscribe([bus.topic])
        assert [envelope.value for envelope in read(consumer, 1)] == [b"0"]


def test_members_share_partitions_and_hand_them_over_on_closing(bus: BusUnderTest) -> None:
    held: dict[str, set[TopicPartition]] = {"one": set(), "two": set()}

    def join(name: str) -> Consumer:
        def gained(places: Sequence[TopicPartition]) -> None:
            held[name].update(places)

        def gave_up(places: Sequence[TopicPartition]) -> None:
            held[name].difference_update(places)

        consumer = bus.consumer("g")
        consumer.subscribe([bus.topic], gained, gave_up)
        return consumer

    one, two = join("one"), join("two")
    everything = {TopicPartition(bus.topic, index) for index in range(PARTITIONS)}

    def settle() -> bool:
        for consumer in (one, two):
            consumer.poll(0.1)
        return bool(held["one"]) and bool(held["two"]) and held["one"] | held["two"] == everything

    assert any(settle() for _ in range(300))
    assert not held["one"] & held["two"]
    one.close()
    assert held["one"] == set()

    def took_over() -> bool:
        two.poll(0.1)
        return held["two"] == everything

    assert any(took_over() for _ in range(300))


def test_committing_a_partition_of_another_member_is_refused(bus: BusUnderTest) -> None:
    write(bus, [("a", b"0")])
    consumer = bus.consumer("g")
    consumer.subscribe([bus.second_topic])
    consumer.poll(0.1)
    with pytest.raises(RetryLater, match="moved to another member"):
        consumer.commit({TopicPartition(bus.topic, 0): 1})


def test_topics_with_as_many_partitions_are_held_alike(bus: BusUnderTest) -> None:
    held: set[TopicPartition] = set()
    consumer = bus.consumer("g")
    consumer.subscribe([bus.topic, bus.second_topic], held.update, held.difference_update)

    def has_all() -> bool:
        consumer.poll(0.1)
        return len(held) == 2 * PARTITIONS

    assert any(has_all() for _ in range(300))


def test_a_missing_topic_halts_and_says_what_to_do(bus: BusUnderTest) -> None:
    with pytest.raises(Halt, match="constat topics"):
        bus.log_reader().partitions("no-such-topic")
    consumer = bus.consumer("g")
    consumer.subscribe(["no-such-topic"])
    with pytest.raises(Halt, match="constat topics"):
        read(consumer, 1)


def test_the_log_reader_streams_and_goes_back(bus: BusUnderTest) -> None:
    places = write(bus, [("a", b"%d" % n) for n in range(200)])
    place, first = places[0]
    reader = bus.log_reader()
    assert reader.partitions(bus.topic) == PARTITIONS
    assert reader.bounds(place) == (first, first + 200)

    def value_at(index: int) -> bytes | None:
        envelope = reader.read_from(place, first + index, PATIENCE_S)
        return envelope.value if envelope else None

    steps = [*range(5), 7, 8, 150, 151, 3, 199]
    assert [value_at(step) for step in steps] == [b"%d" % step for step in steps]


def test_the_log_reader_finds_a_key_and_an_instant(bus: BusUnderTest) -> None:
    places = write(bus, [(f"camera-{number}", b"%d" % number) for number in range(40)])
    reader = bus.log_reader()
    for place, offset in places:
        envelope = reader.read_from(place, offset, PATIENCE_S)
        assert envelope is not None
        assert reader.place_of(bus.topic, envelope.key) == place
        assert reader.offset_at(place, envelope.written_at) <= offset
    place = places[0][0]
    end = reader.bounds(place)[1]
    assert reader.offset_at(place, datetime.now(UTC) + timedelta(hours=1)) == end
    assert reader.offset_at(place, datetime.now(UTC) - timedelta(hours=1)) == reader.bounds(place)[0]


def test_the_log_reader_waits_for_a_record_yet_to_be_written(bus: BusUnderTest) -> None:
    [(place, offset)] = write(bus, [("a", b"0")])
    reader = bus.log_reader()
    assert reader.read_from(place, offset + 1, 0.2) is None
    write(bus, [("a", b"1"), ("a", b"2")])
    for index in (1, 2):
        envelope = reader.read_from(place, offset + index, PATIENCE_S)
        assert envelope is not None
        assert envelope.value == b"%d" % index


def test_reading_what_retention_deleted_is_rejected_with_the_first_offset_kept(bus: BusUnderTest) -> None:
    place, first = write(bus, [("a", b"%d" % n) for n in range(10)])[0]
    bus.delete_before({place: first + 6})
    reader = bus.log_reader()
    with pytest.raises(Reject, match=f"first offset kept is {first + 6}"):
        reader.read_from(place, first + 2, PATIENCE_S)
    envelope = reader.read_from(place, first + 6, PATIENCE_S)
    assert envelope is not None
    assert envelope.value == b"6"
    consumer = bus.consumer("g")
    consumer.subscribe([bus.topic])
    assert read(consumer, 1)[0].value == b"6"


def test_lag_counts_what_a_group_has_not_committed(bus: BusUnderTest) -> None:
    places = write(bus, [("a", b"%d" % n) for n in range(5)])
    place, first = places[0]
    consumer = bus.consumer("g")
    consumer.subscribe([bus.topic])
    assert bus.group_lag("g", [bus.topic])[place] == 5
    read(consumer, 3)
    consumer.commit({place: first + 3})
    lag = bus.group_lag("g", [bus.topic])
    assert lag[place] == 2
    assert sum(lag.values()) == 2
    assert len(lag) == PARTITIONS
    assert bus.end_offsets([bus.topic])[place] == first + 5
