"""Whatever the texts say: without an order in force nothing is allowed, and each use is within the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import CAMERA, OFFENCE, T0, site
from verbalise.gate import analysed_offences, camera_gate
from verbalise.model import CITY
from verbalise.site.agreements import Aim, Authorisation, Convention, Network, PartyId, Sharing
from verbalise.site.model import AnalysisBasis, Site

instants = st.integers(-5, 5).map(lambda days: T0 + timedelta(days=days))
aims = st.frozensets(st.sampled_from(Aim))
parties = st.sampled_from([CITY, PartyId("metropole"), PartyId("pcrt")])
orders = st.builds(Authorisation, st.just("A-1"), aims, instants, instants, st.just(30))
bases = st.builds(AnalysisBasis, st.just(OFFENCE), st.just("essai"), instants, instants)
sharings = st.builds(Sharing, parties, st.frozensets(st.sampled_from(Network)), aims)
conventions = st.builds(
    Convention,
    st.just("C-1"),
    st.just("Images"),
    instants,
    instants,
    st.just(3),
    st.just("Secret."),
    st.lists(sharings, max_size=3).map(tuple),
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A site whose one camera has any orders, any bases and any owner, under any convention or none."""
    place = site()
    camera = replace(
        place.cameras[CAMERA],
        owner=draw(parties),
        authorisations=tuple(draw(st.lists(orders, max_size=3))),
        analysis=tuple(draw(st.lists(bases, max_size=3))),
    )
    return replace(place, cameras={CAMERA: camera}, convention=draw(st.none() | conventions))


@given(sites(), instants)
def test_nothing_is_allowed_without_an_order_in_force(place: Site, at: datetime) -> None:
    camera = place.cameras[CAMERA]
    gate = camera_gate(place, camera, at)
    uses = [gate.ingest, gate.device, gate.agent, *gate.analysis.values()]
    if not any(order.in_force(at) for order in camera.authorisations):
        assert not any(use.allowed for use in uses)
    assert all(use.text_fr and (use.allowed == (use.code == "allowed")) for use in uses)


@given(sites(), instants)
def test_analysis_is_within_triggers_and_triggers_within_what_is_taken_in(place: Site, at: datetime) -> None:
    gate = camera_gate(place, place.cameras[CAMERA], at)
    assert gate.ingest.allowed or not gate.device.allowed
    assert all(gate.device.allowed or not use.allowed for use in gate.analysis.values())
    allowed = {offence for offence, use in gate.analysis.items() if use.allowed}
    assert analysed_offences(place, CAMERA, at) == allowed
