"""What ingest and the bus can be told. Read from the environment by `deploy`, never here."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt
from pydantic import BaseModel, ConfigDict, SecretStr

from ingest.topics import MAX_MESSAGE_BYTES

MiB = 1024 * 1024

Seconds = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(1)]


class Section(BaseModel):
    """A part of the settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BusSettings(Section):
    """How to reach the broker and how patient to be with it.

    Attributes:
        bootstrap: `host:port`, several separated by commas.
        client_id: Name that the broker's own logs and quotas show.
        security_protocol: How the connection is secured.
        sasl_mechanism, sasl_username, sasl_password: Log-in, where the protocol says SASL.
        ca_file: Certificates that the broker's must descend from; the system's when None.
        compression: How batches are compressed. Video is compressed already; JSON topics may gain.
        max_message_bytes: Largest message sent or received.
        linger_ms: How long a batch waits for more messages.
        buffer_bytes: Messages held in memory while the broker is slow or away.
        send_patience_s: How long `send` waits for room in that buffer.
        session_timeout_s: Silence after which a consumer's partitions go to another member.
        request_timeout_s: How long one question to the broker may take.
        prefetch_bytes: Records that a consumer or reader fetches ahead.
    """

    bootstrap: str
    client_id: str = "constat"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ca_file: str | None = None
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "none"
    max_message_bytes: Annotated[int, Gt(0)] = MAX_MESSAGE_BYTES
    linger_ms: Annotated[float, Ge(0)] = 5.0
    buffer_bytes: Annotated[int, Gt(0)] = 256 * MiB
    send_patience_s: Annotated[float, Ge(0)] = 0.5
    session_timeout_s: Seconds = 10.0
    request_timeout_s: Seconds = 10.0
    prefetch_bytes: Annotated[int, Gt(0)] = 32 * MiB


class IngestSettings(Section):
    """How cameras are read.

    Attributes:
        open_timeout_s: How long a camera may take to answer.
        read_timeout_s: How long a connected camera may stay silent; also the longest that stopping takes.
        retry_first_s, retry_longest_s: Waits between attempts: doubled from the first up to the longest.
        camera_buffer_bytes: One camera's packets that wait for the broker. Beyond it a file waits and
            a live camera loses whole groups of pictures.
        camera_clock_tolerance_s: A camera clock further than this from the host's is recorded, not used.
        clock_drift_ppm: How fast the smoothed arrival clock may follow a camera that runs slow.
        resume_scan_records: Records per partition searched for a live camera's last packet; a file
            camera's is searched to the first record kept, because it must resume exactly.
        flush_timeout_s: How long stopping waits for the broker.
        health_file: Where the state of every camera is written as JSON; None for nowhere.
        health_every_s: How often, and how often it is sent to the topic `health`.
        cameras_every_s: How often the site is asked which cameras there are.
    """

    open_timeout_s: Seconds = 10.0
    read_timeout_s: Seconds = 10.0
    retry_first_s: Seconds = 0.5
    retry_longest_s: Seconds = 30.0
    camera_buffer_bytes: Annotated[int, Gt(0)] = 32 * MiB
    camera_clock_tolerance_s: Seconds = 60.0
    clock_drift_ppm: Annotated[float, Ge(0)] = 500.0
    resume_scan_records: Count = 200_000
    flush_timeout_s: Seconds = 20.0
    health_file: str | None = None
    health_every_s: Seconds = 5.0
    cameras_every_s: Seconds = 2.0


class DeviceEntrySettings(Section):
    """The HTTP door for bollards, badge readers, signals and loops.

    Attributes:
        host, port: Where it listens.
        tokens: Bearer token of each gateway, by the gateway's name.
        max_body_bytes: Largest request taken.
        max_events: Most events in one request.
        clock_tolerance_s: A report further than this from the host's clock is kept, counted and logged.
        store_timeout_s: How long a request waits for the broker before it is told to come back.
        retry_after_s: What it is told.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Ge(0)] = 8081
    tokens: dict[str, SecretStr] = {}
    max_body_bytes: Count = 256 * 1024
    max_events: Count = 500
    clock_tolerance_s: Seconds = 300.0
    store_timeout_s: Seconds = 5.0
    retry_after_s: Count = 5
