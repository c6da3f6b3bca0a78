"""One camera's way into `video`: gives each record its seq, and bounds what waits for the broker."""

from __future__ import annotations

import threading
from datetime import datetime

from ingest.bus import Message, Producer, TopicPartition
from ingest.errors import Reject, RetryLater
from ingest.last_records import LastRecord, last_record
from ingest.model import BreakReason, CameraId, ClockState, Packet, StreamBreak, StreamId
from ingest.sources.model import AccessUnit
from ingest.wire import break_message, packet_message


class VideoOutlet:
    """Writes one camera's packets and breaks; used by that camera's thread alone.

    The budget is the camera's own, so that one camera never fills the queue that all share.

    Args:
        last: The camera's newest record in `video`; None for a camera never seen.
        budget_bytes: Most that may wait for the broker. One packet always may.
    """

    def __init__(self, camera: CameraId, producer: Producer, last: LastRecord | None, budget_bytes: int) -> None:
        self._camera = camera
        self._producer = producer
        self._budget_bytes = budget_bytes
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self.last = last

    def put_packet(self, stream: StreamId, unit: AccessUnit, captured_at: datetime, clock: ClockState) -> Packet:
        """Write one picture as the next packet of a stream.

        Raises:
            RetryLater: the broker is slow; the packet has not been taken and its seq is free.
            Reject: the packet is larger than the bus takes; likewise.
            Halt: the broker refuses this client.
        """
        packet = Packet(
            camera=self._camera,
            stream=stream,
            seq=self._next_seq,
            pts=unit.pts,
            dts=unit.dts,
            time_base=unit.format.time_base,
            is_keyframe=unit.is_keyframe,
            codec=unit.format.codec,
            width_px=unit.format.width_px,
            height_px=unit.format.height_px,
            captured_at=captured_at,
            clock=clock,
            data=unit.data,
            extradata=unit.format.extradata if unit.is_keyframe else None,
        )
        self._send(packet_message(packet))
        self.last = last_record(packet)
        return packet

    def put_break(self, stream: StreamId, at: datetime, reason: BreakReason) -> StreamBreak:
        """Write the end of a stream. Raises as `put_packet` does."""
        ended = StreamBreak(self._camera, stream, self._next_seq, at, reason)
        self._send(break_message(ended))
        self.last = last_record(ended)
        return ended

    @property
    def _next_seq(self) -> int:
        return 0 if self.last is None else self.last.seq + 1

    def _send(self, message: Message) -> None:
        size = len(message.value)
        with self._lock:
            if self._waiting_bytes and self._waiting_bytes + size > self._budget_bytes:
                raise RetryLater(f"camera {self._camera}: {self._waiting_bytes} bytes wait for the broker already")
            self._waiting_bytes += size

        def written(_: TopicPartition, __: int) -> None:
            with self._lock:
                self._waiting_bytes -= size

        try:
            self._producer.send(message, written)
        except (RetryLater, Reject):
            with self._lock:
                self._waiting_bytes -= size
            raise
