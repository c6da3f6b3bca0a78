"""Many reads, one answer, or the reason why there is none.

A text is accepted only as a whole that was read at least twice, on different pictures, by frames that fit one
series. Positions are never mixed from different reads: a mixture could be a plate that nobody saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum

from detect.model import PlateRead, PlateReading, PlateStatus
from detect.plates.grammar import fit

LEAST_AGREEING = 2
"""One picture may err alone; a second that errs alike is rare."""
LEAST_SHARE = 0.6
"""Of the weight of all reads that fit a series: below it two plates, or two readings of one, compete."""


@dataclass(slots=True)
class _Votes:
    pictures: set[int] = field(default_factory=set)
    weights: list[float] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """Exactly rounded, so that it does not hang on the order of the reads."""
        return fsum(self.weights)


def combine(reads: Sequence[PlateRead], reader: str) -> PlateReading:
    """The answer of all reads of one vehicle; their order does not matter.

    A read weighs its score times its width: a large plate is read better than a small one.
    """
    votes: dict[str, _Votes] = defaultdict(_Votes)
    for read in reads:
        fitting = fit(read.text)
        if fitting is not None:
            votes[fitting.text].pictures.add(read.seq)
            votes[fitting.text].weights.append(read.score * read.width_px)
    text, reason = _decide(reads, votes)
    status = PlateStatus.READ if text is not None else PlateStatus.UNREADABLE
    ordered = tuple(sorted(reads, key=lambda read: (read.seq, read.box.left, read.text, read.score, read.width_px)))
    return PlateReading(status, text, reason, ordered, reader)


def _decide(reads: Sequence[PlateRead], votes: dict[str, _Votes]) -> tuple[str | None, str]:
    if not reads:
        return None, "aucune plaque trouvée sur le véhicule"
    if not any(read.text for read in reads):
        return None, "plaque trouvée, mais trop petite ou illisible sur chaque image"
    if not votes:
        return None, "aucune lecture n’a la forme d’une plaque française"
    # The text breaks a tie, so that the answer does not hang on the order of the reads.
    text, best = max(votes.items(), key=lambda item: (item[1].weight, item[0]))
    if len(best.pictures) < LEAST_AGREEING and len(votes) == 1:
        return None, "une seule image lisible : deux lectures concordantes sont exigées"
    total = fsum(weight for vote in votes.values() for weight in vote.weights)
    if len(best.pictures) < LEAST_AGREEING or best.weight < LEAST_SHARE * total:
        return None, "les lectures se contredisent"
    return text, ""
