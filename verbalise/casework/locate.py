"""Which packet in `video` shows the facts of a claim: the claim's own, else the camera's nearest in time.

Devices and agents know an instant, not a packet. The search begins a little before the instant by the log's own
clock, or farther back where cameras' clocks run ahead of it, and reads on to the packet captured nearest to it. It
goes by what lies in the log, so the same log always gives the same packet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest import topics
from ingest.bus import LogReader, TopicPartition
from ingest.model import Packet, PacketRef, StreamBreak, StreamId
from verbalise.casework.settings import CaseworkSettings
from verbalise.casework.tail import AT_ONCE, Tail, decoded_at
from verbalise.model import Claim, Trigger

_REACHES = (timedelta(seconds=10), timedelta(seconds=70))
"""How far before the wanted instants the search begins: first for groups of pictures and late writing, then for
clocks that run ahead and cameras with long groups."""


@dataclass(frozen=True, slots=True)
class Window:
    """The instants that a clip should show: `since` to `until`, and in it the facts."""

    since: datetime
    facts: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """The packet that shows the facts."""

    stream: StreamId
    event: PacketRef

    @property
    def place(self) -> TopicPartition:
        """The partition of `video` in which it lies."""
        return TopicPartition(topics.VIDEO, self.event.partition)


def window_of(claim: Claim, settings: CaseworkSettings) -> Window:
    """From before the facts to after them, or after the last sighting where the vehicle was followed."""
    is_mark = claim.trigger is Trigger.AGENT
    pre_s = settings.mark_pre_s if is_mark else settings.pre_s
    post_s = settings.mark_post_s if is_mark else settings.post_s
    last = max([claim.at, *(point.video.captured_at for point in claim.path)])
    return Window(claim.at - timedelta(seconds=pre_s), claim.at, last + timedelta(seconds=post_s))


def locate(
    claim: Claim,
    log: LogReader,
    settings: CaseworkSettings,
    clock: Callable[[], float] = time.monotonic,
    is_stopping: Callable[[], bool] = lambda: False,
    told_at: datetime = AT_ONCE,
) -> Anchor | None:
    """The packet of the facts; None where the camera filmed nothing around them, or nothing of it is left.

    Waits for packets that have not been written yet.

    Args:
        clock: Monotonic seconds.
        is_stopping: Whether waiting should end because the worker does.
        told_at: When the claim was written; the camera need not have spoken before, whatever its clock says, as where
            recorded footage is played long after its instants.

    Raises:
        RetryLater: the broker is away, or the worker is stopping.
    """
    if claim.stream is not None and claim.event is not None:
        return Anchor(claim.stream, claim.event)
    window = window_of(claim, settings)
    place = log.place_of(topics.VIDEO, claim.camera)
    tail = Tail(claim.camera, place, log, settings.patience_s, clock, is_stopping)
    search = _Search(window, place.partition)
    for reach in _REACHES:
        first = log.offset_at(place, window.since - reach)
        search = _Search(window, place.partition)
        search.read(tail, first, max(window.until, told_at))
        if search.is_sure or first <= log.bounds(place)[0]:
            break
    return search.anchor


@dataclass(slots=True)
class _Search:
    """Looks for the nearest packet among those read.

    Attributes:
        keyframe: The last keyframe of the present stream, with its offset.
        is_sure: A packet before the facts was among them, so that nothing nearer lies farther back.
    """

    window: Window
    partition: int
    anchor: Anchor | None = None
    is_sure: bool = False
    stream: StreamId | None = None
    keyframe: tuple[Packet, int] | None = field(default=None, repr=False)

    def read(self, tail: Tail, first: int, since: datetime) -> None:
        """Read on until nothing nearer can follow, or the camera is silent after an instant of the log."""
        for offset, record in tail.records(first, since=since):
            if record is None or not self._take(record, offset):
                return

    def _take(self, record: Packet | StreamBreak, offset: int) -> bool:
        if isinstance(record, StreamBreak):
            return record.at <= self.window.until
        if record.stream != self.stream:
            self.stream, self.keyframe = record.stream, None
        if record.is_keyframe:
            self.keyframe = (record, offset)
        if self.keyframe is not None:
            self._weigh(record, offset, *self.keyframe)
        return decoded_at(record) <= self._nothing_nearer_after()

    def _weigh(self, packet: Packet, offset: int, keyframe: Packet, keyframe_offset: int) -> None:
        # Pictures that lead a keyframe need the group before it, which decoders do not keep.
        if packet.pts < keyframe.pts or not self.window.since <= packet.captured_at <= self.window.until:
            self.is_sure |= packet.captured_at < self.window.since
            return
        self.is_sure |= packet.captured_at <= self.window.facts
        if self.anchor is None or self._gap(packet.captured_at) < self._gap(self.anchor.event.captured_at):
            ref = PacketRef(self.partition, offset, keyframe_offset, packet.seq, packet.pts, packet.captured_at)
            self.anchor = Anchor(packet.stream, ref)

    def _nothing_nearer_after(self) -> datetime:
        """Packets decoded later are captured later still."""
        if self.anchor is None:
            return self.window.until
        return self.window.facts + self._gap(self.anchor.event.captured_at)

    def _gap(self, at: datetime) -> timedelta:
        return abs(at - self.window.facts)
