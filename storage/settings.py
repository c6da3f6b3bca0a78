"""What storage can be told. Read from the environment by `deploy`, never here."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Gt
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

Seconds = Annotated[float, Gt(0)]

REGISTER_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
"""Schemes a register's URL may have, and the driver each stands for."""


class Section(BaseModel):
    """A part of the settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceSettings(Section):
    """Where sealed items lie.

    Attributes:
        url: `file:PATH` for a folder, `s3://BUCKET` for MinIO or another S3 server.
        endpoint: S3 only: `https://HOST[:PORT]`, or `http://` inside one machine.
        credentials: S3 only: name of the secret "access key:secret key".
        region: S3 only: region that requests are signed for.
        ca_file: S3 only: certificates that the server's must descend from; the usual ones when None.
        create_bucket: S3 only: make the bucket, versioned, when it is not there.
        object_lock: S3 only: the bucket must have object lock; one that is made gets it.
        timeout_s: S3 only: how long one request may stay without an answer.
    """

    url: str
    endpoint: str | None = None
    credentials: str | None = None
    region: str = "us-east-1"
    ca_file: str | None = None
    create_bucket: bool = False
    object_lock: bool = False
    timeout_s: Seconds = 30.0

    @property
    def folder(self) -> str | None:
        """Path of the folder, None where the store is S3."""
        return self.url.removeprefix("file:") if self.url.startswith("file:") else None

    @property
    def bucket(self) -> str | None:
        """Name of the bucket, None where the store is a folder."""
        return self.url.removeprefix("s3://").rstrip("/") if self.url.startswith("s3://") else None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.folder and not self.bucket:
            raise ValueError("evidence url: write file:PATH or s3://BUCKET")
        if self.bucket:
            self._check_s3(self.bucket)
        return self

    def _check_s3(self, bucket: str) -> None:
        if "/" in bucket:
            raise ValueError("evidence url: s3://BUCKET takes no path after the bucket")
        endpoint = urlsplit(self.endpoint or "")
        if endpoint.scheme not in {"http", "https"} or not endpoint.hostname:
            raise ValueError("evidence endpoint: an s3:// url needs https://HOST[:PORT]")
        if endpoint.username or endpoint.path.strip("/") or endpoint.query:
            raise ValueError(
                "evidence endpoint: only scheme, host and port; keys go in the secret named by credentials"
            )
        if not self.credentials:
            raise ValueError("evidence credentials: name the secret that holds access key:secret key")


class RegisterSettings(Section):
    """Which database holds cases, alerts, people and the ledger.

    Attributes:
        url: `sqlite:///PATH` (four slashes where the path is absolute) or `postgresql://USER@HOST[:PORT]/DATABASE`,
            without a password.
        credentials: PostgreSQL only: name of the secret "user:password".
        time_zone: Zone whose clock says the local day and hour of the facts.
        upgrade: Bring the tables to this version at start; turn it off where `constat` may not change tables.
        busy_timeout_s: How long to wait for another process's change or for a connection.
    """

    url: str
    credentials: str | None = None
    time_zone: str = "Europe/Paris"
    upgrade: bool = True
    busy_timeout_s: Seconds = 5.0

    @field_validator("url")
    @classmethod
    def _url_fits(cls, url: str) -> str:
        scheme, _, rest = url.partition("://")
        if scheme not in REGISTER_SCHEMES:
            raise ValueError("register url: write sqlite:///PATH or postgresql://USER@HOST/DATABASE")
        if urlsplit(url).password or "password=" in rest.lower():
            raise ValueError("register url: no password here; put user:password in the secret named by credentials")
        if scheme == "sqlite" and rest.strip("/") in {"", ":memory:"}:
            raise ValueError("register url: sqlite needs the path of a file")
        return url

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"register time_zone: {name!r} is not a time zone, write for example Europe/Paris"
            ) from error
        return name

    @property
    def driver_url(self) -> str:
        """The URL with the driver that this project uses."""
        scheme, _, rest = self.url.partition("://")
        return f"{REGISTER_SCHEMES[scheme]}://{rest}"
