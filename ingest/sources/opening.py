"""Opening a source with PyAV: time-outs, credentials that never show, FFmpeg's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit, urlunsplit

import av

from ingest.errors import ConstatError, RetryLater
from ingest.sources.model import CameraUnusable

_ERROR = av.error
_REFUSED = (_ERROR.HTTPUnauthorizedError, _ERROR.HTTPForbiddenError)
_NOT_THERE = (_ERROR.FileNotFoundError, _ERROR.IsADirectoryError, _ERROR.NotADirectoryError, _ERROR.PermissionError)
_NOT_VIDEO = (
    _ERROR.InvalidDataError,
    _ERROR.DemuxerNotFoundError,
    _ERROR.DecoderNotFoundError,
    _ERROR.ProtocolNotFoundError,
)
_SILENT = (_ERROR.ExitError, _ERROR.TimeoutError)


def public_address(address: str) -> str:
    """The address without user and password, fit for logs."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def with_credentials(address: str, secret: str | None) -> str:
    """The address with "user:password" in it, percent-encoded. Never log the result."""
    if secret is None:
        return address
    user, _, password = secret.partition(":")
    parts = urlsplit(public_address(address))
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def translated(error: av.error.FFmpegError, name: str, is_file: bool) -> ConstatError:
    """FFmpeg's error as one of ours.

    Built from the error's meaning alone: its own text repeats the address, with the password in it.
    """
    said = error.strerror or type(error).__name__
    if isinstance(error, _REFUSED):
        return CameraUnusable(f"{name}: the camera refuses the credentials ({said}). Check the secret of this camera.")
    if isinstance(error, _ERROR.HTTPNotFoundError):
        return CameraUnusable(f"{name}: no such stream ({said}). Check the path in the address.")
    if isinstance(error, _NOT_THERE):
        return CameraUnusable(f"{name}: cannot be opened ({said}). Check the path and its permissions.")
    if isinstance(error, _ERROR.InvalidDataError) and not is_file:
        # FFmpeg says this too when a camera falls silent in the middle of an answer.
        return RetryLater(f"{name}: no readable video came in time ({said})")
    if isinstance(error, _NOT_VIDEO):
        return CameraUnusable(f"{name}: not readable as video ({said}). The data is damaged or of another kind.")
    if isinstance(error, _SILENT):
        return RetryLater(f"{name}: nothing came in time")
    return RetryLater(f"{name}: {said}")


@contextmanager
def errors_of(name: str, is_file: bool = False) -> Iterator[None]:
    """Translate FFmpeg's errors inside the block; the cause is dropped where its text holds the address."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise translated(error, name, is_file) from None
