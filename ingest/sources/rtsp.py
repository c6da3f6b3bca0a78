"""Cameras that speak RTSP, over TCP: a lost datagram would be a picture that nobody can decode."""

from __future__ import annotations

from ingest.sources.model import OnDrop
from ingest.sources.network import NetworkSource

_OPTIONS = {
    "rtsp_transport": "tcp",
    # The parameter sets come with the camera's answer to DESCRIBE: no need to collect seconds of video to find them.
    "analyzeduration": "500000",
    "allowed_media_types": "video",
}


def rtsp_source(address: str, timeouts_s: tuple[float, float], on_drop: OnDrop) -> NetworkSource:
    """A connection to an RTSP camera.

    Pictures carry the camera's own clock from its first RTCP sender report on, where it sends them.

    Args:
        address: `rtsp://` or `rtsps://`, with credentials if needed.
        timeouts_s: For opening, and for silence while reading.
    """
    return NetworkSource(address, dict(_OPTIONS), timeouts_s, on_drop)
