"""Kill the worker anywhere, as often as you like: what observers see, repetitions dropped, is the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from detect.model import ObservedFrame
from detect.wire import Observed
from detect.worker import GROUP
from ingest.bus import Envelope, Message, TopicPartition
from ingest.memory_bus import MemoryBus
from tests.unit.detect.clips import (
    OPEN_GROUPS,
    PLAIN,
    REORDERED,
    Record,
    bus_with,
    checkpoints,
    clip,
    damaged,
    end_of,
    interleaved,
    observed,
    run_to_end,
    with_end,
    worker_on,
    write,
)


class _Killed(BaseException):
    """The process is gone: no handler runs, nothing queued is sent."""


class _Fuse:
    """Counts what the worker asks of the bus; kills it at the n-th request."""

    def __init__(self, requests: int) -> None:
        self._left = requests

    def burn(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Killed


class _MortalProducer:
    """Stores at a flush; of what is queued at death only a part was stored, `state` ahead of `tracks`."""

    def __init__(self, bus: MemoryBus, fuse: _Fuse, stored_at_death: int) -> None:
        self._inner = bus.producer()
        self._fuse = fuse
        self._stored_at_death = stored_at_death
        self._queue: list[Message] = []

    def send(self, message: Message, on_written: Callable[[TopicPartition, int], None] | None = None) -> None:
        self._queue.append(message)
        self._burn()

    def flush(self, timeout_s: float) -> None:
        self._burn()
        for message in self._queue:
            self._inner.send(message)
        self._queue = []

    def _burn(self) -> None:
        try:
            self._fuse.burn()
        except _Killed:
            partly = sorted(self._queue, key=lambda message: message.topic != "tracker-state")
            for message in partly[: self._stored_at_death]:
                self._inner.send(message)
            raise


class _MortalConsumer:
    """A member of the group that dies at the fuse's end; the group notices at once."""

    def __init__(self, bus: MemoryBus, fuse: _Fuse) -> None:
        self._inner = bus.consumer(GROUP)
        self._fuse = fuse
        self.subscribe, self.close = self._inner.subscribe, self._inner.close

    def poll(self, timeout_s: float) -> Envelope | None:
        self._fuse.burn()
        return self._inner.poll(timeout_s)

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        self._fuse.burn()
        self._inner.commit(next_offsets)


def run_until_killed(bus: MemoryBus, requests: int, stored_at_death: int) -> None:
    """A worker that lives for so many requests to the bus, or until nothing is left to read."""
    fuse = _Fuse(requests)
    worker = worker_on(
        bus, consumer=_MortalConsumer(bus, fuse), producer=_MortalProducer(bus, fuse, stored_at_death), checkpoint_s=0.5
    )
    try:
        worker.run(until_idle_s=0.0)
    except _Killed:
        return


def at_their_place(records: list[Observed]) -> dict[tuple[str, int, str], Observed]:
    """Records by camera and place in the video; a repetition that differs fails."""
    placed: dict[tuple[str, int, str], Observed] = {}
    for record in records:
        kind = "frame" if isinstance(record, ObservedFrame) else "break"
        assert placed.setdefault((record.camera, record.video.offset, kind), record) == record
    return placed


def _life(camera: str, x264: str, hurt: int | None) -> list[Record]:
    """Two streams of one camera, of different sizes; one packet of the first may be unreadable."""
    first = clip(20, camera=camera, stream=f"{camera}~s1", x264=x264)
    if hurt is not None:
        first[hurt] = damaged(first[hurt])
    second = clip(12, camera=camera, stream=f"{camera}~s2", x264=x264, size=(192, 128), first_seq=21, at_s=3)
    return [*first, end_of(first), *second, end_of(second)]


_CODINGS = (PLAIN, REORDERED, OPEN_GROUPS)
_LIVES = {
    (camera, coding, hurt): _life(camera, coding, hurt)
    for camera in ("B1", "B2")
    for coding in _CODINGS
    for hurt in (None, 3, 8)
}
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # tests never judge time
_deaths = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 5)), min_size=1, max_size=6)


@settings(_PATIENT, max_examples=40)
@given(st.sampled_from(_CODINGS), st.sampled_from([None, 3, 8]), st.sampled_from(_CODINGS), _deaths)
@example(PLAIN, 3, PLAIN, [(86, 0), (36, 1), (65, 1)])  # the last break's state is stored, its commit is not
def test_death_changes_nothing_that_observers_see(
    coding: str, hurt: int | None, other_coding: str, deaths: list[tuple[int, int]]
) -> None:
    records = interleaved(_LIVES["B1", coding, hurt], _LIVES["B2", other_coding, None])
    expected = at_their_place(run_to_end(bus_with(records), checkpoint_s=0.5))
    assert len(expected) > 40

    bus = bus_with(records)
    for requests, stored_at_death in deaths:
        run_until_killed(bus, requests, stored_at_death)
    run_to_end(bus, checkpoint_s=0.5)

    assert at_their_place(observed(bus)) == expected
    assert set(bus.group_lag(GROUP, ["video"]).values()) == {0}


@settings(_PATIENT, max_examples=25)
@given(st.sampled_from(_CODINGS), _deaths, st.integers(1, 31))
def test_death_changes_nothing_while_the_video_is_still_coming(
    coding: str, deaths: list[tuple[int, int]], arrived: int
) -> None:
    records = _LIVES["B1", coding, None]
    expected = at_their_place(run_to_end(bus_with(records), checkpoint_s=0.5))

    bus = bus_with(records[:arrived])
    run_until_killed(bus, *deaths[0])
    write(bus, records[arrived:])
    for requests, stored_at_death in deaths[1:]:
        run_until_killed(bus, requests, stored_at_death)
    run_to_end(bus, checkpoint_s=0.5)

    assert at_their_place(observed(bus)) == expected


@settings(_PATIENT, max_examples=25)
@given(st.data())
def test_a_record_stored_twice_is_observed_once(data: st.DataObject) -> None:
    packets = clip(20, x264=data.draw(st.sampled_from(_CODINGS)))
    twice = data.draw(st.sets(st.integers(0, 19), max_size=6))
    records: list[Record] = []
    for packet in packets:
        records += [packet] * (2 if packet.seq in twice else 1)
    once = run_to_end(bus_with(with_end(packets)))
    repeated = run_to_end(bus_with([*records, end_of(packets)]))
    assert [_unplaced(record) for record in repeated] == [_unplaced(record) for record in once]


def _unplaced(record: Observed) -> Observed:
    return replace(record, video=replace(record.video, offset=0, keyframe_offset=0))


@settings(_PATIENT, max_examples=25)
@given(st.sampled_from(_CODINGS), st.integers(0, 90))
def test_what_is_committed_can_always_be_read_again(coding: str, requests: int) -> None:
    bus = bus_with(_LIVES["B1", coding, None])
    run_until_killed(bus, requests, 0)
    committed = bus.groups[GROUP].committed.get(TopicPartition("video", 0), 0)
    states = checkpoints(bus)
    assert all(record.offset <= bus.end_offsets(["video"])[TopicPartition("video", 0)] for record in states)
    if committed:
        assert committed in {record.offset for record in states}
        seen = {record.video.offset for record in observed(bus)}
        decodable = {
            r.video.offset for r in run_to_end(bus_with(_LIVES["B1", coding, None])) if r.video.offset < committed
        }
        assert decodable <= seen
