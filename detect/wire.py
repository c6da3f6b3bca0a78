"""How observations travel on the `tracks` topic: one record per analysed frame or stream break."""

from __future__ import annotations

from detect.model import ObservedBreak, ObservedFrame
from ingest import topics
from ingest.bus import Message
from ingest.wire import JsonCodec

Observed = ObservedFrame | ObservedBreak

OBSERVED: JsonCodec[Observed] = JsonCodec(Observed, "observed")


def observed_message(record: Observed) -> Message:
    """A frame or break as a `tracks` message, keyed by camera."""
    return OBSERVED.message(
        topics.TRACKS,
        record.camera,
        record,
        event_id=f"{record.camera}/{record.stream}/{record.video.seq}",
        source=f"camera/{record.camera}",
        at=record.video.captured_at,
    )
