"""Other cases of the same camera around the same instant, so that nobody finds one passage twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from verbalise.console.views import offence_title
from verbalise.console.wording import Words
from verbalise.model import Case
from verbalise.ports import CaseRegister

AROUND = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another case, as the page lists it."""

    id: str
    at: str
    title: str
    trigger: str
    state_text: str


def neighbours_of(case: Case, cases: CaseRegister, words: Words) -> tuple[Neighbour, ...]:
    """The cases beside one, oldest facts first."""
    claim = case.claim
    return tuple(
        Neighbour(
            id=line.id,
            at=words.clock(line.at),
            title=offence_title(line.offence, words),
            trigger=words(f"trigger.{line.trigger}"),
            state_text=words(f"state.{line.state}"),
        )
        for line in cases.near(claim.camera, claim.at, AROUND)
        if line.id != case.id
    )
