"""Whether a finding can leave for the PVe chain, and everything that holds it back."""

from __future__ import annotations

from dataclasses import dataclass

from verbalise.console.wording import Words
from verbalise.lanes import lane_of
from verbalise.law.catalogue import Offence
from verbalise.law.code_book import CodeBook
from verbalise.law.codes import export_blocks
from verbalise.model import Case, CaseState
from verbalise.site.permits import Permit


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


def sending_of(
    case: Case, offence: Offence, code_book: CodeBook, covered: Permit | None, words: Words
) -> Sending | None:
    """How a found case stands with the PVe chain; None for a case that is not found.

    Args:
        code_book: What the national lists prove of the offence's code.
        covered: The permit of the plate that the agent stands for, if it has one.

    Raises:
        RetryLater: the register is away.
    """
    if case.state is not CaseState.FOUND:
        return None
    routing = lane_of(case, covered)
    by_hand = tuple(words(f"lane.{reason}") for reason in routing.reasons)
    reasons = (*by_hand, *export_blocks(offence, code_book.known().of[offence.id]))
    return Sending(
        title=words("sending.blocked" if reasons else "sending.ready"),
        lane=words(f"sending.{routing.lane}"),
        reasons=reasons,
        points=words("sending.points", n=offence.holder_points),
    )
