"""Closed hours by the clock in the street, through both changes of the clocks; by-laws and permits case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detect.model import MOTOR_VEHICLES, RoadUser
from tests.builders import ZONE, always_closed, site
from verbalise.model import PermitId, ZoneId
from verbalise.rights import ANYTHING, Question, Standing, closure_at, right_to_drive
from verbalise.site.agreements import Hours
from verbalise.site.history import ALWAYS, Edition, SiteBook
from verbalise.site.model import ByLaw, Suspension
from verbalise.site.permits import Permit, PermitReason, TokenKind

PARIS = ZoneInfo("Europe/Paris")
SUNDAY_NIGHT = Hours(frozenset({6}), time(2, 30), time(4))
WEEKDAYS = Hours(frozenset(range(5)), time(11, 30), time(18))
EVENING = Hours(frozenset({4}), time(22), time.max)


@pytest.mark.parametrize(
    ("closure", "at", "closed"),
    [
        (WEEKDAYS, datetime(2026, 3, 10, 10, 29, 59, tzinfo=UTC), False),
        (WEEKDAYS, datetime(2026, 3, 10, 10, 30, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 10, 17, 0, tzinfo=UTC), False),
        (WEEKDAYS, datetime(2026, 7, 10, 9, 30, tzinfo=UTC), True),
        (WEEKDAYS, datetime(2026, 3, 14, 12, 0, tzinfo=UTC), False),
        # Friday by the clock in the street, for two hours more than by UTC in summer.
        (EVENING, datetime(2026, 7, 10, 21, 59, 59, 999_999, tzinfo=UTC), True),
        (EVENING, datetime(2026, 7, 10, 22, 0, tzinfo=UTC), False),
        # Spring 2026: clocks go from 02:00 to 03:00, so 02:30 is never shown.
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), False),
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 3, 29, 2, 0, tzinfo=UTC), False),
        # Autumn 2026: the hour from 02:00 to 03:00 is shown twice, and its second half is closed twice.
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 1, 0, tzinfo=UTC), False),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (SUNDAY_NIGHT, datetime(2026, 10, 25, 3, 0, tzinfo=UTC), False),
    ],
)
def test_closure_at(closure: Hours, at: datetime, closed: bool) -> None:
    law = replace(always_closed(), closures=(closure,))
    assert closure_at(law, at, PARIS) == (closure if closed else None)


ZONE_B = ZoneId("quay")
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
CAR, BUS, BIKE = (frozenset({kind}) for kind in (RoadUser.CAR, RoadUser.BUS, RoadUser.BICYCLE))


def permit(name: str = "p-1", token: str = "t-1", **changes: Any) -> Permit:
    made = Permit(
        PermitId(name), ZONE, TokenKind.BADGE, token, PermitReason.DELIVERY, "Fleuriste", "Mairie",
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return replace(made, **changes)


def asked(**changes: Any) -> Question:
    return replace(Question(ZONE, NOW, CAR, frozenset({"t-1"})), **changes)


def answer(question: Question, *permits: Permit, laws: tuple[ByLaw, ...] | None = None, used: str = "") -> list[object]:
    laws = (always_closed(),) if laws is None else laws
    right = right_to_drive(laws, permits, question, PARIS, frozenset({PermitId(used)}))
    return [right.standing, *(reason.code for reason in right.reasons)]


LAWS: dict[str, tuple[Question, tuple[ByLaw, ...], list[object]]] = {
    "not a motor vehicle": (asked(kinds=BIKE), (always_closed(),), [Standing.ALLOWED, "not-a-motor-vehicle"]),
    "no by-law": (asked(), (), [Standing.ALLOWED, "no-by-law"]),
    "by-law of another zone": (asked(zone=ZONE_B), (always_closed(),), [Standing.ALLOWED, "no-by-law"]),
    "suspended": (
        asked(),
        (replace(always_closed(), suspensions=(Suspension(NOW, NOW + timedelta(hours=1), "Marché"),)),),
        [Standing.ALLOWED, "by-law-in-force", "suspended"],
    ),
    "exempt day": (
        asked(),
        (replace(always_closed(), except_days=frozenset({date(2026, 3, 10)})),),
        [Standing.ALLOWED, "by-law-in-force", "exempt-day"],
    ),
    "limited to other days": (
        asked(),
        (replace(always_closed(), only_days=frozenset({date(2026, 3, 11)})),),
        [Standing.ALLOWED, "by-law-in-force", "exempt-day"],
    ),
    "outside the hours": (
        asked(),
        (replace(always_closed(), closures=(EVENING,)),),
        [Standing.ALLOWED, "by-law-in-force", "open-hours"],
    ),
    "class admitted": (
        asked(kinds=BUS),
        (always_closed(admitted=BUS),),
        [Standing.ALLOWED, "by-law-in-force", "closed-hours", "class-admitted"],
    ),
    "nobody saw what it is": (
        asked(kinds=ANYTHING),
        (always_closed(),),
        [Standing.NOT_DECIDABLE, "by-law-in-force", "closed-hours", "kind-unknown"],
    ),
    "a loop counted it, every motor vehicle is kept out": (
        asked(kinds=MOTOR_VEHICLES, tokens=frozenset()),
        (always_closed(),),
        [Standing.FORBIDDEN, "by-law-in-force", "closed-hours", "motor-vehicle", "no-permit"],
    ),
    "a loop counted it, and buses are admitted": (
        asked(kinds=MOTOR_VEHICLES),
        (always_closed(admitted=BUS),),
        [Standing.NOT_DECIDABLE, "by-law-in-force", "closed-hours", "kind-unknown"],
    ),
    "two by-laws that disagree": (
        asked(),
        (always_closed("one"), replace(always_closed("other"), closures=())),
        [Standing.NOT_DECIDABLE, "by-law-in-force", "by-law-in-force", "by-laws-disagree"],
    ),
    "two by-laws that agree": (
        asked(),
        (always_closed("one"), always_closed("other")),
        [Standing.FORBIDDEN, "by-law-in-force", "closed-hours", "motor-vehicle", "no-permit"],
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_the_law_answers_with_its_steps(name: str) -> None:
    question, laws, expected = LAWS[name]
    assert answer(question, laws=laws) == expected


PERMITS: dict[str, tuple[tuple[Permit, ...], str, list[object]]] = {
    "holds": ((permit(),), "", [Standing.ALLOWED, "permit"]),
    "of somebody else": ((permit(token="t-2"),), "", [Standing.FORBIDDEN, "no-permit"]),
    "of another zone": ((permit(zone=ZONE_B),), "", [Standing.FORBIDDEN, "permit-elsewhere", "no-permit"]),
    "ended": ((permit(valid_until=NOW),), "", [Standing.FORBIDDEN, "permit-out-of-dates", "no-permit"]),
    "not begun, and without end": (
        (permit(valid_from=NOW + timedelta(days=1), valid_until=datetime.max.replace(tzinfo=UTC)),),
        "",
        [Standing.FORBIDDEN, "permit-out-of-dates", "no-permit"],
    ),
    "outside its hours": ((permit(hours=(EVENING,)),), "", [Standing.FORBIDDEN, "permit-out-of-hours", "no-permit"]),
    "for one passage": ((permit(one_off=True),), "", [Standing.ALLOWED, "permit"]),
    "for one passage, used": ((permit(one_off=True),), "p-1", [Standing.FORBIDDEN, "permit-used", "no-permit"]),
    "ended, and another that holds": (
        (permit("old", valid_until=NOW), permit("new")),
        "",
        [Standing.ALLOWED, "permit"],
    ),
    "by plate for others, plate not read": (
        (permit(token="t-2", kind=TokenKind.PLATE),),
        "",
        [Standing.FORBIDDEN, "plate-not-read", "no-permit"],
    ),
}


@pytest.mark.parametrize("name", PERMITS)
def test_a_permit_that_holds_suffices_and_any_other_is_named(name: str) -> None:
    permits, used, expected = PERMITS[name]
    standing, *codes = answer(asked(), *permits, used=used)
    assert codes[:3] == ["by-law-in-force", "closed-hours", "motor-vehicle"]
    assert [standing, *codes[3:]] == expected


def test_a_lasting_permit_is_taken_before_one_for_a_single_passage() -> None:
    right = right_to_drive([always_closed()], [permit("once", one_off=True), permit("always")], asked(), PARIS)
    assert right.permit is not None
    assert right.permit.id == "always"


def test_a_plate_that_was_read_is_not_asked_for_again() -> None:
    others = permit(token="t-2", kind=TokenKind.PLATE)
    assert "plate-not-read" not in answer(asked(plate_known=True), others)


def test_a_permit_settles_what_by_laws_leave_open() -> None:
    assert answer(asked(kinds=ANYTHING), permit())[-1] == "permit"


def test_something_is_of_some_kind() -> None:
    with pytest.raises(ValueError, match="of some kind"):
        asked(kinds=frozenset())


def test_a_by_law_changed_today_does_not_change_the_judgement_of_yesterday() -> None:
    before, after = site(), site(replace(always_closed(), closures=()))
    book = SiteBook([Edition(ALWAYS, before), Edition(NOW, after)])

    def judged(at: datetime) -> Standing:
        then = book.as_of(at)
        return right_to_drive(then.by_laws, then.permits, asked(at=at), then.timezone).standing

    assert judged(NOW - timedelta(days=1)) is Standing.FORBIDDEN
    assert judged(NOW) is Standing.ALLOWED
