"""Many reads, one answer, or the reason why there is none.

A text is accepted only as a whole that was read at least twice, on different pictures, by frames that fit one
series. Positions are never mixed from different reads: a mixture could be a plate that nobody saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from detect.model import PlateRead, PlateReading, PlateStatus
from detect.plates.grammar import fit

LEAST_AGREEING = 2
"""One picture may err alone; a second that errs alike is rare."""
LEAST_SHARE = 0.6
"""Of the weight of all reads that fit a series: below it two plates, or two readings of one, compete."""


@dataclass(slots=True)
class _Votes:
    frames: int = 0
    weight: float = 0.0


def combine(reads: Sequence[PlateRead], reader: str) -> PlateReading:
    """The answer of all reads of one vehicle; their order does not matter.

    A read weighs its score times its width: a large plate is read better than a small one.
    """
    votes: dict[str, _Votes] = defaultdict(_Votes)
    for read in reads:
        fitting = fit(read.text)
        if fitting is not None:
            votes[fitting.text].frames += 1
            votes[fitting.text].weight += read.score * read.width_px
    text, reason = _decide(reads, votes)
    status = PlateStatus.READ if text is not None else PlateStatus.UNREADABLE
    ordered = tuple(sorted(reads, key=lambda read: (read.seq, read.box.left, read.text)))
    return PlateReading(status, text, reason, ordered, reader)


def _decide(reads: Sequence[PlateRead], votes: dict[str, _Votes]) -> tuple[str | None, str]:
    if not reads:
        return None, "aucune plaque trouvée sur le véhicule"
    if not votes:
        return None, "aucune lecture n’a la forme d’une plaque française"
    # The text breaks a tie, so that the answer does not hang on the order of the reads.
    text, best = max(votes.items(), key=lambda item: (item[1].weight, item[0]))
    if best.frames < LEAST_AGREEING:
        return None, "une seule image lisible : deux lectures concordantes sont exigées"
    if best.weight < LEAST_SHARE * sum(vote.weight for vote in votes.values()):
        return None, "les lectures se contredisent"
    return text, ""
