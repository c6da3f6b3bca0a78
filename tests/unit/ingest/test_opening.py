"""Addresses, credentials and FFmpeg's errors: no password in any text."""

from __future__ import annotations

import socket
import traceback
from pathlib import Path

import pytest

from ingest.errors import RetryLater
from ingest.model import Camera, CameraId
from ingest.sources import is_file, open_source
from ingest.sources.model import CameraUnusable, DropReason, Source
from ingest.sources.opening import public_address, with_credentials

SECRET = "agent:p@ss/w:rd"


def opened(address: str, credentials: str | None = None, secrets: dict[str, str] | None = None) -> Source:
    camera = Camera(CameraId("B1"), address, credentials)
    return open_source(camera, (secrets or {}).get, (2.0, 2.0), ignore)


def ignore(_: DropReason) -> None:
    pass


def test_credentials_are_encoded_into_the_address_and_taken_out_again() -> None:
    address = with_credentials("rtsp://street.example:554/a?b=1", SECRET)
    assert address == "rtsp://agent:p%40ss%2Fw%3Ard@street.example:554/a?b=1"
    assert public_address(address) == "rtsp://street.example:554/a?b=1"
    assert with_credentials("rtsp://street.example/a", None) == "rtsp://street.example/a"
    assert with_credentials("rtsp://old:one@street.example/a", "new:two") == "rtsp://new:two@street.example/a"


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_refused_connection_names_the_camera_without_the_password(scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}/live"
    source = opened(address, "b1", {"b1": SECRET})
    with pytest.raises(RetryLater) as caught:
        list(source.units())
    shown = "".join(traceback.format_exception(caught.value)) + repr(source)
    assert address in str(caught.value)
    assert "p@ss" not in shown
    assert "p%40ss" not in shown


def test_a_camera_that_accepts_and_stays_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        camera = Camera(CameraId("B1"), f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live")
        source = open_source(camera, lambda _: None, (0.3, 0.3), ignore)
        with pytest.raises(RetryLater, match="came in time"):
            list(source.units())


def test_a_secret_that_is_not_set_is_named() -> None:
    with pytest.raises(CameraUnusable, match="camera B1: secret 'b1' is not set"):
        opened("rtsp://street.example/live", "b1")


@pytest.mark.parametrize("address", ["ftp://street.example/a", "street.example/a", ""])
def test_an_unknown_kind_of_address_lists_the_known_ones(address: str) -> None:
    with pytest.raises(CameraUnusable, match=r"camera B1.*rtsp:, rtsps:, http:, https: or file:"):
        opened(address)


def test_files_are_told_from_streams(tmp_path: Path) -> None:
    assert is_file(Camera(CameraId("B1"), f"file:{tmp_path}/a.mp4"))
    assert not is_file(Camera(CameraId("B1"), "rtsp://street.example/a"))


def test_a_playlist_cannot_make_ingest_open_other_addresses(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        playlist = tmp_path / "street.m3u8"
        target = f"http://127.0.0.1:{inside.getsockname()[1]}/secret.ts"
        playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n")
        with pytest.raises((CameraUnusable, RetryLater)):
            list(opened(f"file:{playlist}").units())
        with pytest.raises(TimeoutError):
            inside.accept()
