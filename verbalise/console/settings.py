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
