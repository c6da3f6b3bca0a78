"""The words that every worker shares: cameras, packets and device events.

Times are aware UTC datetimes. `captured_at` is the instant of the picture and decides rules;
arrival only measures lag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import NewType

CameraId = NewType("CameraId", str)
DeviceId = NewType("DeviceId", str)
StreamId = NewType("StreamId", str)
"""One uninterrupted connection to a camera: one line of pts, one decoder, one tracker."""


class ClockSource(StrEnum):
    """Where the instant of a picture comes from, best first."""

    CAMERA = "camera"
    """The camera's own clock, as its RTCP sender reports give it."""
    ARRIVAL = "arrival"
    """The host's clock at arrival, smoothed over the stream's pts."""
    FILE = "file"
    """A file played as a camera: the declared start plus the pts."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """How far an instant can be trusted.

    Attributes:
        source: Where the instant comes from.
        offset_ms: Host clock minus camera clock, in milliseconds; 0 where no camera clock is known.
    """

    source: ClockSource
    offset_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded access unit, byte for byte as the camera sent it.

    Attributes:
        seq: Counts a camera's packets from 0, across streams, without holes.
        pts, dts: Presentation and decoding time in `time_base` units; `dts` never goes back within a stream.
        codec: FFmpeg's codec name ("h264", "hevc", "mjpeg").
        extradata: The codec's parameter sets; present on every keyframe, None elsewhere.
        width_px, height_px: Size of the coded picture.
        data: The access unit, in the framing that `extradata` announces (AVCC or Annex B).
    """

    camera: CameraId
    stream: StreamId
    seq: int
    pts: int
    dts: int
    time_base: Fraction
    is_keyframe: bool
    codec: str
    width_px: int
    height_px: int
    captured_at: datetime
    clock: ClockState
    data: bytes = field(repr=False)
    extradata: bytes | None = field(default=None, repr=False)


class BreakReason(StrEnum):
    """Why a stream ended."""

    END_OF_FILE = "end-of-file"
    """A file played once has been played: nothing more will come from this camera."""
    LOST = "lost"
    """The connection dropped; ingest tries again."""
    FORMAT_CHANGED = "format-changed"
    """Codec or picture size changed; a stream with the present format follows."""
    STOPPED = "stopped"
    """Ingest was asked to stop."""
    NOT_ALLOWED = "not-allowed"
    """No text allows the camera to be taken in any longer; a stream follows once one does."""


@dataclass(frozen=True, slots=True)
class StreamBreak:
    """The end of one stream of a camera, in its place among the packets.

    Decoders and trackers start afresh after it. It takes a `seq` of its own.
    """

    camera: CameraId
    stream: StreamId
    seq: int
    at: datetime
    reason: BreakReason


@dataclass(frozen=True, slots=True)
class PacketRef:
    """Where a packet lies in the `video` topic: what messages carry instead of pixels.

    Attributes:
        keyframe_offset: Offset of the keyframe from which this packet can be decoded.
    """

    partition: int
    offset: int
    keyframe_offset: int
    seq: int
    pts: int
    captured_at: datetime


class DeviceEventKind(StrEnum):
    """What bollards, badge readers, signals and loops report.

    `passage` comes from a loop: one vehicle passed over it. All others are changes of state or readings.
    """

    BADGE_ACCEPTED = "badge-accepted"
    BADGE_REFUSED = "badge-refused"
    OPERATOR_OPENED = "operator-opened"
    LOWERING = "lowering"
    LOWERED = "lowered"
    RAISING = "raising"
    RAISED = "raised"
    FORCED = "forced"
    STRUCK = "struck"
    FAULT = "fault"
    FAULT_CLEARED = "fault-cleared"
    WORKS = "works"
    WORKS_ENDED = "works-ended"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    DARK = "dark"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One state change that a street device reported.

    Attributes:
        id: Content-derived, so that a report sent twice is one event.
        at: The device's instant, corrected by nothing.
        received_at: When Constat took it; measures the device's lag.
        permit: Reference of the permit behind a badge, or of the intercom call behind an opening.
        operator: Who opened by hand, by service number; None where nobody did.
        why: What the operator opened for, in a few words.
    """

    id: str
    device: DeviceId
    kind: DeviceEventKind
    at: datetime
    received_at: datetime
    permit: str | None = None
    operator: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as ingest needs it.

    Attributes:
        source: Address without credentials: `rtsp://…`, `http(s)://…` for MJPEG, or `file:` and a path.
        credentials: Name of the secret ("user:password") that opens it; None where none is needed.
        starts_at: A file only: the instant given to its first picture; None means when ingest starts.
        loop: A file only: play again for ever.
    """

    id: CameraId
    source: str
    credentials: str | None = None
    starts_at: datetime | None = None
    loop: bool = False
