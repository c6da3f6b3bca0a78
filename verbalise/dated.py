"""What is in force from one instant until another: orders, bases, permits, acts of people."""

from __future__ import annotations

from datetime import datetime


class Dated:
    """Answers whether something with dates is in force. For frozen records, which declare the two fields themselves."""

    __slots__ = ()

    valid_from: datetime
    valid_until: datetime

    def in_force(self, at: datetime) -> bool:
        """Whether an instant lies within the dates; the last one is exclusive."""
        return self.valid_from <= at < self.valid_until
