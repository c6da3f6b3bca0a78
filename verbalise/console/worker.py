"""Runs the console until SIGTERM.

Delivery: an act is in the register before the page answers; a crash after that loses at most its
announcement on the bus, which the compacted `cases` topic gets with the next act on the case.
"""

from __future__ import annotations

import signal
from types import FrameType

import structlog
import uvicorn

from verbalise.console.app import console_app
from verbalise.console.ports import ConsolePorts
from verbalise.console.settings import ConsoleSettings

_log = structlog.get_logger(__name__)


def run_console(ports: ConsolePorts, settings: ConsoleSettings) -> None:
    """Serve until SIGTERM or SIGINT, then let open answers end and return. Call from the main thread."""
    # uvicorn raises the signal again once it has stopped; answered here, the caller can close its ports.
    signal.signal(signal.SIGTERM, _already_stopped)
    signal.signal(signal.SIGINT, _already_stopped)
    _log.info("console listens", host=settings.host, port=settings.port, url=settings.public_url)
    uvicorn.Server(server_config(ports, settings)).run()
    _log.info("console stopped")


def server_config(ports: ConsolePorts, settings: ConsoleSettings) -> uvicorn.Config:
    """How uvicorn serves the console: no banner, no access log of its own (the ledger is one)."""
    return uvicorn.Config(
        console_app(ports, settings),
        host=settings.host,
        port=settings.port,
        server_header=False,
        access_log=False,
        log_config=None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.stop_patience_s,
    )


def _already_stopped(signum: int, frame: FrameType | None) -> None:
    del signum, frame
