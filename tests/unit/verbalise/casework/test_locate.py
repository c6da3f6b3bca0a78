"""The packet of the facts is found by camera and time where the claim names none."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.bus import TopicPartition
from ingest.errors import RetryLater
from ingest.memory_bus import MemoryBus
from ingest.model import BreakReason, Packet, StreamBreak
from ingest.wire import break_message, packet_message
from tests.unit.detect.clips import FPS, OPEN_GROUPS, REORDERED, T0, Record, clip, end_of, interleaved, with_end, write
from tests.unit.verbalise.casework.scene import SETTINGS, claim_on, found_around, marked, refs_of, reported
from verbalise.casework.footage import BEGINNING_GONE, NOT_FILMED, NOTHING, Footage
from verbalise.casework.locate import locate
from verbalise.model import Claim

VIDEO = TopicPartition("video", 0)
PATIENT = SETTINGS.model_copy(update={"patience_s": 2.0})


def report_at(seconds: float) -> Claim:
    """A device's claim on an instant of the clips."""
    return replace(reported(claim_on(refs_of(clip(1)), 0, range(0))), at=T0 + timedelta(seconds=seconds))


def seq_at(seconds: float, bus: MemoryBus) -> int | None:
    anchor = locate(report_at(seconds), bus.log_reader(), SETTINGS)
    return anchor.event.seq if anchor else None


def seqs(footage: Footage) -> list[int]:
    return [located.packet.seq for located in footage.packets]


def live(records: Iterable[Record], ahead_s: float = 0.0) -> MemoryBus:
    """A bus that took each record so long after its instant, or before it where the camera's clock runs ahead."""
    now = T0
    bus = MemoryBus(now=lambda: now)
    for record in records:
        at = record.at if isinstance(record, StreamBreak) else record.captured_at
        now = at - timedelta(seconds=ahead_s)
        bus.producer().send(break_message(record) if isinstance(record, StreamBreak) else packet_message(record))
    return bus


def test_a_claim_that_names_its_packet_is_there() -> None:
    claim = claim_on(refs_of(clip(40)), 20, range(0))
    anchor = locate(claim, MemoryBus().log_reader(), SETTINGS)
    assert anchor is not None
    assert (anchor.stream, anchor.event) == (claim.stream, claim.event)


@pytest.mark.parametrize(("at_s", "seq"), [(2.0, 20), (2.04, 20), (2.06, 21), (2.05, 20)])
def test_the_nearest_picture_shows_the_facts(at_s: float, seq: int) -> None:
    bus = live(with_end(clip(40)))
    anchor = locate(report_at(at_s), bus.log_reader(), SETTINGS)
    assert anchor is not None
    assert anchor.event == refs_of(clip(40))[seq]


@pytest.mark.parametrize("at_s", [1.6, 1.7, 1.8, 1.9, 2.0, 2.33])
def test_pictures_that_come_out_of_order_are_found_by_their_own_instant(at_s: float) -> None:
    packets = clip(40, x264=REORDERED)
    nearest = min(packets, key=lambda packet: abs((packet.captured_at - report_at(at_s).at).total_seconds()))
    assert seq_at(at_s, live(with_end(packets))) == nearest.seq


def test_a_picture_that_decoders_cannot_give_is_never_the_one() -> None:
    packets = clip(40, x264=OPEN_GROUPS)
    keyframes = [packet for packet in packets if packet.is_keyframe]
    leading = next(p for p in packets if p.seq > keyframes[2].seq and p.pts < keyframes[2].pts)
    seq = seq_at((leading.captured_at - T0).total_seconds(), live(with_end(packets)))
    assert seq is not None
    assert seq != leading.seq


@pytest.mark.parametrize("ahead_s", [0.0, 5.0, 60.0])
def test_a_camera_whose_clock_runs_ahead_is_found_all_the_same(ahead_s: float) -> None:
    before = clip(24, stream="B1~s0", at_s=-40)
    after = clip(40, stream="B1~s1", first_seq=25, at_s=0)
    bus = live([*before, end_of(before, BreakReason.LOST), *with_end(after)], ahead_s)
    assert seq_at(2.0, bus) == 45


def test_a_file_played_with_the_dates_of_its_recording_is_found() -> None:
    bus = MemoryBus()  # writes with the present date, long after T0
    write(bus, with_end(clip(40)))
    assert seq_at(2.0, bus) == 20


def test_a_long_group_of_pictures_is_begun_at_its_keyframe() -> None:
    packets = clip(300, x264="keyint=400:min-keyint=400:bframes=0:scenecut=0")
    anchor = locate(report_at(25.0), live(with_end(packets)).log_reader(), SETTINGS)
    assert anchor is not None
    assert (anchor.event.seq, anchor.event.keyframe_offset) == (250, 0)


def test_other_cameras_of_the_partition_are_passed_over() -> None:
    other = clip(40, camera="B2", stream="B2~s1")
    bus = live(interleaved(with_end(other), with_end(clip(40))))
    anchor = locate(report_at(2.0), bus.log_reader(), SETTINGS)
    assert anchor is not None
    assert (anchor.stream, anchor.event.seq) == ("B1~s1", 20)


