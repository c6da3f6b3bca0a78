"""What an operator can set on the console."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ConsoleSettings(BaseModel):
    """Where the console listens and how strict it is.

    Attributes:
        host, port: Where the console listens.
        public_url: What agents type: scheme and host, no path. `https` makes cookies Secure and adds HSTS.
        trusted_proxies: Addresses whose `X-Forwarded-For` tells the agent's own address.
        session_hours: After so long an agent signs in again, whatever happens.
        sign_in_failures: Wrong passwords per login and address before a pause.
        sign_in_pause_s: How long that pause is.
        evidence_chunk_bytes: Most bytes of a clip held in memory per reader.
        queue_length: Most cases shown in the queue.
        alert_hours: Age at which alerts leave the patrol page.
        live_places: Most viewers of moving pictures at a time: each decodes one camera.
        live_fps: Most pictures a second that a viewer is sent.
        live_width_px: Width to which a single camera's pictures are made smaller.
        wall_width_px: Width of a picture on the wall.
        wall_every_s: How often the wall asks for the newest keyframe of each camera.
        stop_patience_s: How long open answers may take when the console is told to stop.
        metrics: Who may read `/metrics`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: tuple[str, ...] = ()
    session_hours: int = Field(default=12, ge=1, le=12)
    sign_in_failures: int = Field(default=5, ge=1)
    sign_in_pause_s: int = Field(default=300, ge=1)
    evidence_chunk_bytes: int = Field(default=256 * 1024, ge=4096, le=4 * 1024 * 1024)
    queue_length: int = Field(default=200, ge=1, le=1000)
    alert_hours: int = Field(default=8, ge=1, le=24)
    metrics: Literal["loopback", "everyone", "off"] = "loopback"
    live_places: int = Field(default=8, ge=1, le=32)
    live_fps: float = Field(default=12.0, gt=0, le=30)
    live_width_px: int = Field(default=1280, ge=320, le=3840)
    wall_width_px: int = Field(default=480, ge=160, le=1920)
    wall_every_s: float = Field(default=2.0, ge=0.5, le=60)
    stop_patience_s: int = Field(default=5, ge=1)

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or "@" in parts.netloc:
            raise ValueError("public_url must be http(s)://host[:port], without path or credentials")
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def https(self) -> bool:
        """Whether agents reach the console over TLS."""
        return self.public_url.startswith("https:")
