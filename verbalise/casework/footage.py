"""Finds the packets of a claim again in the `video` topic, around the packet that shows the facts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from ingest.bus import LogReader
from ingest.model import Packet, StreamBreak
from verbalise.casework.locate import Anchor, window_of
from verbalise.casework.rewind import Start, find_start
from verbalise.casework.settings import CaseworkSettings
from verbalise.casework.tail import Tail, decoded_at
from verbalise.model import Claim

NOTHING = "Aucune image n’a pu être retrouvée."
BEGINNING_GONE = "Le début des images était déjà effacé."
HOLES = "Des images manquent à l’intérieur de l’extrait."
SILENCE = "La caméra n’a plus envoyé d’images après les faits."
NOT_FILMED = "La caméra ne filmait pas à l’instant des faits ; l’image la plus proche est montrée."
_AT_THE_INSTANT = timedelta(seconds=1)
"""Two pictures of a slow camera lie no farther apart; without one so near, the camera was not filming."""


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


NO_FOOTAGE = Footage((), is_complete=False, remarks=(NOTHING,))


@dataclass(frozen=True, slots=True)
class _Span:
    """What is wanted: the picture of the facts and what is around it, and the last offset that is known of."""

    since: datetime
    until: datetime
    picture: datetime
    last_offset: int
    longest: timedelta

    def limit(self, clip_start: datetime) -> datetime:
        """Where a clip that starts then has to end; the facts are in it however far back its keyframe lies."""
        return min(self.until, max(clip_start + self.longest, self.picture))


@dataclass(slots=True)
class _Gathering:
    """Packets on their way to footage: from the last keyframe at or before `since`, or from the first there is."""

    span: _Span
    packets: list[Located] = field(default_factory=list)
    is_cut: bool = False
    is_silent: bool = False

    def add(self, packet: Packet, offset: int) -> bool:
        """Take a packet of the stream; False if it is beyond the end."""
        if self.packets and decoded_at(packet) > self.span.limit(self.packets[0].packet.captured_at):
            self.is_cut = decoded_at(packet) <= self.span.until
            return False
        if decoded_at(packet) > self.span.until:
            return False
        if packet.is_keyframe and packet.captured_at <= self.span.since:
            self.packets.clear()
        is_repeated = bool(self.packets) and packet.seq <= self.packets[-1].packet.seq
        if not is_repeated and (self.packets or packet.is_keyframe):
            self.packets.append(Located(packet, offset))
        return True


def find_footage(
    claim: Claim,
    anchor: Anchor,
    log: LogReader,
    settings: CaseworkSettings,
    clock: Callable[[], float] = time.monotonic,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Footage:
    """The packets from before the facts to after them, or after the last sighting; `max_clip_s` at most.

    Waits for packets that have not been written yet.

    Args:
        clock: Monotonic seconds.
        is_stopping: Whether waiting should end because the worker does.

    Raises:
        RetryLater: the broker is away, or the worker is stopping.
    """
    span = _span_of(claim, anchor, settings)
    start = find_start(claim, anchor, log, span.since)
    gathering = _Gathering(span)
    tail = Tail(claim.camera, anchor.place, log, settings.patience_s, clock, is_stopping)
    for offset, record in tail.records(start.offset, span.last_offset):
        if record is None:
            gathering.is_silent = True
        elif record.stream != anchor.stream:
            if offset > anchor.event.offset:
                break
        elif isinstance(record, StreamBreak) or not gathering.add(record, offset):
            break
    was_filmed = abs(anchor.event.captured_at - claim.at) <= _AT_THE_INSTANT
    return _footage(gathering, start, settings, [] if was_filmed else [NOT_FILMED])


def _span_of(claim: Claim, anchor: Anchor, settings: CaseworkSettings) -> _Span:
    window = window_of(claim, settings)
    return _Span(
        since=window.since,
        until=window.until,
        picture=anchor.event.captured_at,
        last_offset=max([anchor.event.offset, *(point.video.offset for point in claim.path)]),
        longest=timedelta(seconds=settings.max_clip_s),
    )


def _footage(gathering: _Gathering, start: Start, settings: CaseworkSettings, missing: list[str]) -> Footage:
    packets = tuple(gathering.packets)
    missing = [*missing, *([SILENCE] if gathering.is_silent else [])]
    if not packets:
        return Footage((), is_complete=False, remarks=(*missing, NOTHING))
    starts_late = packets[0].packet.captured_at > gathering.span.since
    if starts_late and not (start.is_stream_start and packets[0].offset == start.offset):
        missing.insert(0, BEGINNING_GONE)
    if any(after.packet.seq != before.packet.seq + 1 for before, after in pairwise(packets)):
        missing.append(HOLES)
    limit = f"L’extrait est limité à {settings.max_clip_s:g} s ; le véhicule est encore suivi après sa fin."
    return Footage(packets, not missing, (*missing, limit) if gathering.is_cut else tuple(missing))
