"""A detector that is made when its first picture comes: where nothing may be analysed, no model is ever opened."""

from __future__ import annotations

from collections.abc import Callable

from detect.model import Detection
from detect.ports import Detector, Picture


class LazyDetector:
    """The `Detector` that `load` makes, loaded at the first picture and kept.

    Args:
        load: Imports the runtime and reads the weights. What it raises comes out of the first `detect`.
    """

    def __init__(self, load: Callable[[], Detector]) -> None:
        self._load = load
        self._loaded: Detector | None = None

    @property
    def fingerprint(self) -> str:
        """As the detector says; it is loaded to be asked."""
        return self._detector().fingerprint

    def detect(self, picture: Picture) -> tuple[Detection, ...]:
        """See `Detector.detect`."""
        return self._detector().detect(picture)

    def _detector(self) -> Detector:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded
