"""Finds the packets of a claim again in the `video` topic, by the offsets that the claim carries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from ingest import topics
from ingest.bus import Envelope, LogReader
from ingest.errors import Reject, RetryLater
from ingest.model import Packet, StreamBreak
from verbalise.casework.rewind import Start, find_start, own_record, place_of
from verbalise.casework.settings import CaseworkSettings
from verbalise.model import Claim

_SLICE_S = 1.0

NOTHING = "Aucune image n’a pu être retrouvée."
BEGINNING_GONE = "Le début des images était déjà effacé."
HOLES = "Des images manquent à l’intérieur de l’extrait."
SILENCE = "La caméra n’a plus envoyé d’images après les faits."


@dataclass(frozen=True, slots=True)
class Located:
    """A packet and its offset."""

    packet: Packet
    offset: int


@dataclass(frozen=True, slots=True)
class Footage:
    """What could be found of a claim.

    Attributes:
        packets: Of the claim's stream, in the order sent, from a keyframe on; empty if nothing is left.
        is_complete: False where packets were already gone or never came.
        remarks: What an agent should know of the clip's limits, in French.
    """

    packets: tuple[Located, ...]
    is_complete: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """What is wanted: instants of the facts and around them, and the last offset that the claim knows of."""

    since: datetime
    until: datetime
    facts: datetime
    last_offset: int
    longest: timedelta

    def limit(self, clip_start: datetime) -> datetime:
        """Where a clip that starts then has to end; the facts are in it however far back its keyframe lies."""
        return min(self.until, max(clip_start + self.longest, self.facts))


@dataclass(slots=True)
class _Gathering:
    """Packets on their way to footage: from the last keyframe at or before `since`, or from the first there is."""

    span: _Span
    packets: list[Located] = field(default_factory=list)
    is_cut: bool = False
    is_silent: bool = False

    def add(self, packet: Packet, offset: int) -> bool:
        """Take a packet of the stream; False if it is beyond the end."""
        if self.packets and _decoded_at(packet) > self.span.limit(self.packets[0].packet.captured_at):
            self.is_cut = _decoded_at(packet) <= self.span.until
            return False
        if _decoded_at(packet) > self.span.until:
            return False
        if packet.is_keyframe and packet.captured_at <= self.span.since:
            self.packets.clear()
        is_repeated = bool(self.packets) and packet.seq <= self.packets[-1].packet.seq
        if not is_repeated and (self.packets or packet.is_keyframe):
            self.packets.append(Located(packet, offset))
        return True


def find_footage(
    claim: Claim,
    log: LogReader,
    settings: CaseworkSettings,
    clock: Callable[[], float] = time.monotonic,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Footage:
    """The packets from `pre_s` before the facts to `post_s` after the last sighting, `max_clip_s` at most.

    Waits for packets that have not been written yet.

    Args:
        clock: Monotonic seconds.
        is_stopping: Whether waiting should end because the worker does.

    Raises:
        RetryLater: the broker is away, or the worker is stopping.
    """
    span = _span_of(claim, settings)
    start = find_start(claim, log, span.since)
    gathering = _Gathering(span)
    tail = _Tail(claim, log, settings.patience_s, clock, is_stopping)
    for offset, record in tail.records(start.offset, span.last_offset):
        if record is None:
            gathering.is_silent = True
        elif record.stream != claim.stream:
            if offset > claim.event.offset:
                break
        elif isinstance(record, StreamBreak) or not gathering.add(record, offset):
            break
    return _footage(gathering, start, settings)


def _span_of(claim: Claim, settings: CaseworkSettings) -> _Span:
    last = max([claim.event, *(point.video for point in claim.path)], key=lambda video: video.captured_at)
    return _Span(
        since=claim.event.captured_at - timedelta(seconds=settings.pre_s),
        until=last.captured_at + timedelta(seconds=settings.post_s),
        facts=claim.event.captured_at,
        last_offset=max(claim.event.offset, last.offset),
        longest=timedelta(seconds=settings.max_clip_s),
    )


def _footage(gathering: _Gathering, start: Start, settings: CaseworkSettings) -> Footage:
    packets = tuple(gathering.packets)
    missing = [SILENCE] if gathering.is_silent else []
    if not packets:
        return Footage((), is_complete=False, remarks=(*missing, NOTHING))
    starts_late = packets[0].packet.captured_at > gathering.span.since
    if starts_late and not (start.is_stream_start and packets[0].offset == start.offset):
        missing.insert(0, BEGINNING_GONE)
    if any(after.packet.seq != before.packet.seq + 1 for before, after in pairwise(packets)):
        missing.append(HOLES)
    limit = f"L’extrait est limité à {settings.max_clip_s:g} s ; le véhicule est encore suivi après sa fin."
    return Footage(packets, not missing, (*missing, limit) if gathering.is_cut else tuple(missing))


@dataclass(frozen=True, slots=True)
class _Tail:
    """A camera's records as they lie in the log and as they are still being written."""

    claim: Claim
    log: LogReader
    patience_s: float
    clock: Callable[[], float]
    is_stopping: Callable[[], bool]

    def records(self, offset: int, last_offset: int) -> Iterator[tuple[int, Packet | StreamBreak | None]]:
        """Records from an offset on, with theirs; ends with None once the camera has been silent for too long.

        While other cameras of the partition go on, silence is measured by the log's own times, so that reading
        the same log later finds the same end. It counts after `last_offset`, up to which the camera has spoken.
        """
        heard_at: datetime | None = None
        for envelope in self._envelopes(offset):
            record = own_record(self.claim, envelope)
            if record is not None:
                yield envelope.offset, record
            if record is not None or heard_at is None or envelope.offset <= last_offset:
                heard_at = envelope.written_at
            elif (envelope.written_at - heard_at).total_seconds() > self.patience_s:
                break
        yield offset, None

    def _envelopes(self, offset: int) -> Iterator[Envelope]:
        """Every camera's records; ends when none has been written for `patience_s`."""
        idle_since_s: float | None = None
        while True:
            envelope = self._next(offset)
            if envelope is not None:
                idle_since_s, offset = None, envelope.offset + 1
                yield envelope
                continue
            idle_since_s = self.clock() if idle_since_s is None else idle_since_s
            if self._is_over(offset, self.clock() - idle_since_s):
                return

    def _is_over(self, offset: int, idle_s: float) -> bool:
        if idle_s < self.patience_s:
            return False
        # A broker that is away says so here, and is not taken for a silent camera.
        if self.log.bounds(place_of(self.claim))[1] > offset:
            raise RetryLater(f"reading {topics.VIDEO}@{offset}: nothing came in {idle_s:g} s, though there is more")
        return True

    def _next(self, offset: int) -> Envelope | None:
        if self.is_stopping():
            raise RetryLater("the worker is stopping")
        place, wait_s = place_of(self.claim), min(_SLICE_S, self.patience_s)
        try:
            return self.log.read_from(place, offset, wait_s)
        except Reject:
            # Retention has moved on while reading: go on with what is kept.
            return self.log.read_from(place, max(self.log.bounds(place)[0], offset + 1), wait_s)


def _decoded_at(packet: Packet) -> datetime:
    """When the packet has to be decoded: packets come in this order, pictures may not."""
    return packet.captured_at - timedelta(seconds=float((packet.pts - packet.dts) * packet.time_base))
