"""Whatever the by-laws, permits and instant: an answer with its reasons, equal to a slow and obvious reader's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detect.model import RoadUser
from verbalise.model import PermitId, ZoneId
from verbalise.rights import Question, Right, Standing, right_to_drive
from verbalise.site.agreements import Hours
from verbalise.site.model import ByLaw, Suspension
from verbalise.site.permits import Permit, PermitReason, TokenKind

PARIS = ZoneInfo("Europe/Paris")
DAY_MINUTES = 24 * 60
ZONES = st.sampled_from([ZoneId("street"), ZoneId("quay")])
TOKENS = st.sampled_from(["t-1", "t-2", "t-3"])

DAYS = st.sampled_from(
    [
        date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1),  # a leap day and its neighbours
        date(2025, 12, 31), date(2026, 1, 1),
        date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30),  # 02:00 to 03:00 is skipped on the 29th
        date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26),  # 02:00 to 03:00 is shown twice on the 25th
    ]
)  # fmt: skip
MOMENTS = st.one_of(
    st.sampled_from([0, 1, 59, 60, 90, 119, 120, 150, 179, 180, 1438, 1439]), st.integers(0, DAY_MINUTES - 1)
)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant to the second, mostly near midnight or a change of the clocks, before or after the fold."""
    minute = draw(MOMENTS)
    local = datetime.combine(draw(DAYS), time(minute // 60, minute % 60, draw(st.sampled_from([0, 30, 59]))))
    return local.replace(tzinfo=PARIS, fold=draw(st.integers(0, 1))).astimezone(UTC)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Hours of the week to the minute, past midnight or not, a whole day among them."""
    start, end = draw(MOMENTS), draw(st.one_of(MOMENTS, st.just(DAY_MINUTES)))
    until = time.max if end == DAY_MINUTES else time(end // 60, end % 60)
    return Hours(draw(st.frozensets(st.integers(0, 6))), time(start // 60, start % 60), until)


@st.composite
def by_laws(draw: st.DrawFn) -> ByLaw:
    """A by-law on one of two zones; nothing keeps two of them from being in force together."""
    start, end = sorted([draw(instants()), draw(instants())])
    return ByLaw(
        reference=draw(st.sampled_from(["2025-118", "2026-7"])),
        zone=draw(ZONES),
        title="Aire piétonne",
        valid_from=start - draw(st.sampled_from([timedelta(0), timedelta(days=900)])),
        valid_until=draw(st.sampled_from([None, end, end + timedelta(days=900)])),
        closures=tuple(draw(st.lists(hours(), max_size=3))),
        admitted=draw(st.frozensets(st.sampled_from(RoadUser))),
        except_days=draw(st.frozensets(DAYS, max_size=3)),
        only_days=draw(st.one_of(st.none(), st.none(), st.frozensets(DAYS))),
        suspensions=tuple(draw(st.lists(suspensions(), max_size=1))),
    )


@st.composite
def suspensions(draw: st.DrawFn) -> Suspension:
    start, end = sorted([draw(instants()), draw(instants())])
    return Suspension(start, end, "Marché")


@st.composite
def permits(draw: st.DrawFn) -> Permit:
    start, end = sorted([draw(instants()), draw(instants())])
    return Permit(
        id=PermitId(draw(st.sampled_from(["p-1", "p-2", "p-3", "p-4"]))),
        zone=draw(ZONES),
        kind=draw(st.sampled_from(TokenKind)),
        token_sha256=draw(TOKENS),
        reason=draw(st.sampled_from(PermitReason)),
        holder="Fleuriste",
        given_by="Mairie",
        valid_from=start,
        valid_until=end + draw(st.sampled_from([timedelta(0), timedelta(days=900)])),
        hours=tuple(draw(st.lists(hours(), max_size=2))),
        one_off=draw(st.booleans()),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kinds = draw(st.frozensets(st.sampled_from(RoadUser), min_size=1))
    return Question(draw(ZONES), draw(instants()), kinds, draw(st.frozensets(TOKENS)), draw(st.booleans()))


USED = st.frozensets(st.sampled_from([PermitId("p-1"), PermitId("p-2")]))


# The reference: it walks the clock on the wall minute by minute, one kind and one by-law at a time.


def wall_minutes(each: Hours, day: date) -> list[tuple[date, int]]:
    """Every minute of the wall clock in the span that starts on a day, if one does."""
    if day.weekday() not in each.days:
        return []
    end = DAY_MINUTES if each.end == time.max else each.end.hour * 60 + each.end.minute
    minute, shown = each.start.hour * 60 + each.start.minute, []
    while True:
        shown.append((day + timedelta(days=minute // DAY_MINUTES), minute % DAY_MINUTES))
        minute += 1
        if minute == end or minute == end + DAY_MINUTES:
            return shown


def spans_at(each: Hours, at: datetime) -> list[date]:
    """The days on which spans started that hold an instant."""
    offset = at.astimezone(PARIS).utcoffset()
    assert offset is not None
    wall = at.replace(tzinfo=None) + offset
    now = (wall.date(), wall.hour * 60 + wall.minute)
    started = [wall.date(), wall.date() - timedelta(days=1)]
    return [day for day in started if now in wall_minutes(each, day)]


def is_kept_out(law: ByLaw, kind: RoadUser, at: datetime) -> bool:
    today = at.astimezone(PARIS).date()
    if kind in (RoadUser.BICYCLE, RoadUser.PERSON) or kind in law.admitted:
        return False
    if any(pause.valid_from <= at < pause.valid_until for pause in law.suspensions):
        return False
    if law.only_days is not None and today not in law.only_days:
        return False
    if today in law.except_days:
        return False
    # A night that began on an exempt day is part of it.
    return any(day not in law.except_days for each in law.closures for day in spans_at(each, at))


def lets_in(permit: Permit, asked: Question, used: frozenset[PermitId]) -> bool:
    return (
        permit.token_sha256 in asked.tokens
        and permit.zone == asked.zone
        and permit.valid_from <= asked.at < permit.valid_until
        and (permit.hours == () or any(spans_at(each, asked.at) for each in permit.hours))
        and not (permit.one_off and permit.id in used)
    )


def by_hand(
    laws: Sequence[ByLaw], held: Sequence[Permit], asked: Question, used: frozenset[PermitId] = frozenset()
) -> Standing:
    in_force = [
        law
        for law in laws
        if law.zone == asked.zone
        and law.valid_from <= asked.at
        and (law.valid_until is None or asked.at < law.valid_until)
    ]
    kept_out = {is_kept_out(law, kind, asked.at) for law in in_force for kind in asked.kinds}
    if kept_out <= {False} or any(lets_in(permit, asked, used) for permit in held):
        return Standing.ALLOWED
    return Standing.FORBIDDEN if kept_out == {True} else Standing.NOT_DECIDABLE


def decides(right: Right) -> bool:
    """Whether the last reason is one that goes with the answer."""
    last = right.reasons[-1]
    if right.standing is Standing.FORBIDDEN:
        return last.holds and last.code == "no-permit" and right.by_law is not None
    if right.standing is Standing.NOT_DECIDABLE:
        return last.code in {"kind-unknown", "by-laws-disagree"} and not last.holds
    allowed = {"not-a-motor-vehicle", "no-by-law", "suspended", "exempt-day", "open-hours", "class-admitted", "permit"}
    return last.code in allowed and not last.holds and (right.permit is not None) == (last.code == "permit")


many = settings(max_examples=400, deadline=None)
LAWS, HELD = st.lists(by_laws(), max_size=3), st.lists(permits(), max_size=4)


@many
@given(LAWS, HELD, questions(), USED)
def test_the_answer_is_that_of_a_slow_and_obvious_reader(
    laws: list[ByLaw], held: list[Permit], asked: Question, used: frozenset[PermitId]
) -> None:
    right = right_to_drive(laws, held, asked, PARIS, used)
    assert right.standing is by_hand(laws, held, asked, used)
    assert decides(right)


@many
@given(st.lists(by_laws(), min_size=1, max_size=3), HELD, questions())
def test_by_laws_in_force_are_read_as_slowly(laws: list[ByLaw], held: list[Permit], asked: Question) -> None:
    """As above, with every by-law on the zone and in force, so that hours and days decide."""
    here = [replace(law, zone=asked.zone, valid_from=asked.at, valid_until=None, suspensions=()) for law in laws]
    motor = replace(asked, kinds=frozenset({RoadUser.CAR}))
    for question in (asked, motor):
        assert right_to_drive(here, held, question, PARIS).standing is by_hand(here, held, question)


@many
@given(LAWS, HELD, permits(), questions(), USED)
def test_one_more_permit_never_forbids(
    laws: list[ByLaw], held: list[Permit], more: Permit, asked: Question, used: frozenset[PermitId]
) -> None:
    before = right_to_drive(laws, held, asked, PARIS, used)
    for permit in (more, replace(more, zone=asked.zone, valid_from=asked.at)):
        after = right_to_drive(laws, [*held, permit], asked, PARIS, used)
        assert after.standing in (before.standing, Standing.ALLOWED)


@many
@given(LAWS, HELD, questions())
def test_the_order_of_by_laws_and_permits_does_not_matter(
    laws: list[ByLaw], held: list[Permit], asked: Question
) -> None:
    before = right_to_drive(laws, held, asked, PARIS)
    after = right_to_drive(laws[::-1], held[::-1], asked, PARIS)
    assert after.standing is before.standing


@given(questions())
@example(Question(ZoneId("street"), datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC), frozenset({RoadUser.CAR})))
def test_without_by_law_everybody_may_drive(asked: Question) -> None:
    assert right_to_drive([], [], asked, PARIS).standing is Standing.ALLOWED
