"""What can be set about the rules' stream app."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class StreamSettings(BaseModel):
    """How the stream app runs. The connection to the broker is a section of its own.

    Attributes:
        group: Consumer group; also the first part of the names of the app's own topics.
        data_dir: Folder of the worker's own files; it may be lost at any time.
        settle_s: An entry is judged once the pictures are this far past it, so that device reports that are a
            little late count.
        device_settle_s: A device's report is judged by itself so long after it was received, by the wall clock:
            longer than `settle_s`, so that analysis comes first where it is allowed.
        analysis_wait_s: How long a report waits, where pictures may be analysed, for those that lag behind it.
        commit_every_s: How often offsets are stored: what is read again after a crash.
        session_timeout_s: Silence after which another worker takes over this one's cameras.
        retry_s: Wait between attempts while the broker is away.
        stalled_after_s: Uncommitted records and none handled for so long end the process, for a restart.
        replication: Copies of the app's own topics; 3 on a cluster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str = Field("verbalise", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    data_dir: Path
    settle_s: float = Field(1.5, ge=0.2, le=30)
    device_settle_s: float = Field(10.0, ge=0.5, le=120)
    analysis_wait_s: float = Field(120.0, ge=0, le=600)
    commit_every_s: float = Field(1.0, gt=0, le=10)
    session_timeout_s: float = Field(10.0, ge=6, le=60)
    retry_s: float = Field(2.0, gt=0, le=60)
    stalled_after_s: float = Field(30.0, ge=5)
    replication: int = Field(1, ge=1, le=5)

    @property
    def settle(self) -> timedelta:
        """`settle_s` as the rules take it."""
        return timedelta(seconds=self.settle_s)

    @property
    def device_settle(self) -> timedelta:
        """`device_settle_s` as the rules take it."""
        return timedelta(seconds=self.device_settle_s)
