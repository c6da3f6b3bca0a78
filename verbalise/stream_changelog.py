"""Makes Faust commit an offset only once the broker has the table changes that led up to it.

Faust hands table changes to a buffer and flushes that buffer before it commits, but gives up after a tenth of a
second without progress: on a busy machine an offset can be committed whose changes are still in memory. A crash then
loses them, and with them what a camera has seen. Here a commit waits for every change, however long that takes.
"""

from __future__ import annotations

import asyncio
from typing import Any

import faust
from faust.types.tuples import FutureMessage

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


def use_durable_tables(app: faust.App) -> None:
    """Let the app's tables and its producer know of each other; call before tables are made."""
    unsent = Unsent()

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

    # Faust asks for both classes when it makes a table and its producer; it offers no other way to name them.
    configuration: Any = app.conf
    transport: Any = app.transport
    configuration.Table = DurableTable
    transport.Producer = DurableProducer