def broken(gap_s: float) -> list[Record]:
    """A stream that breaks at 2.3 s, and the next one that begins so long after."""
    first = clip(24)
    return [*first, end_of(first, BreakReason.LOST), *clip(40, stream="B1~s2", first_seq=25, at_s=2.3 + gap_s)]


@pytest.mark.parametrize(("at_s", "stream", "seq"), [(2.4, "B1~s1", 23), (2.7, "B1~s2", 25), (2.55, "B1~s1", 23)])
def test_at_a_break_the_nearer_side_shows_the_facts(at_s: float, stream: str, seq: int) -> None:
    anchor = locate(report_at(at_s), live(broken(0.5)).log_reader(), SETTINGS)
    assert anchor is not None
    assert (anchor.stream, anchor.event.seq) == (stream, seq)


def test_a_camera_that_was_silent_at_the_instant_shows_the_nearest_picture_and_says_so() -> None:
    settings = SETTINGS.model_copy(update={"pre_s": 5.0, "post_s": 5.0})
    found = found_around(report_at(4.5), live(broken(4.0)).log_reader(), settings)
    assert found.packets[0].packet.stream == "B1~s2"
    assert NOT_FILMED in found.remarks
    assert not found.is_complete


@pytest.mark.parametrize("at_s", [-20.0, 12.0, 60.0])
def test_a_camera_that_filmed_nothing_near_has_no_packet(at_s: float) -> None:
    assert seq_at(at_s, live(with_end(clip(40)))) is None


def test_a_camera_that_never_said_anything_has_no_packet() -> None:
    assert seq_at(2.0, live(clip(40, camera="B2", stream="B2~s1"))) is None


def test_what_retention_took_is_not_found() -> None:
    bus = live(with_end(clip(80)))
    bus.delete_before({VIDEO: 60})
    found = found_around(report_at(2.0), bus.log_reader(), SETTINGS)
    assert found == Footage((), False, (NOTHING,))


def test_what_retention_left_is_shown() -> None:
    bus = live(with_end(clip(80)))
    bus.delete_before({VIDEO: 16})
    found = found_around(report_at(2.0), bus.log_reader(), SETTINGS)
    assert seqs(found) == list(range(16, 31))
    assert BEGINNING_GONE in found.remarks


def test_packets_that_are_not_yet_written_are_waited_for() -> None:
    bus, packets = MemoryBus(), clip(40)
    write(bus, packets[:12])
    late = threading.Timer(0.2, write, (bus, with_end(packets)[12:]))
    late.start()
    found = found_around(report_at(2.0), bus.log_reader(), PATIENT)
    late.join()
    assert seqs(found) == list(range(8, 31))
    assert found.is_complete


def test_a_silence_is_measured_by_the_log_while_other_cameras_go_on() -> None:
    other = clip(100, camera="B2", stream="B2~s1")
    both: list[Packet] = sorted([*clip(12), *other], key=lambda packet: packet.captured_at)
    bus = live(both)
    assert locate(report_at(2.5), bus.log_reader(), PATIENT, lambda: 0.0) is None


def test_a_camera_need_not_have_spoken_before_the_claim_was_told() -> None:
    """Recorded footage, played after others have gone on for long: its instants lie far before the log's."""
    others = clip(100, camera="B2", stream="B2~s1")
    now = T0 + timedelta(days=200)
    bus = MemoryBus(now=lambda: now)
    for number, packet in enumerate([*others, *with_end(clip(40))]):
        now = T0 + timedelta(days=200, seconds=number / FPS)
        bus.producer().send(break_message(packet) if isinstance(packet, StreamBreak) else packet_message(packet))
    told_at = T0 + timedelta(days=200, seconds=len(others) / FPS)
    assert locate(report_at(2.0), bus.log_reader(), PATIENT) is None
    anchor = locate(report_at(2.0), bus.log_reader(), PATIENT, told_at=told_at)
    assert anchor is not None
    assert anchor.event.seq == 20


def test_a_stop_ends_the_wait() -> None:
    with pytest.raises(RetryLater, match="stopping"):
        locate(report_at(2.0), MemoryBus().log_reader(), PATIENT, is_stopping=lambda: True)


def test_the_clip_of_a_device_spans_what_the_settings_ask_for() -> None:
    found = found_around(report_at(2.03), live(with_end(clip(40))).log_reader(), SETTINGS)
    # 1.03 s is after picture 10: the keyframe before is 8. 3.03 s is after picture 30.
    assert seqs(found) == list(range(8, 31))
    assert found.is_complete


def test_a_mark_gets_the_last_seconds() -> None:
    settings = SETTINGS.model_copy(update={"mark_pre_s": 4.0, "mark_post_s": 0.5})
    mark = replace(marked(report_at(0.0)), at=T0 + timedelta(seconds=6))
    found = found_around(mark, live(with_end(clip(80))).log_reader(), settings)
    assert seqs(found) == list(range(16, 66))


def test_reading_the_same_log_later_finds_the_same() -> None:
    packets: list[Packet] = clip(40, x264=REORDERED)
    bus = live(with_end(packets))
    first = found_around(report_at(2.0), bus.log_reader(), SETTINGS)
    later = end_of(packets).at + timedelta(seconds=1)
    write(bus, clip(40, stream="B1~s2", first_seq=60, at_s=(later - T0).total_seconds() + 1 / FPS))
    assert found_around(report_at(2.0), bus.log_reader(), SETTINGS) == first
