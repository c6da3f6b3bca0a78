"""What the gate did not allow at the instant of the facts becomes no case, whoever claimed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.builders import CAMERA, order, site
from tests.unit.verbalise.casework.scene import Casework, claim_on, marked, refs_of, reported
from verbalise.casework.admission import refusal
from verbalise.casework.metrics import REJECTED
from verbalise.model import Claim, Trigger
from verbalise.site.agreements import Aim
from verbalise.site.model import Site, SiteCamera

CLAIM = claim_on(refs_of(Casework().packets), 20, range(10, 23))
INSTRUMENT = replace(CLAIM, trigger=Trigger.INSTRUMENT)


def changed(change: Callable[[SiteCamera], SiteCamera]) -> Site:
    place = site()
    return replace(place, cameras={CAMERA: change(place.cameras[CAMERA])})


SHUT = {
    "no order": changed(lambda camera: replace(camera, authorisations=())),
    "order ended": changed(lambda camera: replace(camera, authorisations=(order(days_before=9, days_after=0),))),
    "another aim": changed(
        lambda camera: replace(camera, authorisations=(replace(order(), aims=frozenset({Aim.TRAFFIC})),))
    ),
}
NO_BASIS = changed(lambda camera: replace(camera, analysis=()))
NO_CAMERA = replace(site(), cameras={})


@pytest.mark.parametrize("claim", [CLAIM, reported(CLAIM), marked(CLAIM)], ids=["analysis", "device", "agent"])
@pytest.mark.parametrize("place", SHUT.values(), ids=list(SHUT))
def test_what_no_order_allows_is_refused_to_every_trigger(claim: Claim, place: Site) -> None:
    refused = refusal(claim, place)
    assert refused is not None
    assert refused.reason == "not-allowed"
    assert claim.trigger.value in refused.text
    assert refusal(claim, site()) is None


def test_without_a_legal_basis_only_analysis_is_refused() -> None:
    refused = refusal(CLAIM, NO_BASIS)
    assert refused is not None
    assert "no-basis" in refused.text
    assert refusal(reported(CLAIM), NO_BASIS) is None
    assert refusal(marked(CLAIM), NO_BASIS) is None


def test_a_basis_for_another_offence_is_none() -> None:
    assert refusal(replace(CLAIM, offence=type(CLAIM.offence)("red-light")), site()) is not None


@pytest.mark.parametrize(
    ("claim", "place", "reason"),
    [(CLAIM, NO_CAMERA, "unknown-camera"), (INSTRUMENT, site(), "no-instrument"), (CLAIM, NO_BASIS, "not-allowed")],
)
def test_the_worker_sets_it_aside_with_the_reason_and_counts_it(claim: Claim, place: Site, reason: str) -> None:
    world = Casework()
    world.film()
    world.send(claim)
    before = REJECTED.labels(reason)._value.get()
    assert world.run(place=place) == 0
    (record,) = world.bus.records("claims.rejected")
    refused = refusal(claim, place)
    assert refused is not None
    assert record.headers["reason"].decode() == refused.text
    assert world.cases.every() == []
    assert world.evidence.keys("") == []
    assert REJECTED.labels(reason)._value.get() == before + 1
