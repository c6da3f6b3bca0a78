"""The call to judge: a record in the line of a camera's reports that says which of them have settled.

Reports settle by the wall clock, with no record to tell of it. The worker that has the camera therefore writes a call
behind everything that the broker holds by then; whoever reads it has filed all that came before it, and reading it
again finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.bus import Message
from ingest.model import CameraId, DeviceEvent
from ingest.wire import JsonCodec
from verbalise.rules.bollard import DeviceHistory
from verbalise.rules.device.book import due
from verbalise.rules.pedestrian_area_driving import SEEN_AND_COUNTED
from verbalise.stream.settings import StreamSettings

_KIND = "kind"
_CALL = b"call"


@dataclass(frozen=True, slots=True)
class Call:
    """Reports of one camera's devices, by id, that have settled."""

    reports: tuple[str, ...]


CALL: JsonCodec[Call] = JsonCodec(Call, "settled-reports")


def call_message(topic: str, camera: CameraId, reports: tuple[str, ...]) -> Message:
    """A call as a message among the camera's reports."""
    return Message(topic, camera, CALL.encode(Call(reports)), {_KIND: _CALL})


def is_call(headers: Mapping[str, bytes]) -> bool:
    """Whether a record of a camera's reports is a call."""
    return headers.get(_KIND) == _CALL


def settled_reports(
    history: DeviceHistory,
    now: datetime,
    pictures_at: datetime | None,
    is_analysed: Callable[[datetime], bool],
    settings: StreamSettings,
) -> tuple[str, ...]:
    """Ids of the reports that can be judged now.

    Where pictures may be analysed, a report also waits until they are past it, so that one passage makes one case; for
    `analysis_wait_s` at most, since devices must not depend on analysis.

    Args:
        pictures_at: Instant of the camera's last analysed picture; None while none has come.
        is_analysed: Whether the camera's pictures may be analysed at an instant.
    """
    past = SEEN_AND_COUNTED + settings.settle
    patience = timedelta(seconds=settings.analysis_wait_s)

    def waits(event: DeviceEvent) -> bool:
        is_behind = pictures_at is None or pictures_at < event.at + past
        return is_behind and now < event.received_at + patience and is_analysed(event.at)

    return tuple(event.id for event in due(history, now, settings.device_settle) if not waits(event))
