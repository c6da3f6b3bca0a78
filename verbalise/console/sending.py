"""Whether a finding can leave for the PVe chain, and everything that holds it back."""

from __future__ import annotations

from dataclasses import dataclass

from verbalise.console.wording import Words
from verbalise.lanes import lane_of
from verbalise.law.catalogue import Offence
from verbalise.model import Case, CaseState
from verbalise.permits import Permit


@dataclass(frozen=True, slots=True)
class Sending:
    """A found case on its way out.

    Attributes:
        title: Ready or held back.
        reasons: Why it is held back, as sentences; none where it is ready.
        points: What the holder loses.
    """

    title: str
    lane: str
    reasons: tuple[str, ...]
    points: str


def sending_of(case: Case, offence: Offence, covered: Permit | None, words: Words) -> Sending | None:
    """How a found case stands with the PVe chain; None for a case that is not found.

    Args:
        covered: The permit of the plate that the agent stands for, if it has one.
    """
    if case.state is not CaseState.FOUND:
        return None
    routing = lane_of(case, covered)
    by_hand = tuple(words(f"lane.{reason}") for reason in routing.reasons)
    reasons = (*by_hand, *_export_blocks(offence, words))
    return Sending(
        title=words("sending.blocked" if reasons else "sending.ready"),
        lane=words(f"sending.{routing.lane}"),
        reasons=reasons,
        points=words("sending.points", n=offence.holder_points),
    )


def _export_blocks(offence: Offence, words: Words) -> tuple[str, ...]:
    """What of law keeps the offence from being exported."""
    return () if offence.natinf_holder is not None else (words("sending.natinf"),)
