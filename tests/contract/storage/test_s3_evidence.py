"""What the S3 store says when the server, the bucket or the credentials are not as they should be."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from minio import Minio

from ingest.errors import Halt, RetryLater
from storage.evidence.opening import open_evidence_store
from storage.evidence.s3 import S3Access, S3Evidence
from storage.model import EvidenceDamaged
from storage.settings import EvidenceSettings
from tests.storage_servers import ACCESS_KEY, SECRET_KEY, S3Server, free_port


def client_of(server: S3Server) -> Minio:
    """A client that does what Constat never would."""
    address = urlsplit(server.endpoint)
    return Minio(address.netloc, ACCESS_KEY, SECRET_KEY, secure=False, region="us-east-1")


@pytest.fixture
def bucket(s3_server: S3Server) -> Iterator[str]:
    """The name of a bucket that is not there; removed afterwards, as SeaweedFS has room for a few only."""
    name = f"b-{uuid4().hex}"
    yield name
    client = client_of(s3_server)
    if client.bucket_exists(name):
        client.remove_bucket(name)


def test_a_wrong_secret_halts_every_call_and_is_not_shown(s3_server: S3Server) -> None:
    secret = "another-secret-than-the-one"
    store = S3Evidence(s3_server.access(secret), s3_server.bucket)
    for call in (
        store.open_bucket,
        lambda: store.put("a", b"x", "text/plain"),
        lambda: store.stat("a"),
        lambda: store.read("a"),
        lambda: store.keys("a"),
    ):
        with pytest.raises(Halt, match=f"'{s3_server.bucket}' at {s3_server.endpoint}.*credentials") as refusal:
            call()
        assert secret not in f"{refusal.value} {refusal.value.__cause__} {store!r} {s3_server.access(secret)!r}"


def test_a_bucket_that_is_not_there_halts(s3_server: S3Server, bucket: str) -> None:
    with pytest.raises(Halt, match=f"{bucket}.*does not exist.*create_bucket"):
        S3Evidence(s3_server.access(), bucket).open_bucket()


def test_a_bucket_that_is_made_is_versioned_and_locked(s3_server: S3Server, bucket: str) -> None:
    store = S3Evidence(s3_server.access(), bucket)
    store.open_bucket(create=True, object_lock=True)
    store.open_bucket(object_lock=True)
    assert client_of(s3_server).get_bucket_versioning(bucket).status == "Enabled"


def test_a_bucket_without_versions_halts(s3_server: S3Server, bucket: str) -> None:
    client_of(s3_server).make_bucket(bucket)
    with pytest.raises(Halt, match=f"{bucket}.*not versioned"):
        S3Evidence(s3_server.access(), bucket).open_bucket()


def test_a_bucket_without_lock_halts_where_one_is_asked_for(s3_server: S3Server, bucket: str) -> None:
    store = S3Evidence(s3_server.access(), bucket)
    store.open_bucket(create=True)
    with pytest.raises(Halt, match=f"{bucket}.*no object lock"):
        store.open_bucket(object_lock=True)


def test_a_server_that_is_away_is_retried_later() -> None:
    store = S3Evidence(S3Access(f"http://127.0.0.1:{free_port()}", ACCESS_KEY, SECRET_KEY), "evidence")
    with pytest.raises(RetryLater, match="does not answer"):
        store.open_bucket()
    with pytest.raises(RetryLater, match="does not answer"):
        store.put("a", b"x", "text/plain")


def test_a_server_without_a_certificate_halts(s3_server: S3Server) -> None:
    endpoint = s3_server.endpoint.replace("http://", "https://")
    with pytest.raises(Halt, match=r"certificate.*ca_file"):
        S3Evidence(s3_server.access(endpoint=endpoint), s3_server.bucket).open_bucket()


def test_a_certificate_file_that_is_not_there_halts(s3_server: S3Server) -> None:
    endpoint = s3_server.endpoint.replace("http://", "https://")
    access = replace(s3_server.access(endpoint=endpoint), ca_file="/no/such/authority.pem")
    with pytest.raises(Halt, match="ca_file"):
        S3Evidence(access, s3_server.bucket).open_bucket()


@pytest.mark.parametrize("endpoint", ["http://", "http://two words"])
def test_an_endpoint_that_cannot_be_used_halts(endpoint: str) -> None:
    with pytest.raises(Halt, match="check endpoint"):
        S3Evidence(S3Access(endpoint, ACCESS_KEY, SECRET_KEY), "evidence").open_bucket()


def test_bytes_changed_on_the_server_are_noticed(s3_server: S3Server) -> None:
    store, key = S3Evidence(s3_server.access(), s3_server.bucket), uuid4().hex
    item = store.put(key, b"as sealed", "text/plain")
    forged: dict[str, str | list[str] | tuple[str]] = {"sha256": item.sha256}
    client_of(s3_server).put_object(s3_server.bucket, key, io.BytesIO(b"as forged"), 9, metadata=forged)
    with pytest.raises(EvidenceDamaged, match=key):
        store.read(key)


def test_an_object_put_by_something_else_is_not_evidence(s3_server: S3Server) -> None:
    store, key = S3Evidence(s3_server.access(), s3_server.bucket), uuid4().hex
    client_of(s3_server).put_object(s3_server.bucket, key, io.BytesIO(b"x"), 1)
    with pytest.raises(EvidenceDamaged, match="sha256"):
        store.stat(key)


def test_the_settings_open_it(s3_server: S3Server) -> None:
    settings = EvidenceSettings(url=f"s3://{s3_server.bucket}", endpoint=s3_server.endpoint, credentials="evidence")
    store = open_evidence_store(settings, {"evidence": f"{ACCESS_KEY}:{SECRET_KEY}"}.get)
    key = uuid4().hex
    assert store.put(key, b"x", "text/plain") == store.stat(key)
    assert store.read(key) == b"x"
    assert store.keys(key) == [key]


@contextmanager
def answering(status: int, content_type: str, body: bytes) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_GET  # noqa: N815 (the library's names)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def error_xml(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "content_type", "body", "outcome"),
    [
        pytest.param(503, "application/xml", error_xml("SlowDown"), RetryLater, id="too busy"),
        pytest.param(507, "application/xml", error_xml("XMinioStorageFull"), RetryLater, id="full"),
        pytest.param(500, "application/xml", error_xml("InternalError"), RetryLater, id="broken for now"),
        pytest.param(403, "application/xml", error_xml("RequestTimeTooSkewed"), Halt, id="clock"),
        pytest.param(404, "application/xml", error_xml("NoSuchBucket"), Halt, id="no bucket"),
        pytest.param(400, "text/plain", b"an HTTP request to an HTTPS server", Halt, id="not S3"),
    ],
)
def test_what_the_server_answers_decides(status: int, content_type: str, body: bytes, outcome: type[Exception]) -> None:
    with answering(status, content_type, body) as endpoint, pytest.raises(outcome, match=endpoint):
        S3Evidence(S3Access(endpoint, ACCESS_KEY, SECRET_KEY), "evidence").keys("")


@pytest.mark.parametrize(("status", "outcome"), [(500, RetryLater), (429, RetryLater), (403, Halt)])
def test_an_answer_without_a_body_decides_too(status: int, outcome: type[Exception]) -> None:
    with answering(status, "application/xml", b"") as endpoint, pytest.raises(outcome, match=endpoint):
        S3Evidence(S3Access(endpoint, ACCESS_KEY, SECRET_KEY), "evidence").stat("a")
