"""Tells when a run has ended: every camera has been played or is shut, and no worker has anything left to do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest import topics
from ingest.errors import RetryLater
from ingest.health import CameraState
from ingest.kafka import KafkaAdmin
from verbalise.stream.topics import StreamTopics

GROUPS: Mapping[str, Sequence[str]] = {
    "detect": [topics.VIDEO],
    "verbalise": [topics.TRACKS, topics.DEVICES, StreamTopics().camera_devices],
    "casework": [topics.CLAIMS],
    "steward": [topics.SUPPRESSED],
}
"""Every consumer group with the topics that it drains, in the order of the flow; `health` never ends."""

LOOKS = 3
"""Quiet must be seen so often in a row: between two groups a record is for a moment nobody's."""


class QuietWatch:
    """Looks at the cameras' health and at the groups' lag.

    Args:
        health_file: Where ingest writes its cameras' state.
        cameras: How many cameras have to end.
        rest_s: How long it must have been quiet: reports that still settle make no lag.
    """

    def __init__(self, admin: KafkaAdmin, health_file: Path, cameras: int, rest_s: float) -> None:
        self._admin = admin
        self._health_file = health_file
        self._cameras = cameras
        self._rest_s = rest_s
        self._quiet_looks = 0
        self._noisy_at_s = time.monotonic()

    def workers_are_in(self) -> bool:
        """Whether every group has a member, so that nothing played is missed."""
        return all(self._admin.members(group) > 0 for group in GROUPS)

    def look(self) -> bool:
        """Whether all has been quiet for the last few looks, and for long enough."""
        try:
            is_quiet = self.ended() >= self._cameras and not any(self.lag().values())
        except RetryLater:
            is_quiet = False
        self._quiet_looks = self._quiet_looks + 1 if is_quiet else 0
        if not is_quiet:
            self._noisy_at_s = time.monotonic()
        return self._quiet_looks >= LOOKS and time.monotonic() - self._noisy_at_s >= self._rest_s

    def ended(self) -> int:
        """How many cameras have been played to their end, or are shut and give nothing."""
        try:
            states = json.loads(self._health_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0
        return sum(camera["state"] in (CameraState.ENDED, CameraState.SHUT) for camera in states["cameras"])

    def lag(self) -> dict[str, int]:
        """Records that each group has still to handle."""
        return {group: sum(self._admin.group_lag(group, names).values()) for group, names in GROUPS.items()}
