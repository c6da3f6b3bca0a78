"""A manifest survives its own encoding, and no byte of a dossier changes unseen."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.memory import MemoryEvidence
from tests.unit.verbalise.casework.scene import Casework, claim_on
from verbalise.casework.dossier import case_id_of
from verbalise.casework.manifest import decode, encode, first_fault
from verbalise.model import Case, ClaimId


@cache
def sealed() -> tuple[MemoryEvidence, Case]:
    """One dossier, made once."""
    world = Casework()
    world.send(claim_on(world.film(), 20, range(10, 23)))
    world.run()
    (case,) = world.cases.every()
    return world.evidence, case


@settings(deadline=None)
@given(data=st.data())
def test_a_changed_byte_of_any_item_is_found_and_named(data: st.DataObject) -> None:
    evidence, case = sealed()
    keys = evidence.keys("cases/")
    changed = data.draw(st.sampled_from(keys))
    at = data.draw(st.integers(0, evidence.stat(changed).size_bytes - 1))
    flip = data.draw(st.integers(1, 255))
    copy = MemoryEvidence()
    for key in keys:
        held = bytearray(evidence.read(key))
        if key == changed:
            held[at] ^= flip
        copy.put(key, bytes(held), "x/y")
    fault = first_fault(copy, case.evidence.manifest_key, case.evidence.manifest_sha256)
    assert fault is not None
    assert changed in fault


def test_decode_undoes_encode() -> None:
    evidence, case = sealed()
    data = evidence.read(case.evidence.manifest_key)
    assert encode(decode(data)) == data


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_case_ids_are_short_and_tell_claims_apart(one: str, other: str) -> None:
    ids = {case_id_of(ClaimId(text)) for text in (one, other)}
    assert len(ids) == len({one, other})
    assert all(len(case_id) == 12 and case_id.startswith("C-") and case_id == case_id.upper() for case_id in ids)
