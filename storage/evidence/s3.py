"""Evidence in a bucket of MinIO, or of another S3 server. The only importer of `minio`.

Put-if-absent: an object is looked up first, then sent with `If-None-Match: *`, so that of two
writers the server lets one through (MinIO and AWS do, and SeaweedFS); the other finds the item
there and compares digests. A server that ignores the header is still held off by the look-up in
all but a race, and the bucket's versioning keeps both objects even then.

The digest travels as user metadata `sha256` and is checked whenever a whole item is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.versioningconfig import VersioningConfig

from ingest.errors import ConstatError, Halt, RetryLater
from storage.evidence.digest import check_range, described, same_item, undamaged
from storage.evidence.keys import checked_key, checked_prefix
from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, EvidenceMissing, StoredItem

SMALLEST_PART_BYTES = 5 * 1024 * 1024
"""What S3 sets; an item goes in one part, so that the condition covers all of it."""
_MISSING = {"NoSuchKey", "ResourceNotFound"}
_THERE_ALREADY = {"PreconditionFailed"}
_WRITERS_MET = {"ConditionalRequestConflict", "OperationAborted"}
_NAME_TAKEN = {"XMinioParentIsObject", "XMinioObjectExistsAsDirectory", "ExistingObjectIsDirectory"}
_PASSING = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "XMinioStorageFull", *_WRITERS_MET}


@dataclass(frozen=True, slots=True)
class S3Access:
    """How to reach an S3 server.

    Attributes:
        endpoint: `https://HOST[:PORT]` or `http://HOST[:PORT]`.
        ca_file: Certificates that the server's must descend from; certifi's when None.
        timeout_s: How long one request may stay without an answer.
    """

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    ca_file: str | None = None
    timeout_s: float = 30.0


class _WriteOnce(urllib3.PoolManager):
    """Sends every PUT on condition that nothing is there: the client's own calls cannot say so."""

    def urlopen(  # type: ignore[override]  # PoolManager's own signature, which differs from its base's
        self, method: str, url: str, redirect: bool = True, **kw: Any
    ) -> urllib3.BaseHTTPResponse:
        """As the pool's; a header that is not signed is still obeyed."""
        if method == "PUT":
            kw["headers"]["If-None-Match"] = "*"
        return super().urlopen(method, url, redirect, **kw)


