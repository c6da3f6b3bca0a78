"""When reports have settled, and how their worker is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.builders import CAMERA, badge, instant, passes
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.stream.calls import CALL, Call, call_message, is_call, settled_reports
from verbalise.stream.settings import StreamSettings

SETTINGS = StreamSettings(data_dir=Path("unused"), device_settle_s=10, analysis_wait_s=60)
PASSED = passes(5.0)
SETTLED = PASSED.received_at + SETTINGS.device_settle


def history() -> DeviceHistory:
    return with_event(with_event(DeviceHistory(), badge(1.0)), PASSED)


def settled(now: datetime, pictures_at: datetime | None = None, analysed: bool = True) -> tuple[str, ...]:
    return settled_reports(history(), now, pictures_at, lambda at: analysed and at == PASSED.at, SETTINGS)


def test_where_nothing_may_be_analysed_a_report_settles_by_the_clock_alone() -> None:
    assert settled(SETTLED - timedelta(milliseconds=1), analysed=False) == ()
    assert settled(SETTLED, analysed=False) == (PASSED.id,)
    assert settled(SETTLED, pictures_at=instant(0.0), analysed=False) == (PASSED.id,)


def test_pictures_that_lag_are_waited_for_but_not_for_ever() -> None:
    assert settled(SETTLED, pictures_at=instant(9.4)) == ()
    assert settled(SETTLED, pictures_at=instant(9.5)) == (PASSED.id,)
    assert settled(SETTLED) == ()
    for pictures_at in (None, instant(0.0)):
        assert settled(PASSED.received_at + timedelta(seconds=60), pictures_at) == (PASSED.id,)


def test_what_was_judged_is_not_called_again() -> None:
    judged = replace(history(), judged=(PASSED.id,))
    assert settled_reports(judged, SETTLED, None, lambda _: False, SETTINGS) == ()


def test_a_call_is_told_from_a_report() -> None:
    message = call_message("camera-devices", CAMERA, (PASSED.id,))
    assert (message.key, is_call(message.headers), is_call({})) == (CAMERA, True, False)
    assert CALL.decode(message.value) == Call((PASSED.id,))
