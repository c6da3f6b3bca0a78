"""Makes Faust commit an offset only where the record was handled and the broker has what came of it.

Faust hands table changes to a buffer and flushes that buffer before it commits, but gives up after a tenth of a
second without progress: on a busy machine an offset can be committed whose changes are still in memory. And when
partitions are dealt out anew it skips the records that it holds, as acknowledged ones: their offsets can be committed
before anyone has handled them. A crash then loses what a camera has seen. Here a commit waits for every change, and
only records that `Handled` was told of are acknowledged; the others are read again from the last commit.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakSet

import faust
from faust.types.tuples import FutureMessage, Message

_SAY_EVERY_S = 5.0


class Unsent:
    """The table changes that the broker does not have yet."""

    def __init__(self) -> None:
        self._changes: set[FutureMessage] = set()

    def add(self, change: FutureMessage) -> None:
        """Remember a change until the broker has it."""
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)

    async def drained(self) -> None:
        """Return once the broker has every change made before the call.

        Raises:
            faust.exceptions.ProducerSendError: the broker will not take one of them.
        """
        waiting = set(self._changes)
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=_SAY_EVERY_S)
            for change in done:
                change.result()


class Handled:
    """The records that were handled under the assignment that they were fetched in."""

    def __init__(self, app: faust.App) -> None:
        self._app = app
        self._messages: WeakSet[Message] = WeakSet()

    def is_current(self, message: Message) -> bool:
        """Whether partitions have stayed where they were since the record was fetched."""
        return bool(message.generation_id == self._app.consumer_generation_id)

    def add(self, message: Message) -> None:
        """A record is done with; without effect if its partition may be another worker's by now."""
        if self.is_current(message):
            self._messages.add(message)

    def __contains__(self, message: Message) -> bool:
        return message in self._messages


def commit_only_what_is_done(app: faust.App) -> Handled:
    """Let the app's tables, producer and consumer know of each other; call before tables are made.

    Returns:
        Where the agents tell which records they have handled.
    """
    unsent, handled = Unsent(), Handled(app)

    class DurableTable(faust.Table[bytes, bytes]):
        """A table that remembers what the broker does not have yet."""

        def send_changelog(self, *args: Any, **kwargs: Any) -> FutureMessage:
            change = super().send_changelog(*args, **kwargs)
            unsent.add(change)
            return change

    class DurableProducer(app.transport.Producer):  # type: ignore[misc,name-defined]
        """A producer whose flush means it."""

        async def flush(self) -> None:
            await unsent.drained()
            await super().flush()

    class HonestConsumer(app.transport.Consumer):  # type: ignore[misc,name-defined]
        """A consumer that acknowledges no record that was only skipped."""

        def ack(self, message: Message) -> bool:
            if message in handled:
                return bool(super().ack(message))
            message.acked = True
            self._unacked_messages.discard(message)
            return False

    # Faust asks for these classes when it makes them; it offers no other way to name them.
    configuration: Any = app.conf
    transport: Any = app.transport
    configuration.Table = DurableTable
    transport.Producer = DurableProducer
    transport.Consumer = HonestConsumer
    return handled
