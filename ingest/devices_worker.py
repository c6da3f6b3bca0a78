"""Serves the device entry until asked to stop.

Promise: an event answered with 202 is stored. A crash before the answer leaves it stored or not; the gateway
sends it again, and the same id makes it one event. SIGTERM lets requests finish and exits 0.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection

import structlog
import uvicorn

from ingest.bus import Producer
from ingest.devices import device_app
from ingest.errors import Halt, RetryLater
from ingest.model import DeviceId
from ingest.settings import DeviceEntrySettings

_log = structlog.get_logger("ingest.devices")

_FLUSH_S = 10.0


def run_device_entry(
    settings: DeviceEntrySettings, producer: Producer, devices: Callable[[], Collection[DeviceId]]
) -> int:
    """Serve in the main thread until SIGTERM or SIGINT, which let requests finish.

    Args:
        devices: The devices of the site now; asked for every request.

    Returns:
        The process's exit code: 0, or 1 if it could not listen or the broker did not take everything.

    Raises:
        Halt: no gateway has a token, so that nobody could post.
    """
    if not settings.tokens:
        raise Halt("the device entry has no gateway token: set one per gateway under `tokens`")
    # Access lines would be one per event and say less than the metrics do.
    config = uvicorn.Config(
        device_app(settings, producer, devices),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=round(settings.store_timeout_s) + 1,
    )
    server = uvicorn.Server(config)
    # uvicorn repeats the signal that ended it: unhandled, it would kill the process before the flush.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run()
    try:
        producer.flush(_FLUSH_S)
    except (RetryLater, Halt) as error:
        _log.error("devices.not_all_stored", error=str(error))
        return 1
    return 0 if server.started else 1
