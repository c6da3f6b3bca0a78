"""Finds the packets of a claim again in the `video` topic, by the offsets that the claim carries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest import topics
from ingest.bus import Envelope, LogReader, TopicPartition
from ingest.errors import Reject
from ingest.model import Packet, StreamBreak
from ingest.wire import read_video
from verbalise.casework.settings import CaseworkSettings
from verbalise.model import Claim

_BACK_RECORDS = 2_000
"""How far before the first sighting earlier pictures are looked for; cameras of a partition share it."""
_SLICE_S = 1.0


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
        remarks: What is missing, in French.
    """

    packets: tuple[Located, ...]
    remarks: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.remarks


def find_footage(
    claim: Claim, log: LogReader, settings: CaseworkSettings, clock: Callable[[], float] = time.monotonic
) -> Footage:
    """The packets from `pre_s` before the facts to `post_s` after the last sighting.

    Waits for packets that have not been written yet.

    Args:
        clock: Monotonic seconds.

    Raises:
        RetryLater: the broker is away.
    """
    wanted_from = claim.event.captured_at - timedelta(seconds=settings.pre_s)
    first, gap = _first_offset(claim, log, wanted_from)
    found: list[Located] = []
    remarks = ["Le début des images était déjà effacé."] if gap else []
    for step in _forward(claim, log, first, settings, clock):
        if isinstance(step, str):
            remarks.append(step)
        else:
            found.append(step)
    packets = _from_keyframe(found, wanted_from)
    if not packets:
        remarks.append("Aucune image n’a pu être retrouvée.")
    return Footage(_at_most(packets, settings.max_clip_s), tuple(remarks))


def _place(claim: Claim) -> TopicPartition:
    return TopicPartition(topics.VIDEO, claim.event.partition)


def _first_offset(claim: Claim, log: LogReader, wanted_from: datetime) -> tuple[int, bool]:
    """Where to begin reading, and whether retention has already eaten into what the claim refers to."""
    kept, _ = log.bounds(_place(claim))
    before = [point.video for point in claim.path if point.video.captured_at <= wanted_from]
    earliest = claim.path[0].video if claim.path else claim.event
    offset = before[-1].keyframe_offset if before else max(0, earliest.keyframe_offset - _BACK_RECORDS)
    return max(kept, offset), kept > earliest.keyframe_offset


def _forward(
    claim: Claim, log: LogReader, offset: int, settings: CaseworkSettings, clock: Callable[[], float]
) -> Iterator[Located | str]:
    """The stream's packets from an offset on; a string says why it ended early."""
    last_seen = claim.path[-1].video.captured_at if claim.path else claim.event.captured_at
    until = max(claim.event.captured_at, last_seen) + timedelta(seconds=settings.post_s)
    for at, record in _records(claim, log, offset, settings.patience_s, clock):
        if record is None:
            yield "La caméra n’a plus envoyé d’images après les faits."
        elif record.stream != claim.stream:
            if at > claim.event.offset:
                return
        elif isinstance(record, StreamBreak) or _decoded_at(record) > until:
            return
        else:
            yield Located(record, at)


def _records(
    claim: Claim, log: LogReader, offset: int, patience_s: float, clock: Callable[[], float]
) -> Iterator[tuple[int, Packet | StreamBreak | None]]:
    """The camera's records from an offset on, with theirs; ends with None once it has been silent too long."""
    heard_s = clock()
    while clock() - heard_s < patience_s:
        envelope = _next(log, _place(claim), offset)
        if envelope is None:
            continue
        offset = envelope.offset + 1
        record = _record_of(claim, envelope)
        if record is not None:
            heard_s = clock()
            yield envelope.offset, record
    yield offset, None


def _decoded_at(packet: Packet) -> datetime:
    """When the packet has to be decoded: packets come in this order, pictures may not."""
    return packet.captured_at - timedelta(seconds=float((packet.pts - packet.dts) * packet.time_base))


def _next(log: LogReader, place: TopicPartition, offset: int) -> Envelope | None:
    try:
        return log.read_from(place, offset, _SLICE_S)
    except Reject:
        # Retention has moved on while reading: go on with what is kept.
        kept, _ = log.bounds(place)
        return log.read_from(place, max(kept, offset + 1), _SLICE_S)


def _record_of(claim: Claim, envelope: Envelope) -> Packet | StreamBreak | None:
    if envelope.key != claim.camera:
        return None
    try:
        return read_video(envelope)
    except Reject:
        return None  # detect has set it aside in `video.rejected`, with the reason


def _from_keyframe(found: list[Located], wanted_from: datetime) -> tuple[Located, ...]:
    """From the last keyframe at or before the wanted instant, or from the first there is."""
    keyframes = [index for index, located in enumerate(found) if located.packet.is_keyframe]
    if not keyframes:
        return ()
    early = [index for index in keyframes if found[index].packet.captured_at <= wanted_from]
    return tuple(found[early[-1] if early else keyframes[0] :])


def _at_most(packets: tuple[Located, ...], longest_s: float) -> tuple[Located, ...]:
    if not packets:
        return packets
    end = packets[0].packet.captured_at + timedelta(seconds=longest_s)
    return tuple(located for located in packets if located.packet.captured_at <= end)
