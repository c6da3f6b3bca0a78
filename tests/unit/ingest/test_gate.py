"""Nothing is taken in at an instant at which that is not allowed, to the picture, and what is allowed again goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.camera_worker import CameraWorker
from ingest.clock import LiveClock
from ingest.errors import RetryLater
from ingest.file_camera import FileCamera
from ingest.gate import NotAllowed, RefusalAt
from ingest.health import CameraRecord, CameraState
from ingest.last_records import find_last_records
from ingest.live_camera import LiveCamera
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, Camera, CameraId, Packet, StreamBreak
from ingest.outlet import VideoOutlet
from ingest.sources.file import FileSource
from ingest.sources.model import AccessUnit
from ingest.topics import HEALTH
from ingest.wire import CAMERA_HEALTH
from ingest.worker import EXIT_CLEAN, IngestWorker
from tests.unit.ingest.clips import (
    CAMERA,
    REORDERED,
    T0,
    Clock,
    WaitingMovesClock,
    group,
    size_changing_clip,
    video_records,
    write_clip,
)
from tests.unit.ingest.test_file_camera import LATER, StopAfter
from tests.unit.ingest.test_live_camera import letter
from tests.unit.ingest.test_worker import QUICK, Running, eventually, file_camera, no_secret, started

__all__ = ["started"]

OVER = "L’arrêté préfectoral A-1 : fin le 01/03/2026 à 13:00"


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(["video", HEALTH])


def shut_between(start_ms: float, end_ms: float) -> RefusalAt:
    """Refuses instants from one moment after `T0` until another."""
    first, last = T0 + timedelta(milliseconds=start_ms), T0 + timedelta(milliseconds=end_ms)
    return lambda at: OVER if first <= at < last else None


class TimedSource:
    """Gives pictures, each at an instant of the wall clock; says whether it was opened."""

    def __init__(self, clock: Clock, units: list[AccessUnit]) -> None:
        self._clock, self._units = clock, units
        self.opened = self.is_closed = False

    def units(self) -> Iterator[AccessUnit]:
        self.opened = True
        for unit in self._units:
            self._clock.at = T0 + timedelta(milliseconds=unit.pts)
            yield unit

    def close(self) -> None:
        self.is_closed = True


class LiveRig:
    """A live camera whose clock moves with its pictures."""

    def __init__(self, bus: MemoryBus, refusal: RefusalAt) -> None:
        self.bus = bus
        self.clock = Clock(step=timedelta(0))
        self._camera = Camera(CAMERA, "rtsp://street.example")
        self.record = CameraRecord(self._camera, self.clock)
        self._outlet = VideoOutlet(CAMERA, bus.producer(), None, 1_000_000)
        self._refusal = refusal
        self.sources: list[TimedSource] = []

    def camera(self, *units: AccessUnit) -> LiveCamera:
        def open_source() -> TimedSource:
            self.sources.append(TimedSource(self.clock, list(units)))
            return self.sources[-1]

        def new_clock() -> LiveClock:
            return LiveClock(drift_ppm=0, tolerance_s=60)

        return LiveCamera(self._camera, open_source, self._outlet, self.record, new_clock, self.clock, self._refusal)

    def shape(self) -> list[str]:
        return [letter(record) for record in video_records(self.bus)]


def test_a_camera_without_an_order_is_not_even_connected_to(bus: MemoryBus) -> None:
    rig = LiveRig(bus, shut_between(-1000, 1000))
    with pytest.raises(NotAllowed, match="A-1"):
        rig.camera(*group(0)).play(threading.Event())
    assert rig.sources == []
    assert rig.record.snapshot().connections_opened == 0
    assert rig.shape() == []


def test_an_order_that_ends_ends_the_stream_with_its_last_picture_before(bus: MemoryBus) -> None:
    rig = LiveRig(bus, shut_between(80, 1000))
    with pytest.raises(NotAllowed):
        rig.camera(*group(0, 5)).play(threading.Event())
    assert rig.shape() == ["K", "p", "not-allowed"]
    [end] = [record for record in video_records(bus) if isinstance(record, StreamBreak)]
    assert end.at == T0 + timedelta(milliseconds=80)
    assert rig.sources[0].is_closed
    assert rig.record.snapshot().connections == 0


def test_what_was_shut_opens_by_itself_with_a_new_stream(bus: MemoryBus) -> None:
    rig = LiveRig(bus, shut_between(80, 2500))
    stop = WaitingMovesClock(rig.clock, 5)
    with capture_logs() as logs:
        CameraWorker(CAMERA, rig.camera(*group(0, 5)), rig.record, (0.5, 30.0), lambda: 1.0, lambda _: None).run(stop)
    assert stop.waits[:3] == [1, 1, 1], "it asks once a second"
    assert rig.shape()[:3] == ["K", "p", "not-allowed"]
    shut = [log for log in logs if log["event"] == "camera.shut"]
    assert (shut[0]["camera"], shut[0]["reason"]) == (CAMERA, OVER)
    assert [log["event"] for log in logs if log["event"] in ("camera.shut", "camera.opened")][:2] == [
        "camera.shut",
        "camera.opened",
    ], "said once, not once a second"


def test_being_shut_shows_and_is_no_reconnection(bus: MemoryBus) -> None:
    rig = LiveRig(bus, lambda _: OVER)

    class Looking(WaitingMovesClock):
        def wait(self, timeout: float | None = None) -> bool:
            health = rig.record.snapshot()
            assert (health.state, health.last_error, health.reconnects) == (CameraState.SHUT, OVER, 0)
            return super().wait(timeout)

    stop = Looking(rig.clock, 3)
    CameraWorker(CAMERA, rig.camera(), rig.record, (0.5, 30.0), lambda: 1.0, lambda _: None).run(stop)
    assert len(stop.waits) == 3


def test_connections_and_bytes_are_counted(bus: MemoryBus) -> None:
    rig = LiveRig(bus, lambda _: None)
    for _ in range(2):
        with pytest.raises(RetryLater):
            rig.camera(*group(0, 3)).play(threading.Event())
    health = rig.record.snapshot()
    assert (health.connections, health.most_connections, health.connections_opened) == (0, 1, 2)
    assert health.bytes_read == 600
    with rig.record.connection(), rig.record.connection():
        assert rig.record.snapshot().connections == 2
    assert rig.record.snapshot().most_connections == 2


def play_file(
    bus: MemoryBus, path: Path, refusal: RefusalAt, stop: threading.Event | None = None, loop: bool = False
) -> CameraRecord:
    """Start ingest for one file as a fresh process would."""
    camera = Camera(CAMERA, f"file:{path}", starts_at=T0, loop=loop)
    clock = Clock(LATER)
    record = CameraRecord(camera, clock)
    last = find_last_records(bus.log_reader(), [CAMERA], None).get(CAMERA)
    outlet = VideoOutlet(CAMERA, bus.producer(), last, 1_000_000)
    FileCamera(camera, lambda: FileSource(path, record.dropped), outlet, record, clock, refusal).play(
        stop or threading.Event()
    )
    return record


@pytest.mark.parametrize(
    ("refusal", "shape"),
    [
        (shut_between(-1, 5000), "end-of-file"),
        (shut_between(700, 5000), "K p p p p K p not-allowed end-of-file"),
        (shut_between(-1, 500), "K p p p p K p end-of-file"),
        (shut_between(-1, 501), "K p end-of-file"),
        (shut_between(200, 500), "K p not-allowed K p p p p K p end-of-file"),
        (shut_between(200, 510), "K p not-allowed K p end-of-file"),
        (shut_between(1100, 1200), "K p p p p K p p p p K not-allowed end-of-file"),
    ],
    ids=["always", "from .7 s", "until .5 s", "until just after", "between keyframes", "past a keyframe", "the last"],
)
def test_pictures_of_a_file_are_left_out_by_their_own_instant(
    bus: MemoryBus, tmp_path: Path, refusal: RefusalAt, shape: str
) -> None:
    play_file(bus, write_clip(tmp_path / "street.mp4"), refusal)
    records = video_records(bus)
    assert " ".join(map(letter, records)) == shape
    assert not any(refusal(record.captured_at) for record in records if isinstance(record, Packet))
    assert [record.seq for record in records] == list(range(len(records)))


def test_a_reordered_picture_does_not_reopen_what_an_orders_end_has_shut(bus: MemoryBus, tmp_path: Path) -> None:
    refusal = shut_between(250, 5000)
    play_file(bus, write_clip(tmp_path / "street.mp4", options=REORDERED), refusal)
    *packets, _, _ = video_records(bus)
    assert packets
    assert all(isinstance(packet, Packet) and refusal(packet.captured_at) is None for packet in packets)
    assert [letter(record) for record in video_records(bus)][-2:] == ["not-allowed", "end-of-file"]


@pytest.mark.parametrize("kind", ["plain", "reordered", "size-changing"])
@pytest.mark.parametrize("window", [(200, 500), (-1, 510), (700, 5000), (450, 700)])
def test_stopped_anywhere_a_file_with_a_gap_goes_on_alike(
    tmp_path: Path, kind: str, window: tuple[float, float]
) -> None:
    path = {
        "plain": lambda: write_clip(tmp_path / "street.mp4"),
        "reordered": lambda: write_clip(tmp_path / "street.mp4", options=REORDERED),
        "size-changing": lambda: size_changing_clip(tmp_path),
    }[kind]()
    refusal = shut_between(*window)
    whole = MemoryBus(["video"])
    play_file(whole, path, refusal)
    expected = video_records(whole)
    for cut in range(len(expected) + 1):
        bus = MemoryBus(["video"])
        play_file(bus, path, refusal, StopAfter(bus, cut))
        play_file(bus, path, refusal)
        assert video_records(bus) == expected


def test_a_loop_that_is_shut_between_two_passes_ends_the_stream_of_the_first(tmp_path: Path) -> None:
    path, refusal = write_clip(tmp_path / "street.mp4", 5), shut_between(500, 1000)
    whole = MemoryBus(["video"])
    play_file(whole, path, refusal, StopAfter(whole, 14), loop=True)
    expected = video_records(whole)
    assert " ".join(map(letter, expected)) == "K p p p p not-allowed K p p p p K p p"
    for cut in range(15):
        bus = MemoryBus(["video"])
        play_file(bus, path, refusal, StopAfter(bus, cut), loop=True)
        play_file(bus, path, refusal, StopAfter(bus, 14), loop=True)
        assert video_records(bus) == expected


class Rules:
    """What is allowed and which cameras there are, changed while ingest runs."""

    def __init__(self, *cameras: Camera) -> None:
        self.cameras = list(cameras)
        self.reasons: dict[str, str] = {}

    def refusal(self, camera: CameraId, _: datetime) -> str | None:
        return self.reasons.get(camera)

    def worker(self, bus: MemoryBus) -> IngestWorker:
        settings = QUICK.model_copy(update={"cameras_every_s": 0.05})
        return IngestWorker(
            lambda: self.cameras, settings, bus.producer(), bus.log_reader, no_secret, self.refusal, jitter=lambda: 1.0
        )


def slow_camera(name: str, path: Path, ago_s: float = 2) -> Camera:
    """A file of many pictures, ten a second, two seconds of which are due."""
    return file_camera(name, path, datetime.now(UTC) - timedelta(seconds=ago_s))


def letters(bus: MemoryBus, camera: str) -> list[str]:
    return [letter(record) for record in video_records(bus, camera)]


def test_a_camera_is_shut_and_opened_without_a_restart_and_the_other_goes_on(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    path = write_clip(tmp_path / "long.mp4", 400)
    rules = Rules(slow_camera("B1", path), slow_camera("B2", path))
    running = started(rules.worker(bus))
    assert eventually(lambda: len(letters(bus, "B1")) > 20 and len(letters(bus, "B2")) > 20)
    rules.reasons["B1"] = OVER
    assert eventually(lambda: letters(bus, "B1")[-1] == "not-allowed")
    states = {health.camera: health for health in running.worker.health()}
    assert (states[CameraId("B1")].state, states[CameraId("B1")].last_error) == (CameraState.SHUT, OVER)
    assert states[CameraId("B2")].state is CameraState.RUNNING
    taken = len(letters(bus, "B2"))
    assert eventually(lambda: len(letters(bus, "B2")) > taken + 3)
    assert letters(bus, "B1")[-1] == "not-allowed"
    rules.reasons.clear()
    assert eventually(lambda: letters(bus, "B1")[-1] in "Kp")
    assert running.stop() == EXIT_CLEAN
    assert not {BreakReason.NOT_ALLOWED.value, "lost"} & set(letters(bus, "B2"))
    seqs = [record.seq for record in video_records(bus, "B1")]
    assert seqs == list(range(len(seqs)))


def test_cameras_come_go_and_change_while_the_others_play(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    path, short = write_clip(tmp_path / "long.mp4", 400), write_clip(tmp_path / "short.mp4")
    stays, leaves = slow_camera("B1", path), slow_camera("B2", path)
    rules = Rules(stays, leaves)
    running = started(rules.worker(bus))
    assert eventually(lambda: len(letters(bus, "B2")) > 20)
    rules.cameras = [stays, file_camera("B3", short)]
    assert eventually(lambda: letters(bus, "B3")[-1:] == ["end-of-file"])
    assert eventually(lambda: {health.camera for health in running.worker.health()} == {"B1", "B3"})
    left = len(letters(bus, "B2"))
    rules.cameras = [stays, file_camera("B3", short, T0 + timedelta(days=1)), leaves]
    assert eventually(lambda: letters(bus, "B3").count("end-of-file") == 2)
    assert eventually(lambda: len(letters(bus, "B2")) > left), "back where it was left"
    assert running.stop() == EXIT_CLEAN
    for name in ("B1", "B2", "B3"):
        seqs = [record.seq for record in video_records(bus, name)]
        assert seqs == list(range(len(seqs)))
    assert len({record.stream for record in video_records(bus, "B1")}) == 1
    assert len({record.stream for record in video_records(bus, "B2")}) == 1


def test_a_site_that_cannot_be_read_leaves_what_plays_alone(
    bus: MemoryBus, tmp_path: Path, started: Callable[[IngestWorker], Running]
) -> None:
    rules = Rules(slow_camera("B1", write_clip(tmp_path / "long.mp4", 400)))
    worker = rules.worker(bus)
    running = started(worker)
    assert eventually(lambda: len(letters(bus, "B1")) > 20)

    class Away(list[Camera]):
        def __iter__(self) -> Iterator[Camera]:
            raise RetryLater("the register is away")

    rules.cameras = Away()
    taken = len(letters(bus, "B1"))
    assert eventually(lambda: len(letters(bus, "B1")) > taken + 3)
    assert running.stop() == EXIT_CLEAN


def test_a_shut_camera_holds_up_no_run_that_waits_for_the_end(bus: MemoryBus, tmp_path: Path) -> None:
    rules = Rules(
        file_camera("B1", write_clip(tmp_path / "street.mp4")),
        Camera(CameraId("B2"), "rtsp://127.0.0.1:1/live"),
    )
    rules.reasons["B2"] = OVER
    worker = rules.worker(bus)
    assert worker.run(until_ended=True) == EXIT_CLEAN
    assert letters(bus, "B1")[-1] == "end-of-file"
    assert letters(bus, "B2") == []


def test_health_goes_to_its_topic_keyed_by_camera(bus: MemoryBus, tmp_path: Path) -> None:
    rules = Rules(file_camera("B1", write_clip(tmp_path / "street.mp4")))
    assert rules.worker(bus).run(until_ended=True) == EXIT_CLEAN
    records = bus.records(HEALTH)
    assert {record.key for record in records} == {"B1"}
    newest = CAMERA_HEALTH.decode(records[-1].value)
    assert newest.state is CameraState.ENDED
    assert newest.bytes_read == sum(len(r.data) for r in video_records(bus) if isinstance(r, Packet))
    assert newest.counted_since <= newest.at
