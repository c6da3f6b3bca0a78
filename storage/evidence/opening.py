"""Opens the evidence store that the settings name."""

from __future__ import annotations

from pathlib import Path

from storage.evidence.counted import CountedEvidence
from storage.evidence.folder import FolderEvidence
from storage.evidence.s3 import S3Access, S3Evidence
from storage.model import SecretOf
from storage.secrets import no_secrets, two_parts
from storage.settings import EvidenceSettings
from verbalise.ports import EvidenceStore


def open_evidence_store(settings: EvidenceSettings, secret_of: SecretOf = no_secrets) -> EvidenceStore:
    """The evidence store, checked and counting.

    Args:
        secret_of: Resolves `settings.credentials` to "access key:secret key".

    Raises:
        Halt: folder, endpoint, bucket or credentials cannot be used; the text says which.
        RetryLater: the server is away, or the disk full.
    """
    if settings.folder is not None:
        return CountedEvidence(FolderEvidence(Path(settings.folder)), "folder")
    return CountedEvidence(_open_bucket(settings, secret_of), "s3")


def _open_bucket(settings: EvidenceSettings, secret_of: SecretOf) -> S3Evidence:
    access_key, secret_key = two_parts(settings.credentials or "", secret_of)
    access = S3Access(
        endpoint=settings.endpoint or "",
        access_key=access_key,
        secret_key=secret_key,
        region=settings.region,
        ca_file=settings.ca_file,
        timeout_s=settings.timeout_s,
    )
    store = S3Evidence(access, settings.bucket or "")
    store.open_bucket(create=settings.create_bucket, object_lock=settings.object_lock)
    return store
