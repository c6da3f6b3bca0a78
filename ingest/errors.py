"""Errors sorted by what the worker that meets them should do.

Vendor errors become one of these at the adapter, with the cause kept.
"""

from __future__ import annotations


class ConstatError(Exception):
    """Root of every error that Constat raises on purpose."""


class RetryLater(ConstatError):
    """The work may succeed later: keep the message, wait `after_ms`, try again."""

    def __init__(self, reason: str, after_ms: int = 1_000) -> None:
        super().__init__(reason)
        self.after_ms = after_ms


class Reject(ConstatError):
    """This message can never succeed: send it to the `*.rejected` topic with the reason and go on."""


class Halt(ConstatError):
    """Nothing can succeed until a person acts: stop the worker; the text says what to do."""
