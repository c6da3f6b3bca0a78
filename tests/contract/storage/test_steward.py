"""What every register that the steward writes to does alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from ingest.errors import ConstatError
from ingest.health import CameraHealth, CameraState
from ingest.model import CameraId
from storage.model import Register
from storage.register.database import Database
from storage.register.schema import SUPPRESSIONS
from tests.contract.storage.builders import NOON
from verbalise.gate import Permission
from verbalise.model import OffenceId, PermitId, Suppression, ZoneId
from verbalise.steward.ports import GateState, Lead, Notice
from verbalise.uptime import CameraHour

HOUR = timedelta(hours=1)
TEN = NOON.replace(minute=0, second=0, microsecond=0)
OPEN = GateState("camera/B1/ingest", Permission(True, "allowed", "Arrêté A-1", NOON + HOUR), NOON)
SHUT = GateState("camera/B1/ingest", Permission(False, "authorisation-expired", "A-1 : fin"), NOON + HOUR)
NOTICE = Notice("n-1", "camera/B1/order/A-1", Lead.ONE_WEEK, NOON + HOUR, "L’arrêté A-1 prend fin", NOON)
PASSAGE = Suppression(
    "s-1",
    CameraId("B1"),
    OffenceId("pedestrian-area-driving"),
    ZoneId("street"),
    "Rue du Gros-Horloge",
    NOON,
    PermitId("laundry"),
    "badge-017",
    "Blanchisserie",
    "Livraisons",
)
HEALTH = CameraHealth(
    CameraId("B1"), NOON, NOON - HOUR, CameraState.SHUT, None, 0.0, 0.0, 1, 2, 0, 1, 1, 3_000_000_000, "A-1 : fin"
)
MEASURED = CameraHour(CameraId("B1"), TEN, 3600, 3590, 3600, 2, 5, 1, 3_000_000_000)


def test_the_newest_state_of_a_use_replaces_the_one_before(register: Register) -> None:
    other = replace(OPEN, subject="camera/A1/ingest")
    for state in (OPEN, other, SHUT):
        register.gates.store(state)
    assert register.gates.states() == [other, SHUT]


def test_a_notice_is_given_once(register: Register) -> None:
    assert register.notices.add(NOTICE)
    assert not register.notices.add(NOTICE)
    assert not register.notices.add(replace(NOTICE, raised_at=NOON + HOUR))
    assert register.notices.notices(NOON) == [NOTICE]


def test_notices_are_of_what_has_not_ended_the_nearest_first(register: Register) -> None:
    later = replace(NOTICE, id="n-0", ends_at=NOON + 2 * HOUR)
    register.notices.add(later)
    register.notices.add(NOTICE)
    assert register.notices.notices(NOON) == [NOTICE, later]
    assert register.notices.notices(NOON + HOUR) == [later]


def test_a_passage_comes_back_whole_and_once(register: Register) -> None:
    by_operator = replace(PASSAGE, id="s-2", permit=None)
    assert register.suppressions.add(PASSAGE)
    assert not register.suppressions.add(PASSAGE)
    used = PASSAGE.permit or PermitId("none")
    assert register.suppressions.was_used(used, PASSAGE.at + HOUR)
    assert not register.suppressions.was_used(used, PASSAGE.at)
    assert not register.suppressions.was_used(PermitId("another"), PASSAGE.at + HOUR)
    assert register.suppressions.add(by_operator)
    assert register.suppressions.suppressions(NOON, NOON + HOUR) == [by_operator, PASSAGE]


def test_the_end_of_the_span_is_left_out_and_the_newest_come_first(register: Register) -> None:
    for name, hours in (("a", 0), ("c", 2), ("b", 1)):
        register.suppressions.add(replace(PASSAGE, id=name, at=NOON + hours * HOUR))
    assert [each.id for each in register.suppressions.suppressions(NOON, NOON + 2 * HOUR)] == ["b", "a"]


def test_no_passage_is_ever_changed_or_taken_out(sql_register: Register, database: Database) -> None:
    sql_register.suppressions.add(PASSAGE)
    for change in (update(SUPPRESSIONS).values(holder="x"), delete(SUPPRESSIONS)):
        with pytest.raises(ConstatError), database.write() as connection:
            connection.execute(change)
    assert sql_register.suppressions.suppressions(NOON, NOON + HOUR) == [PASSAGE]


def test_hours_and_the_newest_record_are_kept_together(register: Register) -> None:
    assert register.uptime.newest() == []
    assert register.uptime.hour(HEALTH.camera, TEN) is None
    register.uptime.fold(HEALTH, [MEASURED])
    assert register.uptime.newest() == [HEALTH]
    assert register.uptime.hour(HEALTH.camera, TEN) == MEASURED
    grown = replace(MEASURED, known_s=3601)
    newer = replace(HEALTH, at=NOON + HOUR)
    register.uptime.fold(newer, [grown, replace(MEASURED, hour=TEN + HOUR)])
    assert register.uptime.newest() == [newer]
    assert register.uptime.hours(TEN, TEN + 2 * HOUR) == [grown, replace(MEASURED, hour=TEN + HOUR)]
