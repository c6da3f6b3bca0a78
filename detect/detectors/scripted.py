"""A detector that replays what it is given: no model, no weights, same port."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from detect.model import Detection
from detect.ports import Picture

Script = Callable[[Picture], Sequence[Detection]]


class ScriptedDetector:
    """Answers from a script, a pure function of the picture.

    The script sees the picture rather than a count of calls, so that replaying a stretch of video
    gives the same detections again, as a model does.
    """

    def __init__(self, script: Script, fingerprint: str = "scripted") -> None:
        self._script = script
        self._fingerprint = fingerprint

    @classmethod
    def always(cls, detections: Sequence[Detection]) -> ScriptedDetector:
        """A detector that finds the same things on every picture."""
        return cls(lambda picture: detections)

    @property
    def fingerprint(self) -> str:
        """As given at construction."""
        return self._fingerprint

    def detect(self, picture: Picture) -> tuple[Detection, ...]:
        """What the script says about this picture, best score first."""
        return tuple(sorted(self._script(picture), key=lambda found: -found.score))
