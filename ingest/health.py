"""How each camera is doing: for dashboards (Prometheus), for `constat` (JSON), and for whoever asks."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge

from ingest.model import BreakReason, Camera, CameraId, Packet
from ingest.sources.model import DropReason

_log = structlog.get_logger("ingest")

PACKETS = Counter("constat_ingest_packets_total", "Encoded pictures passed on", ["camera"])
BYTES = Counter("constat_ingest_bytes_total", "Bytes of encoded pictures passed on", ["camera"])
DROPPED = Counter("constat_ingest_dropped_total", "Encoded pictures not passed on", ["camera", "reason"])
BREAKS = Counter("constat_ingest_breaks_total", "Streams that ended", ["camera", "reason"])
RECONNECTS = Counter("constat_ingest_reconnects_total", "Attempts to reach a camera again", ["camera"])
BYTES_READ = Counter("constat_ingest_bytes_read_total", "Bytes of encoded pictures taken from the camera", ["camera"])
CONNECTIONS = Gauge("constat_ingest_connections", "Connections to the camera that are open", ["camera"])
IS_RUNNING = Gauge("constat_ingest_camera_running", "1 while pictures come from the camera", ["camera"])
LAST_PACKET = Gauge("constat_ingest_last_packet_timestamp_seconds", "When the last picture came", ["camera"])
CLOCK_OFFSET = Gauge("constat_ingest_clock_offset_ms", "Host clock minus camera clock", ["camera"])

_RATE_WINDOW = timedelta(seconds=10)


class CameraState(StrEnum):
    """What a camera's thread is doing."""

    CONNECTING = "connecting"
    RUNNING = "running"
    WAITING = "waiting"
    """Lost; tried again after a pause."""
    NEEDS_ATTENTION = "needs-attention"
    """A person must act; tried again all the same, rarely."""
    ENDED = "ended"
    """A file played once has been played."""
    SHUT = "shut"
    """Not allowed to be taken in; asked again every second."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """One camera at one instant. Rates are over the last ten seconds; `last_error` holds no secrets.

    Attributes:
        at: The instant.
        counted_since: When this process began to count what is counted below.
        reconnects: Attempts after a loss.
        dropped: Pictures not passed on.
        connections: How many connections to the camera are open now; a file has none.
        most_connections: The most that were ever open at once.
        connections_opened: How many were opened in all.
        bytes_read: Bytes of encoded pictures taken from the camera, passed on or not.
    """

    camera: CameraId
    at: datetime
    counted_since: datetime
    state: CameraState
    last_packet_at: datetime | None
    bytes_per_s: float
    fps: float
    reconnects: int
    dropped: int
    connections: int
    most_connections: int
    connections_opened: int
    bytes_read: int
    last_error: str | None


class CameraRecord:
    """What one camera's thread reports as it goes, and others read.

    Args:
        now: The host's clock, as an aware UTC datetime.
    """

    def __init__(self, camera: Camera, now: Callable[[], datetime]) -> None:
        self._camera = camera.id
        self._now = now
        self._counted_since = now()
        self._lock = threading.Lock()
        self._state = CameraState.CONNECTING
        self._recent: deque[tuple[datetime, int]] = deque()
        self._last_packet_at: datetime | None = None
        self._reconnects = 0
        self._dropped = 0
        self._connections = 0
        self._most_connections = 0
        self._connections_opened = 0
        self._bytes_read = 0
        self._last_error: str | None = None

    def state(self, state: CameraState, error: str | None = None) -> None:
        """The thread does something else now, perhaps because of an error."""
        with self._lock:
            self._state = state
            self._last_error = error or self._last_error
        IS_RUNNING.labels(self._camera).set(state is CameraState.RUNNING)

    def shut(self, reason: str) -> None:
        """Nothing is taken in from now on, for this reason; logged where it is news."""
        with self._lock:
            is_news = (self._state, self._last_error) != (CameraState.SHUT, reason)
        if is_news:
            _log.warning("camera.shut", camera=self._camera, reason=reason)
            self.state(CameraState.SHUT, reason)

    def allowed(self) -> None:
        """What was shut is open again, or was never shut."""
        with self._lock:
            was_shut = self._state is CameraState.SHUT
        if was_shut:
            _log.info("camera.opened", camera=self._camera)
            self.state(CameraState.CONNECTING)

    @contextmanager
    def connection(self) -> Iterator[None]:
        """A connection to the camera is open inside the block."""
        with self._lock:
            self._connections += 1
            self._connections_opened += 1
            self._most_connections = max(self._most_connections, self._connections)
        CONNECTIONS.labels(self._camera).inc()
        try:
            yield
        finally:
            with self._lock:
                self._connections -= 1
            CONNECTIONS.labels(self._camera).dec()

    def read(self, size_bytes: int) -> None:
        """A picture came from the camera, whatever becomes of it."""
        with self._lock:
            self._bytes_read += size_bytes
        BYTES_READ.labels(self._camera).inc(size_bytes)

    def failed(self, error: str) -> None:
        """Something went wrong; the state stays."""
        with self._lock:
            self._last_error = error

    def packet(self, packet: Packet) -> None:
        """A packet was passed on."""
        now = self._now()
        with self._lock:
            self._last_packet_at = now
            self._recent.append((now, len(packet.data)))
            self._forget(now)
            starts = self._state is CameraState.CONNECTING
        if starts:
            self.state(CameraState.RUNNING)
        PACKETS.labels(self._camera).inc()
        BYTES.labels(self._camera).inc(len(packet.data))
        LAST_PACKET.labels(self._camera).set(now.timestamp())
        CLOCK_OFFSET.labels(self._camera).set(packet.clock.offset_ms)

    def dropped(self, reason: DropReason) -> None:
        """A picture was not passed on."""
        with self._lock:
            self._dropped += 1
        DROPPED.labels(self._camera, reason.value).inc()

    def stream_ended(self, reason: BreakReason) -> None:
        """A break was passed on."""
        BREAKS.labels(self._camera, reason.value).inc()

    def reconnecting(self) -> None:
        """The thread tries again."""
        with self._lock:
            self._reconnects += 1
        RECONNECTS.labels(self._camera).inc()
        self.state(CameraState.CONNECTING)

    def snapshot(self) -> CameraHealth:
        """The camera now."""
        with self._lock:
            now = self._now()
            self._forget(now)
            seconds = _RATE_WINDOW.total_seconds()
            return CameraHealth(
                camera=self._camera,
                at=now,
                counted_since=self._counted_since,
                state=self._state,
                last_packet_at=self._last_packet_at,
                bytes_per_s=sum(size for _, size in self._recent) / seconds,
                fps=len(self._recent) / seconds,
                reconnects=self._reconnects,
                dropped=self._dropped,
                connections=self._connections,
                most_connections=self._most_connections,
                connections_opened=self._connections_opened,
                bytes_read=self._bytes_read,
                last_error=self._last_error,
            )

    def _forget(self, now: datetime) -> None:
        while self._recent and self._recent[0][0] <= now - _RATE_WINDOW:
            self._recent.popleft()


def write_health(path: Path, cameras: Iterable[CameraHealth], at: datetime) -> None:
    """Write the state of all cameras as JSON, whole or not at all."""
    body = {"at": at.isoformat(), "cameras": [asdict(camera) for camera in cameras]}
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(json.dumps(body, default=datetime.isoformat, indent=2), encoding="utf-8")
    draft.replace(path)
