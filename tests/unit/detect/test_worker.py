"""The worker on a bus in memory: what it writes, what it commits, what it sets aside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

import pytest

from detect.detectors.lazy import LazyDetector
from detect.detectors.scripted import ScriptedDetector
from detect.model import Detection, ObservedBreak
from detect.ports import Picture
from detect.settings import ShedSettings, TrackerSettings
from detect.tracking import ByteTrackTracker
from detect.wire import Observed
from detect.worker import GROUP, DetectWorker
from ingest.bus import Envelope, Message, TopicPartition
from ingest.errors import Halt
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason
from ingest.wire import packet_message
from tests.unit.detect.clips import (
    CAMERA,
    REORDERED,
    STREAM,
    T0,
    bus_with,
    checkpoints,
    clip,
    damaged,
    end_of,
    frames_of,
    interleaved,
    observed,
    run_to_end,
    see_squares,
    settings,
    with_end,
    worker_on,
    write,
)

VIDEO = TopicPartition("video", 0)


def committed(bus: MemoryBus) -> int:
    return bus.groups[GROUP].committed.get(VIDEO, 0)


def seqs_of(records: Sequence[Observed]) -> list[int]:
    return [record.video.seq for record in records]


def test_every_picture_is_observed_once_and_the_end_is_told() -> None:
    packets = clip(24)
    bus = bus_with(with_end(packets))
    *frames, end = run_to_end(bus)

    assert seqs_of(frames) == list(range(24))
    assert isinstance(end, ObservedBreak)
    assert (end.reason, end.stream, end.video.offset, end.video.keyframe_offset) == (
        BreakReason.END_OF_FILE,
        STREAM,
        24,
        16,
    )
    last = frames_of(frames)[-1]
    assert (last.width_px, last.height_px, last.detector) == (160, 96, "squares-1")
    assert {observation.track for frame in frames_of(frames) for observation in frame.observations} == {
        f"{STREAM}:1",
        f"{STREAM}:2",
    }


def test_a_topic_read_to_its_end_has_no_lag() -> None:
    bus = bus_with(with_end(clip(20)))
    run_to_end(bus)
    assert bus.group_lag(GROUP, ["video"]) == {VIDEO: 0}


def test_reordered_pictures_come_in_order_of_presentation_with_their_own_packets() -> None:
    packets = clip(24, x264=REORDERED)
    assert [packet.pts for packet in packets] != sorted(packet.pts for packet in packets)
    frames = frames_of(run_to_end(bus_with(with_end(packets))))
    assert [frame.video.pts for frame in frames] == sorted(packet.pts for packet in packets)
    by_pts = {packet.pts: packet for packet in packets}
    assert all(by_pts[frame.video.pts].seq == frame.video.seq == frame.video.offset for frame in frames)


def test_the_offset_of_the_last_keyframe_is_committed_while_a_stream_runs() -> None:
    bus = bus_with(clip(24))
    run_to_end(bus)
    assert committed(bus) == 16
    assert [(record.offset, record.in_group) for record in checkpoints(bus)] == [(0, True), (16, True)]


def test_states_are_published_at_most_once_per_period_of_capture_time() -> None:
    bus = bus_with(clip(24, codec="mjpeg", container="matroska"))
    run_to_end(bus, checkpoint_s=1.0)
    assert [record.offset for record in checkpoints(bus)] == [0, 10, 20]


def test_two_cameras_share_a_partition_and_the_slower_one_holds_the_offset() -> None:
    one, two = clip(24), clip(13, camera="B2", stream="B2~s1")
    bus = bus_with(interleaved(one, two))
    run_to_end(bus, checkpoint_s=0.5)
    offsets = {(e.key, int(e.headers["seq"])): e.offset for e in bus.records("video")}
    assert committed(bus) == offsets["B2", 8]
    assert seqs_of(observed(bus, "B1")) == list(range(24))
    assert seqs_of(observed(bus, "B2")) == list(range(13))


def test_what_two_cameras_show_does_not_depend_on_each_other() -> None:
    alone = {
        camera: frames_of(run_to_end(bus_with(with_end(clip(20, camera=camera, stream=f"{camera}~s1")))))
        for camera in ("B1", "B2")
    }
    together = bus_with(
        interleaved(*(with_end(clip(20, camera=camera, stream=f"{camera}~s1")) for camera in ("B1", "B2")))
    )
    run_to_end(together)
    for camera, frames in alone.items():
        shown = frames_of(observed(together, camera))
        assert [frame.observations for frame in shown] == [frame.observations for frame in frames]


def test_a_damaged_camera_does_not_disturb_another() -> None:
    one = [damaged(packet) if 3 <= packet.seq < 24 else packet for packet in clip(24)]
    two = clip(24, camera="B2", stream="B2~s1")
    bus = bus_with(interleaved(with_end(one), with_end(two)))
    run_to_end(bus)
    assert seqs_of(frames_of(observed(bus, "B1"))) == [0, 1, 2]
    assert seqs_of(frames_of(observed(bus, "B2"))) == list(range(24))
    assert bus.group_lag(GROUP, ["video"]) == {VIDEO: 0}


def test_analysis_resumes_at_the_keyframe_after_damage() -> None:
    packets = clip(24)
    packets[5] = damaged(packets[5])
    assert seqs_of(frames_of(run_to_end(bus_with(packets)))) == [0, 1, 2, 3, 4, *range(8, 24)]


def test_a_camera_met_inside_a_group_starts_at_its_keyframe() -> None:
    assert seqs_of(run_to_end(bus_with(clip(24)[3:]))) == list(range(8, 24))


def test_tracks_start_afresh_after_a_break_and_after_a_change_of_size() -> None:
    first = with_end(clip(16))
    second = clip(16, stream="B1~s2", size=(320, 192), first_seq=17, at_s=2)
    bus = bus_with([*first, *second, end_of(second)])
    records = run_to_end(bus)
    by_stream = {
        stream: {o.track for frame in frames_of(records) if frame.stream == stream for o in frame.observations}
        for stream in ("B1~s1", "B1~s2")
    }
    assert by_stream == {"B1~s1": {"B1~s1:1", "B1~s1:2"}, "B1~s2": {"B1~s2:1", "B1~s2:2"}}
    assert {(frame.width_px, frame.height_px) for frame in frames_of(records) if frame.stream == "B1~s2"} == {
        (320, 192)
    }


def test_a_stream_that_begins_without_a_break_before_is_taken_up() -> None:
    bus = bus_with([*clip(12), *with_end(clip(12, stream="B1~s2", first_seq=12, at_s=2))])
    records = run_to_end(bus)
    assert [(frame.stream, frame.video.seq) for frame in frames_of(records)] == [
        *(("B1~s1", seq) for seq in range(12)),
        *(("B1~s2", seq) for seq in range(12, 24)),
    ]


def test_a_restart_at_the_end_repeats_only_the_open_group() -> None:
    bus = bus_with(clip(24))
    before = run_to_end(bus)
    after = run_to_end(bus)[len(before) :]
    assert after == before[16:]


def test_a_camera_that_fell_silent_is_let_go_and_taken_up_at_a_keyframe() -> None:
    clock = [T0]
    bus = MemoryBus(now=lambda: clock[0])
    silent, lively = clip(24), clip(24, camera="B2", stream="B2~s1")
    write(bus, interleaved(silent[:11], lively[:11]))
    clock[0] += timedelta(seconds=40)
    write(bus, lively[11:])
    run_to_end(bus, checkpoint_s=0.5)
    offsets = {(e.key, int(e.headers["seq"])): e.offset for e in bus.records("video")}
    assert committed(bus) == offsets["B2", 16]
    assert seqs_of(observed(bus, "B1")) == list(range(11))

    write(bus, silent[11:])
    run_to_end(bus, checkpoint_s=0.5)
    assert seqs_of(observed(bus, "B1")) == [*range(11), *range(16, 24)]


def test_records_of_cameras_not_allowed_are_set_aside_whole() -> None:
    bus = bus_with(clip(3))
    assert run_to_end(bus, is_known=lambda camera, _at: camera == "B9") == []
    rejected = bus.records("video.rejected")
    originals = bus.records("video")
    assert [record.value for record in rejected] == [record.value for record in originals]
    for record, original in zip(rejected, originals, strict=True):
        assert "B1" in record.headers["reason"].decode()
        assert record.headers["rejected-from"].decode() == original.place
        assert dict(record.headers).items() >= dict(original.headers).items()
    assert bus.group_lag(GROUP, ["video"]) == {VIDEO: 0}


def test_a_record_with_bad_headers_is_set_aside_and_the_camera_goes_on() -> None:
    packets = clip(24)
    good = packet_message(packets[5])
    bus = bus_with(packets[:5])
    bus.append(Message("video", CAMERA, good.value, {**good.headers, "pts": b"soon"}))
    write(bus, with_end(packets[6:]))
    records = run_to_end(bus)
    (rejected,) = bus.records("video.rejected")
    assert "'pts'" in rejected.headers["reason"].decode()
    assert seqs_of(frames_of(records)) == [*range(5), *range(8, 24)]


def test_a_codec_without_decoder_is_set_aside() -> None:
    packets = clip(8)
    bus = bus_with([replace(packets[0], codec="theora-9"), *packets[1:], end_of(packets)])
    records = run_to_end(bus)
    assert frames_of(records) == []
    assert [record.headers["seq"] for record in bus.records("video.rejected")] == [b"0"]


def a_worker_that_sees(script: ScriptedDetector, bus: MemoryBus) -> DetectWorker:
    return DetectWorker(
        bus.consumer(GROUP),
        bus.producer(),
        bus.log_reader,
        script,
        lambda: ByteTrackTracker(TrackerSettings()),
        settings(),
        lambda _camera, _at: True,
    )


def test_a_record_that_breaks_the_program_is_set_aside_and_the_rest_goes_on() -> None:
    calls: list[int] = []

    def fails_on_the_fifth(pixels: Picture) -> Sequence[Detection]:
        calls.append(1)
        if len(calls) == 5:
            raise ZeroDivisionError("five")
        return see_squares(pixels)

    bus = bus_with(with_end(clip(24)))
    assert a_worker_that_sees(ScriptedDetector(fails_on_the_fifth), bus).run(until_idle_s=0.0) == 0
    (rejected,) = bus.records("video.rejected")
    assert rejected.headers["reason"] == b"ZeroDivisionError: five"
    assert seqs_of(frames_of(observed(bus))) == [0, 1, 2, 3, *range(8, 24)]


def test_a_detector_that_cannot_run_stops_the_worker_and_loses_nothing() -> None:
    def cannot(pixels: Picture) -> Sequence[Detection]:
        raise Halt("no device: plug it in")

    bus = bus_with(with_end(clip(16)))
    assert a_worker_that_sees(ScriptedDetector(cannot), bus).run(until_idle_s=0.0) == 1
    assert seqs_of(frames_of(run_to_end(bus))) == list(range(16))


def test_the_broker_may_be_away_for_a_while() -> None:
    bus = bus_with(with_end(clip(16)))
    bus.is_away = True
    back = threading.Timer(0.3, lambda: setattr(bus, "is_away", False))
    back.start()
    worker = worker_on(bus, flush_timeout_s=0.1)
    assert worker.run(until_idle_s=0.0) == 0
    back.join()
    assert seqs_of(frames_of(observed(bus))) == list(range(16))


def test_stopping_while_the_broker_is_away_ends_at_once_and_loses_nothing() -> None:
    bus = bus_with(with_end(clip(16)))
    bus.is_away = True
    worker = worker_on(bus, flush_timeout_s=0.01)
    worker.stop()
    assert worker.run() == 0
    bus.is_away = False
    assert seqs_of(frames_of(run_to_end(bus))) == list(range(16))


class _StopsWorker:
    """A consumer that asks its worker to stop as it hands over a record."""

    def __init__(self, bus: MemoryBus, after: int) -> None:
        self._inner = bus.consumer(GROUP)
        self._left = after
        self.worker: DetectWorker | None = None
        self.subscribe, self.commit, self.close = self._inner.subscribe, self._inner.commit, self._inner.close

    def poll(self, timeout_s: float) -> Envelope | None:
        self._left -= 1
        if self._left == 0 and self.worker is not None:
            self.worker.stop()
        return self._inner.poll(timeout_s)


def test_a_stop_finishes_the_record_in_hand_and_leaves_the_group() -> None:
    bus = bus_with(with_end(clip(24)))
    consumer = _StopsWorker(bus, after=13)
    consumer.worker = worker_on(bus, consumer=consumer)
    assert consumer.worker.run() == 0
    assert seqs_of(observed(bus)) == list(range(13))
    assert bus.groups[GROUP].members == []
    assert set(seqs_of(run_to_end(bus))) == set(range(25))


def test_another_member_takes_over_where_the_state_says() -> None:
    lives = [with_end(clip(24, camera=camera, stream=f"{camera}~s1")) for camera in ("B1", "B2")]
    whole = bus_with(interleaved(*lives), partitions=2)
    expected = run_to_end(whole)

    bus = bus_with(interleaved(*(life[:14] for life in lives)), partitions=2)
    first = _StopsWorker(bus, after=10_000)
    first.worker = worker_on(bus, consumer=first)
    one = threading.Thread(target=first.worker.run)
    one.start()
    write(bus, interleaved(*(life[14:] for life in lives)))
    run_to_end(bus, until_idle_s=1.0)
    first.worker.stop()
    one.join()
    run_to_end(bus)

    by_place = {(record.camera, record.video.offset): record for record in expected}
    assert {(record.camera, record.video.offset): record for record in observed(bus)} == by_place
    assert all(by_place[record.camera, record.video.offset] == record for record in observed(bus))


def test_a_state_from_a_topic_since_deleted_is_not_believed() -> None:
    old = bus_with(with_end(clip(24)))
    run_to_end(old)
    bus = bus_with([])
    for record in old.records("tracker-state"):
        bus.append(Message("tracker-state", record.key, record.value, record.headers))
    write(bus, with_end(clip(12, stream="B1~s9")))
    assert seqs_of(frames_of(run_to_end(bus))) == list(range(12))


@pytest.mark.parametrize("value", [b"{}", b'{"v":99,"data":{}}', b"not json"])
def test_a_state_that_cannot_be_read_costs_only_itself(value: bytes) -> None:
    bus = bus_with(with_end(clip(12)))
    bus.append(Message("tracker-state", CAMERA, value))
    assert seqs_of(frames_of(run_to_end(bus))) == list(range(12))


def test_a_state_of_another_tracker_costs_only_itself() -> None:
    bus = bus_with(clip(24))
    run_to_end(bus)
    for record in bus.records("tracker-state"):
        value = record.value.replace(b"bytetrack-1", b"bytetrack-0")
        bus.append(Message("tracker-state", record.key, value, record.headers))
    before = len(observed(bus))
    assert seqs_of(run_to_end(bus)[before:]) == list(range(16, 24))


def test_nothing_is_left_out_by_default_and_one_in_three_analysed_when_behind() -> None:
    def run_late(**changes: ShedSettings) -> list[int]:
        bus = bus_with(with_end(clip(24)))
        worker = DetectWorker(
            bus.consumer(GROUP),
            bus.producer(),
            bus.log_reader,
            ScriptedDetector(see_squares),
            lambda: ByteTrackTracker(TrackerSettings()),
            settings(**changes),
            lambda _camera, _at: True,
            now=lambda: datetime.now(T0.tzinfo) + timedelta(seconds=60),
        )
        assert worker.run(until_idle_s=0.0) == 0
        return seqs_of(frames_of(observed(bus)))

    assert run_late() == list(range(24))
    assert run_late(shed=ShedSettings(above_lag_s=5, analyse_every=3)) == list(range(2, 24, 3))
    assert run_late(shed=ShedSettings(above_lag_s=120, analyse_every=3)) == list(range(24))


def test_a_camera_without_a_legal_basis_is_passed_over_undecoded() -> None:
    bus = bus_with(interleaved(with_end(clip(24)), with_end(clip(24, camera="B2", stream="B2~s1"))))
    worker = worker_on(bus, may_analyse=lambda camera, _at: camera != "B2")
    assert worker.run(until_idle_s=0.0) == 0
    assert {record.camera for record in observed(bus)} == {"B1"}
    assert bus.records("video.rejected") == []
    assert sum(bus.group_lag(GROUP, ["video"]).values()) == 0


def test_a_topic_of_passed_over_cameras_has_no_lag_at_its_end() -> None:
    bus = bus_with(with_end(clip(24)))
    worker_on(bus, may_analyse=lambda _camera, _at: False).run(until_idle_s=0.0)
    assert observed(bus) == []
    assert sum(bus.group_lag(GROUP, ["video"]).values()) == 0


def test_a_basis_that_ends_within_a_group_leaves_nothing_held_back() -> None:
    ends_at = T0 + timedelta(seconds=1)
    bus = bus_with(clip(24))
    worker_on(bus, may_analyse=lambda _camera, at: at < ends_at).run(until_idle_s=0.0)
    taken = [packet for packet in clip(24) if packet.captured_at < ends_at]
    assert len(frames_of(observed(bus))) == len(taken)
    assert sum(bus.group_lag(GROUP, ["video"]).values()) < 8, "less than a group, and no more of it than of any camera"


def test_a_camera_of_a_new_version_of_the_site_is_analysed_from_then_on() -> None:
    joins_at = T0 + timedelta(seconds=1)
    bus = bus_with(with_end(clip(24)))
    worker_on(bus, is_known=lambda _camera, at: at >= joins_at).run(until_idle_s=0.0)
    assert {record.headers["reason"][:21] for record in bus.records("video.rejected")} == {b"the site does not lis"}
    assert min(frame.video.captured_at for frame in frames_of(observed(bus))) >= joins_at


def test_where_nothing_may_be_analysed_no_detector_and_no_tracker_is_made() -> None:
    def fails() -> NoReturn:
        raise AssertionError("made for nothing")

    def worker(new_tracker: Callable[[], ByteTrackTracker], may: bool) -> DetectWorker:
        return DetectWorker(
            bus.consumer(GROUP),
            bus.producer(),
            bus.log_reader,
            LazyDetector((lambda: ScriptedDetector(see_squares)) if may else fails),
            new_tracker,
            settings(),
            lambda _camera, _at: True,
            lambda _camera, _at: may,
        )

    bus = bus_with(with_end(clip(24)))
    assert worker(lambda: ByteTrackTracker(TrackerSettings()), may=True).run(until_idle_s=0.0) == 0
    before = observed(bus)
    assert before
    write(bus, with_end(clip(24, stream="B1~s2")))
    assert worker(fails, may=False).run(until_idle_s=0.0) == 0
    assert observed(bus) == before
    assert bus.records("video.rejected") == []


def test_a_basis_that_ends_stops_the_analysis_at_its_instant() -> None:
    bus = bus_with(with_end(clip(24)))
    worker_on(bus, may_analyse=lambda _camera, at: at < T0 + timedelta(seconds=1)).run(until_idle_s=0.0)
    assert {frame.video.captured_at < T0 + timedelta(seconds=1) for frame in frames_of(observed(bus))} == {True}
