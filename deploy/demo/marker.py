"""The demo's agent at the live desk: watches each camera that has marks beside its clip, and marks them in time.

It uses the console as a browser does: signs in, opens the camera's page, reads the stream, and sends the page's form
with the number of the picture that it was shown. A console that restarts is signed in to again; a mark that never could
be posted stops the demo.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import quote

import httpx
import structlog

from ingest.errors import Halt
from ingest.model import Camera, CameraId
from ingest.sources.file import length_us, path_of

_log = structlog.get_logger("demo.marker")
LOGIN = "csu"
"""The person of the demo's site who watches."""
PATIENCE = timedelta(seconds=60)
"""How long after its instant a mark may still be tried."""
MARKED_PASSES = 8
"""A person does not mark the same car every eight seconds; two cores need longer to find it again in each clip."""
_RETRY_S = 1.0
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class PlannedMark:
    """What to mark on the first picture at or after an instant; the spot is relative to the picture."""

    at: datetime
    offence: str
    spot: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture of the stream: its number and its instant."""

    frame: str
    captured_at: datetime


def marks_beside(camera: Camera, starts_at: datetime) -> list[PlannedMark]:
    """The marks of one pass of a file camera's clip, by time; empty where no `*.marks.json` lies beside it.

    Raises:
        Halt: the file beside the clip cannot be read; the text names it.
    """
    path = path_of(camera.source).with_suffix(".marks.json")
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        marks = [
            PlannedMark(starts_at + timedelta(seconds=e["t"]), e["offence"], _spot(e.get("spot"))) for e in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise Halt(f"{path}: not a list of marks with t, offence and perhaps spot ({error!r})") from error
    return sorted(marks, key=lambda mark: mark.at)


def _spot(pair: Sequence[float] | None) -> tuple[float, float] | None:
    if pair is None:
        return None
    x, y = pair
    return float(x), float(y)


def schedule(camera: Camera, starts_at: datetime, loop: bool) -> Iterator[PlannedMark]:
    """Every mark of a file camera, by time; when looping without end, in every `MARKED_PASSES`th pass of the clip."""
    length = timedelta(microseconds=length_us(path_of(camera.source)))
    for turn in count(step=MARKED_PASSES) if loop else range(1):
        marks = marks_beside(camera, starts_at + turn * length)
        if not marks:
            return
        yield from marks


def play(
    cameras: Iterable[Camera], starts_at: datetime, loop: bool, url: str, password_of: Callable[[str], str | None]
) -> None:
    """Post every mark of the file cameras once a picture at or after its instant is shown.

    Args:
        password_of: A secret by its name; asked for only where there is something to mark.

    Raises:
        Halt: a password or a file is missing, or a mark could not be posted in time.
    """
    marked = [camera for camera in cameras if camera.source.startswith("file:") and marks_beside(camera, starts_at)]
    if not marked:
        return
    password = password_of("marker")
    if password is None:
        raise Halt("CONSTAT_SECRET_MARKER is not set: the demo's agent cannot sign in")
    with ThreadPoolExecutor(len(marked)) as pool:
        jobs = [
            pool.submit(Desk(url, password, camera.id).mark_all, schedule(camera, starts_at, loop)) for camera in marked
        ]
        for job in jobs:
            job.result()


@dataclass(frozen=True, slots=True)
class Desk:
    """The agent before one camera."""

    url: str
    password: str
    camera: CameraId

    def mark_all(self, marks: Iterable[PlannedMark]) -> None:
        """Post the marks in order. Raises Halt where one could not be posted in time."""
        for mark in marks:
            time.sleep(max(0.0, (mark.at - datetime.now(UTC)).total_seconds() - _TIMEOUT_S))
            while not self._tried(mark):
                if datetime.now(UTC) - mark.at > PATIENCE:
                    raise Halt(f"camera {self.camera}: {mark.offence} at {mark.at.isoformat()} could not be marked")
                time.sleep(_RETRY_S)

    def _tried(self, mark: PlannedMark) -> bool:
        """Sign in, watch and mark; False where the console is away or says no."""
        try:
            with httpx.Client(base_url=self.url, timeout=_TIMEOUT_S) as client:
                sign_in(client, LOGIN, self.password)
                return mark_when_shown(client, self.camera, mark)
        except (httpx.HTTPError, LookupError) as error:
            _log.warning("cannot mark now, trying again", camera=self.camera, reason=repr(error))
            return False


def sign_in(client: httpx.Client, login: str, password: str) -> None:
    """Open a session, kept in the client's cookies. Raises LookupError where the console does not let the person in."""
    page = client.get("/sign-in").text
    answer = client.post("/sign-in", data={"csrf": _hidden(page, "csrf"), "login": login, "password": password})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise LookupError(f"sign-in answered {answer.status_code}")


def mark_when_shown(client: httpx.Client, camera: CameraId, mark: PlannedMark) -> bool:
    """Watch until the picture of the mark is shown, and mark it; whether the console took it."""
    where = f"/live/{quote(camera, safe='')}"
    page = client.get(where, params={"aim": "offences"}).text
    form = {"csrf": _hidden(page, "csrf"), "page": _hidden(page, "page"), "offence": mark.offence}
    with client.stream("GET", f"{where}/stream", params={"viewing": form["page"]}) as answer:
        answer.raise_for_status()
        for picture in pictures_of(answer.iter_bytes(), _boundary(answer)):
            if picture is not None and picture.captured_at >= mark.at:
                return _post(client, f"{where}/mark", form | _pointed(mark, picture))
            if datetime.now(UTC) - mark.at > PATIENCE:
                return False
    return False


def pictures_of(pieces: Iterable[bytes], boundary: bytes) -> Iterator[SeenPicture | None]:
    """The pictures that a stream's parts name, in order; None for a placeholder."""
    held = b""
    for piece in pieces:
        *parts, held = (held + piece).split(b"--" + boundary + b"\r\n")
        for part in parts:
            head = part.partition(b"\r\n\r\n")[0].decode("latin-1")
            named = dict(line.split(": ", 1) for line in head.split("\r\n") if ": " in line)
            if "X-Frame" in named:
                yield SeenPicture(named["X-Frame"], datetime.fromisoformat(named["X-Captured-At"]))
            else:
                yield None


def _boundary(answer: httpx.Response) -> bytes:
    """What stands between the parts. Raises LookupError where the answer is not a stream."""
    _, found, boundary = answer.headers["content-type"].partition("boundary=")
    if not found:
        raise LookupError("the answer is not a stream of pictures")
    return bytes(boundary, "ascii")


def _pointed(mark: PlannedMark, picture: SeenPicture) -> dict[str, str]:
    x, y = mark.spot or ("", "")
    return {"frame": picture.frame, "x": str(x), "y": str(y)}


def _post(client: httpx.Client, path: str, form: dict[str, str]) -> bool:
    answer = client.post(path, data=form, headers={"accept": "application/json"})
    if answer.status_code != httpx.codes.OK:
        _log.warning("the console did not take the mark", path=path, status=answer.status_code)
        return False
    _log.info("marked", path=path, offence=form["offence"], frame=form["frame"])
    return True


def _hidden(page: str, name: str) -> str:
    """The value of a hidden field. Raises LookupError where the page has none."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    if match is None:
        raise LookupError(f"the page has no field {name}")
    return match[1]
