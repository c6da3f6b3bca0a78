"""Wakes the patrol pages when an alert changes, here or in another process.

Nothing is promised: a page that misses a wake-up asks again by itself, and the register is the truth.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import structlog

from ingest import topics
from ingest.bus import LogReader, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from verbalise.console import metrics

_log = structlog.get_logger(__name__)
POLL_S = 0.5
RECONNECT_S = 5.0


class AlertHub:
    """The pages that wait for a change. `notify` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @contextmanager
    def listener(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at each change, until the block ends."""
        changed = asyncio.Event()
        with self._lock:
            self._waiting[changed] = asyncio.get_running_loop()
            metrics.listeners.set(len(self._waiting))
        try:
            yield changed
        finally:
            with self._lock:
                del self._waiting[changed]
                metrics.listeners.set(len(self._waiting))

    def notify(self) -> None:
        """Tell every waiting page that something changed."""
        with self._lock:
            for changed, loop in self._waiting.items():
                loop.call_soon_threadsafe(changed.set)


class AlertFollower(Thread):
    """Follows the `alerts` topic from its end and notifies the hub.

    Args:
        open_log: Makes the reader, which the thread owns.
    """

    def __init__(self, open_log: Callable[[], LogReader], hub: AlertHub) -> None:
        super().__init__(name="alert-follower", daemon=True)
        self._open_log = open_log
        self._hub = hub
        self._stopping = Event()

    def stop(self) -> None:
        """Ask the thread to end and wait for it."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Follow until stopped; a broker that is away is tried again."""
        log = self._open_log()
        try:
            self._keep_following(log)
        finally:
            log.close()

    def _keep_following(self, log: LogReader) -> None:
        while not self._stopping.is_set():
            try:
                self._follow(log)
            except Halt as error:
                _log.error("alerts of other processes will come late", topic=topics.ALERTS, reason=str(error))
                return
            except (RetryLater, Reject) as error:
                _log.warning("alerts topic not readable now", topic=topics.ALERTS, reason=str(error))
            except Exception:  # noqa: BLE001  the one catch-all of this process
                _log.exception("alert follower failed, starting it again", topic=topics.ALERTS)
            self._stopping.wait(RECONNECT_S)

    def _follow(self, log: LogReader) -> None:
        places = [TopicPartition(topics.ALERTS, number) for number in range(log.partitions(topics.ALERTS))]
        ends = {place: log.bounds(place)[1] for place in places}
        while not self._stopping.is_set():
            for place in places:
                envelope = log.read_from(place, ends[place], POLL_S / len(places))
                if envelope is not None:
                    ends[place] = envelope.offset + 1
                    self._hub.notify()
