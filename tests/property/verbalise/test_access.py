"""Whatever is agreed, nobody sees more than an order and the convention open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests import shared_street as street
from verbalise.access import may_look
from verbalise.model import CITY, Agent, Capacity
from verbalise.site.agreements import Aim, Authorisation, Hours, Network, Sharing
from verbalise.site.model import Site, SiteCamera

PARTIES = (CITY, street.METROPOLE, street.PCRT, street.DIPN)
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: street.BEGINS + timedelta(minutes=minutes))
"""Through a summer and two winters, half of them after the convention."""
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
hours = st.builds(Hours, st.frozensets(st.integers(0, 6), min_size=1), clocks, clocks | st.just(time.max)).filter(
    lambda span: span.start != span.end
)
aims = st.frozensets(st.sampled_from(Aim), min_size=1)
sharings = st.builds(
    Sharing,
    party=st.sampled_from(PARTIES),
    networks=st.frozensets(st.sampled_from(Network), min_size=1),
    aims=aims,
    hours=st.lists(hours, max_size=2).map(tuple),
    on_call=st.booleans(),
)


@st.composite
def orders(draw: st.DrawFn) -> Authorisation:
    """A prefect's order for some aims and some days."""
    begins = draw(instants)
    return Authorisation("76-1", draw(aims), begins, begins + timedelta(days=draw(st.integers(1, 700))), 30)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Site, Agent, SiteCamera]:
    """A camera of somebody, an agent of somebody, and any convention between them."""
    agreed = replace(street.convention(), sharings=tuple(draw(st.lists(sharings, max_size=4))))
    site = replace(street.shared_site(), convention=draw(st.sampled_from((agreed, None))))
    owner, network = draw(st.sampled_from(PARTIES)), draw(st.sampled_from(Network))
    camera = street.camera(street.BOLLARD, owner, network, *draw(st.lists(orders(), max_size=2)))
    agent = street.person(draw(st.sampled_from(PARTIES)), draw(st.sampled_from(Capacity)))
    return site, agent, camera


@given(scenes(), st.sampled_from(Aim), instants, st.none() | instants)
def test_nothing_is_seen_without_an_order_in_force_that_names_the_aim(
    scene: tuple[Site, Agent, SiteCamera], aim: Aim, at: datetime, on_call_until: datetime | None
) -> None:
    site, agent, camera = scene
    if may_look(site, agent, camera, aim, at, on_call_until).allowed:
        assert any(order.in_force(at) and aim in order.aims for order in camera.authorisations)


@given(scenes(), st.sampled_from(Aim), instants, st.none() | instants)
def test_nobody_but_the_owner_sees_anything_outside_the_convention(
    scene: tuple[Site, Agent, SiteCamera], aim: Aim, at: datetime, on_call_until: datetime | None
) -> None:
    site, agent, camera = scene
    assume(site.convention is None or not site.convention.in_force(at))
    if may_look(site, agent, camera, aim, at, on_call_until).allowed:
        assert agent.party == camera.owner


@given(sharings, st.sampled_from(Network), st.sampled_from(Aim), instants)
def test_others_see_just_what_is_shared_with_them_in_its_hours(
    shared: Sharing, network: Network, aim: Aim, at: datetime
) -> None:
    share = replace(shared, party=street.PCRT)
    site = replace(street.shared_site(), convention=replace(street.convention(), sharings=(share,)))
    camera = street.camera(street.CITY_CAMERA, CITY, network, street.order())
    wall = at.astimezone(street.ZONE).replace(tzinfo=None)
    expected = (
        at < street.ENDS
        and network in share.networks
        and aim in share.aims
        and (not share.hours or any(_shows(span, wall) for span in share.hours))
    )
    agent = street.person(street.PCRT, Capacity.CSU_OPERATOR)
    assert may_look(site, agent, camera, aim, at).allowed is expected


@given(scenes(), st.sampled_from(Aim), instants, st.none() | instants)
def test_an_opening_ends_later_than_it_is_asked_for(
    scene: tuple[Site, Agent, SiteCamera], aim: Aim, at: datetime, on_call_until: datetime | None
) -> None:
    site, agent, camera = scene
    answer = may_look(site, agent, camera, aim, at, on_call_until)
    assert not answer.allowed or answer.until is None or at < answer.until
    assert answer.text_fr


def _shows(span: Hours, wall: datetime) -> bool:
    """Whether a clock on the wall shows an hour of the span: written again, from its words."""
    minute = wall.hour * 60 + wall.minute
    first = span.start.hour * 60 + span.start.minute
    last = 24 * 60 if span.end == time.max else span.end.hour * 60 + span.end.minute
    today, eve = wall.weekday() in span.days, (wall.weekday() - 1) % 7 in span.days
    if last > first:
        return today and first <= minute < last
    return (today and minute >= first) or (eve and minute < last)
