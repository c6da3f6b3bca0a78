"""How far this worker has read, beside how far the topics go: the wait before judging, and the watchdog."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping

import structlog

from ingest.bus import TopicPartition
from ingest.errors import RetryLater
from verbalise.stream.topics import LogHeads

_log = structlog.get_logger("verbalise.stream")

_LOOK_AGAIN_S = 0.05

Asking = Callable[[], Mapping[TopicPartition, int]]


class ReadingProgress:
    """What this worker has handled, and what of the topics remains.

    Args:
        heads: Asks the broker; called in a thread, since it may block.
        group: The consumer group whose other members may hold some partitions.
    """

    def __init__(self, heads: LogHeads, group: str) -> None:
        self._heads = heads
        self._group = group
        self._next: dict[TopicPartition, int] = {}
        self._moved_at_s = time.monotonic()

    def handled(self, place: TopicPartition, offset: int) -> None:
        """A record has been dealt with."""
        self._next[place] = max(offset + 1, self._next.get(place, 0))
        self._moved_at_s = time.monotonic()

    def alive(self) -> None:
        """Something moved that is not a record: partitions were assigned."""
        self._moved_at_s = time.monotonic()

    async def caught_up(self, topic: str, partition: int | None = None) -> None:
        """Wait until everything that is now in a topic, or in one of its partitions, has been handled.

        A worker that reads old pictures runs ahead of the reports that go with them: a passage judged before
        its badge was read would be a false claim. Partitions of other workers count by their commits.
        """
        ends = await self._until_it_answers(lambda: self._heads.end_offsets([topic]))
        goal = {place: end for place, end in ends.items() if partition is None or place.partition == partition}
        while behind := [place for place, end in goal.items() if self._next.get(place, 0) < end]:
            lag = await self._until_it_answers(lambda: self._heads.group_lag(self._group, [topic]))
            now = await self._until_it_answers(lambda: self._heads.end_offsets([topic]))
            goal = {place: goal[place] for place in behind if now[place] - lag[place] < goal[place]}
            if goal:
                await asyncio.sleep(_LOOK_AGAIN_S)

    async def _until_it_answers(self, ask: Asking) -> Mapping[TopicPartition, int]:
        while True:
            try:
                return await asyncio.to_thread(ask)
            except RetryLater as away:
                _log.warning("stream.broker_away", reason=str(away))
                await asyncio.sleep(away.after_ms / 1000)

    def waiting(self, topics: Iterable[str], mine: Iterable[TopicPartition]) -> int:
        """How many records of this worker's partitions are not committed. Asks the broker.

        Handled is not enough: a worker that has handled everything and commits nothing would read it all
        again after a crash.

        Raises:
            RetryLater: the broker is away.
        """
        lag = self._heads.group_lag(self._group, list(topics))
        return sum(lag.get(place, 0) for place in mine)

    @property
    def still_for_s(self) -> float:
        """Seconds since anything moved."""
        return time.monotonic() - self._moved_at_s
