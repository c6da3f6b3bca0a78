"""What ingest asks before it takes a picture in: a question that others answer, and what follows from a no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ingest.errors import ConstatError
from ingest.model import CameraId

RefusalAt = Callable[[datetime], str | None]
"""Why one camera's picture of an instant may not be taken in, as a sentence; None where it may."""
RefusalOf = Callable[[CameraId, datetime], str | None]
"""The same for any camera. Asked for every picture, so it answers from memory."""


class NotAllowed(ConstatError):
    """Nothing allows the camera to be taken in now. The text is the reason."""