class S3Evidence:
    """An evidence store in one bucket. Keep keys such that none is also the folder of others:
    servers differ in what they make of it.
    """

    def __init__(self, access: S3Access, bucket: str) -> None:
        """Nothing is sent yet.

        Raises:
            Halt: the endpoint or the certificates' file cannot be used.
        """
        self._bucket = bucket
        self._where = f"bucket {bucket!r} at {access.endpoint}"
        with self._translated():
            self._client = _client(access, urllib3.PoolManager)
            self._writer = _client(access, _WriteOnce)

    def open_bucket(self, *, create: bool = False, object_lock: bool = False) -> None:
        """Make sure that the bucket is there, versioned, and locked where that is asked for.

        Raises:
            Halt: it is not, or credentials, endpoint or certificate are wrong.
            RetryLater: the server is away.
        """
        with self._translated():
            if not self._client.bucket_exists(self._bucket):
                if not create:
                    raise Halt(f"{self._where} does not exist: create it with versioning, or set create_bucket")
                self._client.make_bucket(self._bucket, object_lock=object_lock)
                self._client.set_bucket_versioning(self._bucket, VersioningConfig(ENABLED))
            if self._client.get_bucket_versioning(self._bucket).status != ENABLED:
                raise Halt(f"{self._where} is not versioned: turn versioning on before evidence goes there")
            if object_lock and not self._is_locked():
                raise Halt(f"{self._where} has no object lock: it is set when a bucket is made, so make another")

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        """Store bytes under a key; see the port."""
        offered = described(checked_key(key), data, content_type)
        try:
            return same_item(self.stat(key), offered)
        except EvidenceMissing:
            if self._sent(offered, data):
                return offered
        return same_item(self.stat(key), offered)

    def stat(self, key: str) -> StoredItem:
        """What is stored under a key; see the port."""
        with self._translated(checked_key(key)):
            found = self._client.stat_object(self._bucket, key)
        metadata = {name.lower(): value for name, value in (found.metadata or {}).items()}
        sha256 = metadata.get("x-amz-meta-sha256")
        if sha256 is None:
            raise EvidenceDamaged(f"{self._where}: {key!r} carries no sha256, so it was not put by Constat")
        return StoredItem(key, sha256, found.size or 0, found.content_type or "application/octet-stream")

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of an item or a range of them; a whole item's digest is checked, or EvidenceDamaged."""
        check_range(start, length)
        item = self.stat(key)
        wanted_bytes = max(0, item.size_bytes - start)
        if length is not None:
            wanted_bytes = min(wanted_bytes, length)
        data = self._fetched(key, start, wanted_bytes) if wanted_bytes else b""
        return undamaged(data, item) if start == 0 and length is None else data

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins with `prefix`, sorted."""
        checked_prefix(prefix)
        with self._translated():
            listed = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
            return sorted(found.object_name for found in listed if found.object_name)

    def _is_locked(self) -> bool:
        try:
            self._client.get_object_lock_config(self._bucket)
        except S3Error as error:
            if error.code == "ObjectLockConfigurationNotFoundError":
                return False
            raise
        return True

    def _sent(self, item: StoredItem, data: bytes) -> bool:
        """Whether this put stored the object; False if one was there already."""
        with self._translated(item.key):
            try:
                self._writer.put_object(
                    self._bucket,
                    item.key,
                    io.BytesIO(data),
                    len(data),
                    content_type=item.content_type,
                    metadata={"sha256": item.sha256},
                    part_size=max(len(data), SMALLEST_PART_BYTES),
                )
            except S3Error as error:
                if error.code in _THERE_ALREADY:
                    return False
                raise
            return True

    def _fetched(self, key: str, start: int, length: int) -> bytes:
        with self._translated(key):
            response = self._client.get_object(self._bucket, key, offset=start, length=length)
            try:
                return bytes(response.data)
            finally:
                response.close()
                response.release_conn()

    @contextmanager
    def _translated(self, key: str = "") -> Iterator[None]:
        try:
            yield
        except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise translated(error, self._where, key) from error


def _client(access: S3Access, pool: type[urllib3.PoolManager]) -> Minio:
    """A client whose retries are few: the worker that gets RetryLater waits better."""
    address = urlsplit(access.endpoint)
    return Minio(
        address.netloc,
        access_key=access.access_key,
        secret_key=access.secret_key,
        secure=address.scheme == "https",
        region=access.region,
        http_client=pool(
            timeout=urllib3.Timeout(access.timeout_s),
            cert_reqs="CERT_REQUIRED",
            ca_certs=access.ca_file or certifi.where(),
            retries=urllib3.Retry(total=1, backoff_factor=0.2),
        ),
    )


def translated(error: Exception, where: str, key: str = "") -> ConstatError:
    """What a worker should do about a client's or server's error; the text holds no secret.

    Args:
        where: Bucket and endpoint, for the person who reads it.
        key: The item concerned, empty where none is.
    """
    if isinstance(error, S3Error):
        return _of_server(error, where, key)
    if isinstance(error, ServerError):
        return _by_status(error.status_code, f"HTTP status {error.status_code}", where)
    if isinstance(error, InvalidResponseError):
        return Halt(f"{where}: what answers does not speak S3; check endpoint and http or https")
    reason = getattr(error, "reason", error)
    if isinstance(reason, urllib3.exceptions.SSLError):
        return Halt(f"{where}: the server's certificate is not accepted; check endpoint and ca_file")
    if isinstance(error, ValueError | FileNotFoundError):
        return Halt(f"{where}: cannot be used ({error}); check endpoint, bucket and ca_file")
    return RetryLater(f"{where} does not answer ({type(reason).__name__})")


def _of_server(error: S3Error, where: str, key: str) -> ConstatError:
    code = error.code or ""
    if code in _MISSING and key:
        return EvidenceMissing(f"no evidence {key!r} in {where}")
    if code in _NAME_TAKEN:
        return EvidenceConflict(f"evidence {key!r}: a key cannot be an item and a folder at once; choose another")
    if code in _PASSING:
        return RetryLater(f"{where}: {code}")
    return _by_status(error.response.status, code, where)


def _by_status(status: int, code: str, where: str) -> ConstatError:
    if status >= 500 or status == 429:
        return RetryLater(f"{where}: {code}")
    return Halt(f"{where} refuses ({code}); check credentials, bucket and clock")
