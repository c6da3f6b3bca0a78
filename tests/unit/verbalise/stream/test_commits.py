"""A commit waits for table changes, however slow the broker is, and covers only records that were handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.exceptions import ProducerSendError
from faust.types.tuples import TP, ConsumerMessage, FutureMessage

from verbalise.stream.commits import Handled, Unsent, commit_only_what_is_done


def change() -> FutureMessage:
    return FutureMessage(None)  # type: ignore[arg-type]


async def test_it_waits_for_what_was_there_and_for_nothing_later() -> None:
    unsent, first, second = Unsent(), change(), change()
    unsent.add(first)
    waiting = asyncio.ensure_future(unsent.drained())
    await asyncio.sleep(0.3)
    assert not waiting.done()
    unsent.add(second)
    first.set_result(None)  # type: ignore[arg-type]
    await asyncio.wait_for(waiting, 5)
    assert not second.done()


async def test_nothing_unsent_is_no_wait() -> None:
    unsent, sent = Unsent(), change()
    unsent.add(sent)
    sent.set_result(None)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.wait_for(unsent.drained(), 5)


async def test_a_change_that_the_broker_refuses_stops_the_commit() -> None:
    unsent, refused = Unsent(), change()
    unsent.add(refused)
    refused.set_exception(ProducerSendError("too large"))
    with pytest.raises(ProducerSendError):
        await unsent.drained()


TRACKS = TP("tracks", 0)


class Reading:
    """A consumer of an app that no broker knows, and messages as if fetched by it."""

    def __init__(self) -> None:
        self.app = faust.App("rules", broker="kafka://localhost:1", autodiscover=False)
        self.handled: Handled = commit_only_what_is_done(self.app)
        self.app.consumer_generation_id = 1
        self.app.topics = SimpleNamespace(acks_enabled_for=lambda _topic: True)  # type: ignore[assignment]
        transport: Any = self.app.transport
        self.consumer = transport.create_consumer(
            callback=print, on_partitions_revoked=print, on_partitions_assigned=print
        )

    def fetched(self, offset: int) -> Any:
        message = ConsumerMessage(
            "tracks", 0, offset, 0.0, 0, [], b"", b"", None, tp=TRACKS, generation_id=self.app.consumer_generation_id
        )
        self.consumer.track_message(message)
        return message

    def committable(self) -> int | None:
        found: int | None = self.consumer._new_offset(TRACKS)
        return found


@pytest.fixture
async def reading() -> AsyncIterator[Reading]:
    made = Reading()
    yield made
    made.consumer._thread.thread_loop.close()


async def test_a_handled_record_is_committed(reading: Reading) -> None:
    message = reading.fetched(7)
    reading.handled.add(message)
    reading.consumer.ack(message)
    assert reading.committable() == 8


async def test_a_record_that_was_only_skipped_is_not(reading: Reading) -> None:
    message = reading.fetched(7)
    reading.consumer.ack(message)
    assert reading.committable() is None
    assert message not in reading.consumer._unacked_messages


async def test_a_record_handled_across_a_new_assignment_is_not(reading: Reading) -> None:
    message = reading.fetched(7)
    reading.app.consumer_generation_id = 2
    reading.handled.add(message)
    reading.consumer.ack(message)
    assert reading.committable() is None
