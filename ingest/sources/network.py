"""What cameras on the network share: one connection, opened when first read."""

from __future__ import annotations

from collections.abc import Iterator

import av

from ingest.sources.demux import Demuxer
from ingest.sources.model import AccessUnit, OnDrop
from ingest.sources.opening import errors_of, public_address


class NetworkSource:
    """A connection to a camera over the network.

    Args:
        address: With credentials; kept here and shown nowhere.
        options: FFmpeg's options for the protocol.
        container_format: FFmpeg's name of the format; None to let the address decide.
    """

    def __init__(
        self,
        address: str,
        options: dict[str, str],
        timeouts_s: tuple[float, float],
        on_drop: OnDrop,
        container_format: str | None = None,
    ) -> None:
        self._address = address
        self._name = public_address(address)
        self._options = options
        self._timeouts_s = timeouts_s
        self._on_drop = on_drop
        self._format = container_format
        self._container: av.container.InputContainer | None = None

    def units(self) -> Iterator[AccessUnit]:
        """See `Source.units`."""
        with errors_of(self._name):
            self._container = av.open(
                self._address, "r", format=self._format, options=self._options, timeout=self._timeouts_s
            )
            yield from Demuxer(self._container, self._name, self._on_drop).units()

    def close(self) -> None:
        """Let go of the connection."""
        if self._container is not None:
            self._container.close()
