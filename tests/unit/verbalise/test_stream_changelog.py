"""A commit waits for table changes, however slow the broker is."""

from __future__ import annotations

import asyncio

import pytest
from faust.exceptions import ProducerSendError
from faust.types.tuples import FutureMessage

from verbalise.stream_changelog import Unsent


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
