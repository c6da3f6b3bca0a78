"""Who watches what, and which pictures they were sent: a mark names the picture that the agent really saw."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from threading import Lock

from ingest.model import CameraId
from verbalise.console import metrics
from verbalise.marks import Shown
from verbalise.model import Claim
from verbalise.site.agreements import Aim

MAX_VIEWINGS = 2_000
MAX_PICTURES = 1_500
"""Remembered per viewing: two minutes at 12 pictures a second."""


@dataclass(slots=True)
class LiveViewing:
    """One load of a live page: logged once, and what was shown on it.

    Attributes:
        session: Digest of the sign-in that opened it; nobody else's requests find it.
        sent: The newest pictures that were sent, oldest first.
        marks: What was marked on it, by request, so that a page sent again is the same claim.
        noted: When the exchange log last heard that it shows a camera, counted from its first picture.
    """

    id: str
    session: str
    cameras: frozenset[CameraId]
    aim: Aim
    sent: deque[Shown] = field(default_factory=lambda: deque(maxlen=MAX_PICTURES))
    marks: dict[str, Claim] = field(default_factory=dict)
    noted: dict[CameraId, datetime] = field(default_factory=dict)

    def picture(self, number: int | None) -> Shown | None:
        """The picture of that packet's number, the last one for None; None where it was not sent, or long ago."""
        pictures = list(self.sent)
        if number is None:
            return pictures[-1] if pictures else None
        return next((shown for shown in reversed(pictures) if shown.packet.seq == number), None)


class LiveViewings:
    """Every live page of this console process, and how many of them get moving pictures."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lock = Lock()
        self._taken = 0
        self._open: OrderedDict[str, LiveViewing] = OrderedDict()

    def open(self, session: str, cameras: frozenset[CameraId], aim: Aim) -> LiveViewing:
        """Remember a page; call once it is on the ledger."""
        viewing = LiveViewing(token_hex(16), session, cameras, aim)
        with self._lock:
            self._open[viewing.id] = viewing
            while len(self._open) > MAX_VIEWINGS:
                self._open.popitem(last=False)
        return viewing

    def find(self, viewing_id: str, session: str, camera: CameraId) -> LiveViewing | None:
        """The page of that id, if this sign-in opened it and it shows the camera."""
        with self._lock:
            viewing = self._open.get(viewing_id)
        return viewing if viewing and viewing.session == session and camera in viewing.cameras else None

    @property
    def has_place(self) -> bool:
        """Whether another viewer would get moving pictures."""
        return self._taken < self._places

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place among the viewers until the block ends; False where none is left."""
        with self._lock:
            has_one = self.has_place
            self._taken += has_one
            metrics.live_viewers.set(self._taken)
        try:
            yield has_one
        finally:
            with self._lock:
                self._taken -= has_one
                metrics.live_viewers.set(self._taken)
