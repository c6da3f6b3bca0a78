"""Slows down whoever guesses passwords."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

MAX_KEYS = 10_000
"""Logins are chosen by the guesser: beyond this many, the oldest are forgotten."""


class Attempts:
    """Counts recent failures per login and address. Safe to use from several threads."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def pause_s(self, login: str, address: str, now: datetime) -> int:
        """Seconds to wait before another try; 0 if one is free."""
        with self._lock:
            failures = self._recent((login, address), now)
            if len(failures) < self._most:
                return 0
            return max(1, int((failures[0] + self._window - now).total_seconds()))

    def failed(self, login: str, address: str, now: datetime) -> None:
        """Remember a wrong password."""
        with self._lock:
            self._recent((login, address), now).append(now)

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of who has now shown the right password."""
        with self._lock:
            self._failures.pop((login, address), None)

    def _recent(self, key: tuple[str, str], now: datetime) -> deque[datetime]:
        failures = self._failures.setdefault(key, deque(maxlen=self._most))
        self._failures.move_to_end(key)
        while failures and failures[0] <= now - self._window:
            failures.popleft()
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)
        return failures
