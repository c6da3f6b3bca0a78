"""A camera's pictures as one endless answer: `multipart/x-mixed-replace`, which every browser shows in an `<img>`.

Each part names the packet that it shows, so that a page that reads the parts can mark exactly what it showed. The
answer ends with the sign-in, with the right to look, and with the viewer's connection. An old picture is never left
standing as if it were live: its age is written on it, and after a short silence a placeholder takes its place.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from verbalise.console.desk import Seat
from verbalise.console.live.looking import looks_at, still_looking
from verbalise.console.live.pictures import Frame, LivePicture, Viewfinder, placeholder
from verbalise.console.live.tail import CameraTail
from verbalise.console.live.viewings import LiveViewing
from verbalise.console.wording import Words
from verbalise.marks import LIVE_WITHIN, Shown
from verbalise.site.model import SiteCamera

BOUNDARY = "constat-picture"
MEDIA_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
SILENT_AFTER = timedelta(seconds=5)
TOO_OLD = timedelta(seconds=30)
"""Nobody watches a street of half a minute ago: a placeholder is more honest."""
CHECK = timedelta(seconds=3)
"""How long an answer may outlive the sign-in or the right behind it."""
_WAIT_S = 1.0
_JITTER = 0.9
"""Of the gap between pictures: a camera at just the wanted rate is not halved by a millisecond."""
_DELIMITER = f"--{BOUNDARY}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Ages:
    """What is written on pictures of how old they are, in letters without accents."""

    words: Words
    clock: Callable[[], datetime]

    def banner(self, captured_at: datetime) -> str:
        """Over a picture: nothing while it is live."""
        age = self.clock() - captured_at
        if age <= LIVE_WITHIN:
            return ""
        return self.words("live.burnt.late", at=self.words.clock(captured_at), n=int(age.total_seconds()))

    def silence(self, last: datetime | None) -> tuple[str, ...]:
        """In the place of a picture that does not come."""
        if last is None:
            return (self.words("live.burnt.none"),)
        return self.words("live.burnt.silent"), self.words("live.burnt.last", at=self.words.clock(last))


@dataclass(slots=True)
class LiveStream:
    """One viewer's answer.

    Attributes:
        last: The instant of the last picture sent, None before the first.
    """

    seat: Seat
    camera: SiteCamera
    viewing: LiveViewing
    tail: CameraTail
    last: datetime | None = None

    async def parts(self) -> AsyncGenerator[bytes]:
        """The body of the answer; frees the viewer's place however it ends."""
        with self.seat.console.live.place() as has_place:
            yield _DELIMITER
            if not has_place:
                yield self._without(self.seat.words("live.burnt.full"))
                return
            async for part in self._moving():
                yield part

    async def _moving(self) -> AsyncIterator[bytes]:
        clock, settings = self.seat.console.ports.clock, self.seat.console.settings
        frame = frame_for(self.seat, self.camera, settings.live_width_px, _JITTER / settings.live_fps)
        # A thread of its own per viewer: waiting for pictures never takes one from those that answer pages.
        finder, thread = Viewfinder(self.tail, frame), CapacityLimiter(1)
        checked_at = sent_at = clock()
        while True:
            if clock() - checked_at >= CHECK:
                if not await run_in_threadpool(self._may_go_on):
                    return
                checked_at = clock()
            picture = await to_thread.run_sync(finder.next_picture, _WAIT_S, limiter=thread)
            if picture is not None and clock() - picture.packet.captured_at <= TOO_OLD:
                sent_at = clock()
                yield self._part(picture, sent_at)
            elif clock() - sent_at >= SILENT_AFTER:
                yield self._without(*self._ages.silence(self.last))

    def _may_go_on(self) -> bool:
        ports = self.seat.console.ports
        now, site = ports.clock(), ports.site
        camera = site.cameras.get(self.camera.camera.id)
        # A new mask must hold at once: this stream burns in the masks of its beginning.
        if camera is None or camera.masks != self.camera.masks or not self.seat.is_signed_in():
            return False
        if not looks_at(self.seat, site, camera, self.viewing.aim, now).allowed:
            return False
        still_looking(self.seat, camera, self.viewing, now)
        return True

    def _part(self, picture: LivePicture, now: datetime) -> bytes:
        # Remembered before it is sent: what the agent sees can always be marked.
        self.viewing.sent.append(Shown(picture.stream, picture.packet))
        self.last = picture.packet.captured_at
        age_ms = round((now - self.last).total_seconds() * 1000)
        named = {"X-Frame": str(picture.packet.seq), "X-Captured-At": self.last.isoformat(), "X-Age-Ms": str(age_ms)}
        return _part(picture.jpeg, named)

    def _without(self, *lines: str) -> bytes:
        width = min(self.camera.width_px, self.seat.console.settings.live_width_px)
        height = round(self.camera.height_px * width / self.camera.width_px)
        return _part(placeholder(lines, width, height), {})

    @property
    def _ages(self) -> Ages:
        return Ages(self.seat.words, self.seat.console.ports.clock)


class LiveAnswer(StreamingResponse):
    """The answer that carries a stream; lets go of all that its viewer holds as soon as it ends, however it ends."""

    def __init__(self, stream: LiveStream) -> None:
        self._parts = stream.parts()
        super().__init__(self._parts, media_type=MEDIA_TYPE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the viewer goes away or the stream ends."""
        async with aclosing(self._parts):
            await super().__call__(scope, receive, send)


def frame_for(seat: Seat, camera: SiteCamera, max_width_px: int, min_gap_s: float = 0.0) -> Frame:
    """How a camera's pictures are shown to someone."""
    return Frame(camera.masks, max_width_px, Ages(seat.words, seat.console.ports.clock).banner, min_gap_s)


def _part(jpeg: bytes, named: dict[str, str]) -> bytes:
    """One picture. The delimiter follows at once: browsers show a part when they have seen its end."""
    headers = {"Content-Type": "image/jpeg", "Content-Length": str(len(jpeg))} | named
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{head}\r\n".encode() + jpeg + b"\r\n" + _DELIMITER
