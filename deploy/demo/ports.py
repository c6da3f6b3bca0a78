"""Finds ports for the demo's servers."""

from __future__ import annotations

import socket


def free_port(wanted: int = 0) -> int:
    """The wanted port of the loopback address, or another one that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")
