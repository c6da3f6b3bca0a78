"""Other cases of the same place around the same instant, so that nobody finds one passage twice."""

from __future__ import annotations

from dataclasses import dataclass

from verbalise.console.views import offence_title
from verbalise.console.wording import Words
from verbalise.model import SAME_PASSAGE, Case
from verbalise.ports import CaseRegister
from verbalise.site.model import Site


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another case, as the page lists it."""

    id: str
    at: str
    title: str
    trigger: str
    state_text: str


def neighbours_of(case: Case, site: Site, cases: CaseRegister, words: Words) -> tuple[Neighbour, ...]:
    """The cases beside one, oldest facts first.

    Args:
        site: As it was at the instant of the facts: which cameras watch the same place.
    """
    claim = case.claim
    near = [line for camera in site.same_place(claim.camera) for line in cases.near(camera, claim.at, SAME_PASSAGE)]
    return tuple(
        Neighbour(
            id=line.id,
            at=words.clock(line.at),
            title=offence_title(line.offence, words),
            trigger=words(f"trigger.{line.trigger}"),
            state_text=words(f"state.{line.state}"),
        )
        for line in sorted(near, key=lambda line: (line.at, line.id))
        if line.id != case.id
    )
