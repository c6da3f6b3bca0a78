"""One module per kind of camera; the only place that knows PyAV in ingest."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from ingest.model import Camera
from ingest.sources.file import FileSource, path_of
from ingest.sources.mjpeg import MjpegSource
from ingest.sources.model import CameraUnusable, OnDrop, Source
from ingest.sources.opening import with_credentials
from ingest.sources.rtsp import rtsp_source

SecretOf = Callable[[str], str | None]
"""From the name of a secret to "user:password"; None where it is not known."""


def is_file(camera: Camera) -> bool:
    """Whether the camera is a file played as one."""
    return camera.source.startswith("file:")


def open_source(camera: Camera, secret_of: SecretOf, timeouts_s: tuple[float, float], on_drop: OnDrop) -> Source:
    """The source for a camera's address; it connects when first read.

    Args:
        secret_of: Resolves `camera.credentials`.
        timeouts_s: For opening, and for silence while reading.

    Raises:
        CameraUnusable: the kind of address is not known, or its secret is not.
    """
    if is_file(camera):
        return FileSource(path_of(camera.source), on_drop)
    secret = secret_of(camera.credentials) if camera.credentials is not None else None
    if camera.credentials is not None and secret is None:
        raise CameraUnusable(f"camera {camera.id}: secret {camera.credentials!r} is not set. Give it to ingest.")
    address = with_credentials(camera.source, secret)
    match urlsplit(camera.source).scheme:
        case "rtsp" | "rtsps":
            return rtsp_source(address, timeouts_s, on_drop)
        case "http" | "https":
            return MjpegSource(address, timeouts_s, on_drop)
        case scheme:
            raise CameraUnusable(
                f"camera {camera.id}: addresses of kind {scheme!r} are not known. "
                "Use rtsp:, rtsps:, http:, https: or file:."
            )
