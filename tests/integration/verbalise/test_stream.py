"""The stream app on a real broker: one claim whatever happens to the worker, and nothing lost in between."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.bus import Message
from ingest.model import CameraId, DeviceEvent, DeviceId
from ingest.wire import DEVICE_EVENT
from tests.builders import CAMERA, T0, badge, ends, enters, frame, frames, opening, passes
from tests.integration.verbalise.street import PATIENCE_S, Street
from tests.playing import Played, play
from tests.waiting import wait_until
from verbalise.model import Claim, Trigger
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.site.file import load_site

REPORTS = [badge(-1.2), *opening(-1.0, 8.8)]
RECORDS = [*frames(enters("van", 2.0), enters("car", 6.0)), ends(12.1)]


@pytest.fixture
def street(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Street]:
    made = Street(kafka_bootstrap, f"rules-{uuid.uuid4().hex[:8]}", tmp_path)
    made.make_topics()
    yield made
    made.close()


def expected(street: Street) -> list[Claim]:
    """What the rule says of the same scene without any broker."""
    known = DeviceHistory()
    for report in REPORTS:
        known = with_event(known, report)
    claims = play(RECORDS, [], load_site(street.site_path), Played(devices=known)).claims
    assert len(claims) == 1
    return claims


def test_claims_what_the_rule_claims(street: Street) -> None:
    street.report(REPORTS)
    street.film(RECORDS)
    street.start()
    street.wait_read()
    assert street.claims() == expected(street)
    assert street.aside(street.topics.tracks) == []


def test_old_pictures_wait_for_the_reports_behind_them(street: Street) -> None:
    """Everything lies in the log before the worker starts, a day's other reports ahead of the one that counts."""
    second = badge(4.0, "taxi-3")
    noise = [
        replace(badge(0.0), id=f"noise-{number}", device=DeviceId("bollard-1"), at=badge(-3_000.0).at)
        for number in range(300)
    ]
    street.film(RECORDS)
    street.report([*noise, *REPORTS, second])
    street.start()
    street.wait_read()
    assert street.claims() == []
    assert street.log().count("stream.verdict") == street.log().count("covered") == 2


@pytest.mark.parametrize("cut", [60, 95])
def test_a_worker_killed_on_the_way_changes_nothing(street: Street, cut: int) -> None:
    """Killed before the second car reaches the line, and between its passage and the judgement."""
    street.start()
    street.report(REPORTS)
    street.film(RECORDS[:cut])
    street.wait_read()
    street.film(RECORDS[cut : cut + 10])
    street.kill()
    street.film(RECORDS[cut + 10 :])
    street.start()
    street.wait_read()
    assert {claim.id for claim in street.claims()} == {claim.id for claim in expected(street)}
    assert street.claims()[-1] == expected(street)[0]


def test_a_stopped_worker_leaves_at_once_and_ends_well(street: Street) -> None:
    worker = street.start()
    street.report(REPORTS)
    street.film(RECORDS)
    street.wait_read()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    street.film(RECORDS)
    street.start()
    street.wait_read()
    assert street.claims() == expected(street)


def test_what_cannot_be_processed_is_put_aside_with_the_reason(street: Street) -> None:
    unknown = replace(frame(1.0), camera=CameraId("Z9"))
    stranger = replace(badge(1.0), device=DeviceId("bollard-9"))
    street.film([unknown])
    street.send(
        [
            Message(street.topics.tracks, CAMERA, b"{not json"),
            Message(street.topics.tracks, CAMERA, b'{"v":9,"data":{}}'),
            Message(street.topics.devices, "bollard-9", DEVICE_EVENT.encode(stranger)),
        ]
    )
    street.film(RECORDS)
    street.report(REPORTS)
    street.start()
    street.wait_read()
    aside = street.aside(street.topics.tracks)
    reasons = sorted(envelope.headers["reason"].decode() for envelope in aside)
    assert [word in reason for word, reason in zip(("'Z9'", "not JSON", "version 9"), reasons, strict=True)] == [
        True
    ] * 3
    assert b"{not json" in [envelope.value for envelope in aside]
    (device,) = street.aside(street.topics.devices)
    assert b"bollard-9" in device.headers["reason"]
    assert street.claims() == expected(street)


def test_another_worker_takes_over_from_one_that_dies(street: Street) -> None:
    """The one that dies is the one that has the camera: the other finds its memory in the changelog."""
    street.start()
    street.start()
    street.report(REPORTS)
    street.film(RECORDS[:80])
    street.wait_read()
    owner = next(index for index in range(2) if "stream.verdict" in street.log(index))
    street.kill(owner)
    street.film(RECORDS[80:])
    street.wait_read()
    assert {claim.id for claim in street.claims()} == {claim.id for claim in expected(street)}
    assert "no-credential" in street.log(1 - owner)


def test_a_report_that_comes_too_late_is_told_and_changes_nothing(street: Street) -> None:
    street.start()
    street.report(REPORTS)
    street.film(RECORDS)
    street.wait_read()
    street.report([badge(5.0, "taxi-3")])
    street.wait_read()
    assert street.claims() == expected(street)
    assert "stream.report_too_late" in street.log()


def test_a_worker_that_stalls_ends_so_that_its_supervisor_starts_it_again(street: Street) -> None:
    """With the claims' topic gone no claim is acknowledged, so nothing after it may be handled."""
    street.settings = {"stalled_after_s": 5}
    worker = street.start()
    street.report(REPORTS)
    street.film(RECORDS[:80])
    street.wait_read()
    street.delete_topic(street.topics.claims)
    street.film(RECORDS[80:])
    assert worker.wait(PATIENCE_S) == os.EX_TEMPFAIL
    assert "stream.stalled" in street.log()
    street.make_topics()
    street.start()
    street.wait_read()
    assert street.claims() == expected(street)


def test_without_its_topics_the_worker_says_what_to_do(kafka_bootstrap: str, tmp_path: Path) -> None:
    bare = Street(kafka_bootstrap, f"rules-{uuid.uuid4().hex[:8]}", tmp_path)
    worker = bare.start()
    assert worker.wait(PATIENCE_S) != 0
    assert "constat topics" in bare.log()
    bare.close()


def as_if_now(reports: Iterable[DeviceEvent]) -> list[DeviceEvent]:
    """The same reports as if devices made them now: what settles does so by the wall clock."""
    late = datetime.now(UTC) - T0
    return [replace(one, at=one.at + late, received_at=one.received_at + late) for one in reports]


def test_devices_alone_make_claims_whenever_their_worker_dies(street: Street) -> None:
    """Killed while the passages settle, and again once it has judged them; no picture ever comes."""
    street.of_devices = True
    street.settings = {"device_settle_s": 6}
    reported = as_if_now([badge(-1.2), *opening(-1.0, 8.8), passes(2.0), passes(5.0)])
    street.start()
    street.report(reported)
    street.wait_read()
    assert street.claims() == []
    street.kill()
    street.start()
    wait_until(
        street.claims, lambda: f"a claim; the workers say:\n{street.logs()}", street.start_again_if_stalled, PATIENCE_S
    )
    street.kill()
    street.report(reported)
    street.start()
    street.wait_read()
    (claim,) = {claim.id: claim for claim in street.claims()}.values()
    assert (claim.rule.id, claim.at, claim.trigger) == ("second-passage", reported[-1].at, Trigger.DEVICE)
    (covered,) = {one.id: one for one in street.suppressions()}.values()
    assert (covered.at, covered.reference) == (reported[-2].at, "delivery-017")
    assert all(one == claim for one in street.claims())
