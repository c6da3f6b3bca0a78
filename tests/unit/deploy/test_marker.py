"""The demo's agent at the live desk: what it marks, when, and on which picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import httpx
import pytest

from deploy.demo import marker
from deploy.demo.marker import (
    MARKED_PASSES,
    Desk,
    PlannedMark,
    mark_when_shown,
    marks_beside,
    pictures_of,
    play,
    schedule,
)
from ingest.errors import Halt
from ingest.model import Camera, CameraId
from verbalise.law.catalogue import offences
from verbalise.model import OffenceId, Trigger

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FOOTAGE = Path("deploy/demo/footage").absolute()
RED = Camera(CameraId("T1"), f"file:{FOOTAGE / 'red.mp4'}")
PED = Camera(CameraId("B1"), f"file:{FOOTAGE / 'ped.mp4'}")
MULTIPART = "multipart/x-mixed-replace; boundary=constat-picture"
PAGE = '<input name="csrf" value="c"><input name="page" value="p">'


def test_the_car_that_passes_at_red_is_marked() -> None:
    (mark,) = schedule(RED, START, loop=False)
    assert mark.at == START + timedelta(seconds=3.9)
    assert mark.spot == (0.59, 0.614)
    assert Trigger.AGENT in offences()[OffenceId(mark.offence)].triggers


def test_a_loop_marks_again_some_passes_later() -> None:
    first, second = islice(schedule(RED, START, loop=True), 2)
    assert second.at - first.at == MARKED_PASSES * timedelta(seconds=8)


def test_without_marks_nobody_signs_in() -> None:
    assert marks_beside(PED, START) == []
    play([PED], START, loop=True, url="http://nowhere.test", password_of=lambda _: None)


def test_a_missing_password_is_said() -> None:
    with pytest.raises(Halt, match="CONSTAT_SECRET_MARKER"):
        play([RED], START, loop=False, url="http://nowhere.test", password_of=lambda _: None)


@pytest.mark.parametrize("text", ["not json", '[{"t": 1}]', '[{"t": 1, "offence": "x", "spot": [1]}]'])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.marks.json").write_text(text, encoding="utf-8")
    with pytest.raises(Halt, match=r"odd\.marks\.json"):
        marks_beside(Camera(CameraId("C1"), f"file:{tmp_path / 'odd.mp4'}"), START)


def part(frame: int, seconds: float) -> bytes:
    at = (START + timedelta(seconds=seconds)).isoformat()
    return f"X-Frame: {frame}\r\nX-Captured-At: {at}\r\n\r\njpeg\r\n--constat-picture\r\n".encode()


def body() -> bytes:
    return b"--constat-picture\r\n" + part(46, 3.83) + b"\r\n\r\nnone\r\n--constat-picture\r\n" + part(47, 3.92)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_pictures_are_told_from_the_stream_however_it_is_cut(size: int) -> None:
    data = body()
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    seen = list(pictures_of(pieces, b"constat-picture"))
    assert [picture.frame if picture else None for picture in seen] == [None, "46", None, "47"]


def console(posted: list[str], status: int = 200) -> httpx.Client:
    """A console that shows two pictures and answers to a mark."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            posted.append(request.content.decode())
            return httpx.Response(status, json={"said": ""})
        if request.url.path.endswith("/stream"):
            return httpx.Response(200, content=body(), headers={"content-type": MULTIPART})
        return httpx.Response(200, text=PAGE)

    return httpx.Client(base_url="http://console.test", transport=httpx.MockTransport(answer))


def test_the_picture_shown_at_that_instant_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marker, "PATIENCE", timedelta(days=36_500))
    posted: list[str] = []
    mark = PlannedMark(START + timedelta(seconds=3.9), "red-light", (0.59, 0.614))
    assert mark_when_shown(console(posted), CameraId("T1"), mark)
    assert posted == ["csrf=c&page=p&offence=red-light&frame=47&x=0.59&y=0.614"]


def test_a_mark_that_the_console_does_not_take_is_not_done() -> None:
    mark = PlannedMark(START, "red-light", None)
    assert not mark_when_shown(console([], 503), CameraId("T1"), mark)
    assert not mark_when_shown(console([]), CameraId("T1"), PlannedMark(datetime.now(UTC), "red-light", None))


def test_a_mark_that_never_could_be_posted_stops_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marker, "_RETRY_S", 0.0)
    long_past: Iterator[PlannedMark] = iter([PlannedMark(START, "red-light", None)])
    with pytest.raises(Halt, match="could not be marked"):
        Desk("http://127.0.0.1:1", "secret", CameraId("T1")).mark_all(long_past)
