"""Acts that are sent again change nothing, whatever they are and however often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.memory import memory_register
from storage.model import Register
from storage.register.opening import open_register
from storage.settings import RegisterSettings
from tests.contract.storage.builders import A, B, a_case, an_act
from verbalise.model import Act, AgentId, Case, CaseState, Decision
from verbalise.ports import CaseFilter, StaleCase

STEPS = st.lists(
    st.tuples(st.sampled_from(Act), st.sampled_from(CaseState), st.sampled_from([A, B, None]), st.integers(0, 4)),
    max_size=8,
)
Step = tuple[Act, CaseState, AgentId | None, int]


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path: Path = tmp_path_factory.mktemp("replay") / "register.db"
    opened = (
        memory_register() if request.param == "memory" else open_register(RegisterSettings(url=f"sqlite:///{path}"))
    )
    yield opened
    opened.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_acts_replayed_give_the_same_case(register: Register, steps: list[Step]) -> None:
    name = uuid4().hex
    register.cases.open_case(a_case(name))
    sent = [(an_act(f"{name}/{request}", act, case=name), state, holder) for act, state, holder, request in steps]
    once = _play(register, sent, name)
    facts = register.analysts.facts(CaseFilter(), None)
    assert _play(register, sent, name) == once
    assert register.analysts.facts(CaseFilter(), None) == facts
    assert once.version == len(once.decisions) == len({decision.request_id for decision, _, _ in sent})


def _play(register: Register, sent: list[tuple[Decision, CaseState, AgentId | None]], name: str) -> Case:
    """Every act at the version that its sender has just read, as pages do."""
    case_id = a_case(name).id
    for decision, state, holder in sent:
        before = register.cases.case(case_id)
        register.cases.record(decision, state, holder, before.version)
    return register.cases.case(case_id)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seen=st.lists(st.integers(0, 8), min_size=8, max_size=8))
def test_acts_on_versions_that_are_gone_never_count(register: Register, steps: list[Step], seen: list[int]) -> None:
    name = uuid4().hex
    register.cases.open_case(a_case(name))
    accepted: list[str] = []
    for number, ((act, state, holder, _), version) in enumerate(zip(steps, seen, strict=False)):
        decision = an_act(f"{name}/{number}", act, case=name)
        try:
            register.cases.record(decision, state, holder, version)
        except StaleCase:
            assert version != len(accepted)
        else:
            assert version == len(accepted)
            accepted.append(decision.request_id)
    acts = register.cases.case(a_case(name).id).decisions
    assert [decision.request_id for decision in acts] == accepted
