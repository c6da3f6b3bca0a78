"""However records are repeated, cut or restored, the same claims come out, and doubt never accuses."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.model import DeviceEvent, DeviceEventKind
from tests.builders import Drive, ends, frames
from tests.playing import Played, play
from tests.strategies import bollard_lives, traffic
from verbalise.model import Outcome
from verbalise.rules.bollard import CREDENTIALS
from verbalise.stream.state import DEVICES, MEMORY

scenes = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def restored(played: Played) -> Played:
    """The same after a restart: what the tables hold went through bytes."""
    memory = MEMORY.decode(MEMORY.encode(played.memory))
    devices = DEVICES.decode(DEVICES.encode(played.devices))
    assert (memory, devices) == (played.memory, played.devices)
    return Played(memory, devices, list(played.judged))


@scenes
@given(traffic(), bollard_lives(), st.integers(0, 140))
def test_a_restart_anywhere_changes_nothing(drives: list[Drive], reports: list[DeviceEvent], cut: int) -> None:
    records = [*frames(*drives), ends(12.1)]
    whole = play(records, reports)
    first = play(records[:cut], reports)
    rest = play(records[cut:], reports, None, restored(first))
    assert rest.judged == whole.judged


@scenes
@given(traffic(), bollard_lives(), st.integers(0, 140), st.integers(0, 40))
def test_records_read_again_change_nothing(
    drives: list[Drive], reports: list[DeviceEvent], cut: int, back: int
) -> None:
    records = [*frames(*drives), ends(12.1)]
    first = play(records[:cut], reports)
    again = play(records[max(0, cut - back) :], reports, None, restored(first))
    assert again.judged == play(records, reports).judged


@scenes
@given(traffic(), bollard_lives())
def test_every_frame_twice_is_every_frame_once(drives: list[Drive], reports: list[DeviceEvent]) -> None:
    records = [*frames(*drives), ends(12.1)]
    twice = [record for record in records for _ in range(2)]
    assert play(twice, [*reports, *reports]).judged == play(records, reports).judged


@scenes
@given(traffic(), bollard_lives())
def test_a_claim_needs_an_opening_a_badge_and_an_earlier_passage_for_each(
    drives: list[Drive], reports: list[DeviceEvent]
) -> None:
    played = play([*frames(*drives), ends(12.1)], reports)
    for claim in played.claims:
        badges = [event for event in claim.devices if event.kind in CREDENTIALS]
        assert badges
        assert any(event.kind in (DeviceEventKind.LOWERING, DeviceEventKind.LOWERED) for event in claim.devices)
        assert not any(event.kind is DeviceEventKind.FAULT and event.at == claim.at for event in claim.devices)
        assert len(claim.passages) > 1
        assert claim.passages[-1].track == claim.track
    ids = [claim.id for claim in played.claims]
    assert len(set(ids)) == len(ids)


@scenes
@given(traffic(), bollard_lives())
def test_nobody_is_judged_twice(drives: list[Drive], reports: list[DeviceEvent]) -> None:
    played = play([*frames(*drives), ends(12.1)], reports)
    places = [(one.entry.track, one.entry.at) for one in played.judged]
    assert len(set(places)) == len(places)
    assert all(one.entry.outcome is one.verdict.outcome for one in played.judged)
    assert all((one.claim is not None) is (one.verdict.outcome is Outcome.CLAIMED) for one in played.judged)


@scenes
@given(traffic(), bollard_lives())
def test_a_badge_for_each_second_claims_nobody(drives: list[Drive], reports: list[DeviceEvent]) -> None:
    from tests.builders import badge

    generous = [badge(second / 2, f"permit-{second}") for second in range(-4, 30)]
    assert play([*frames(*drives), ends(12.1)], [*reports, *generous]).claims == []
