"""Counts what an evidence store does, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter

from ingest.errors import ConstatError, Halt, RetryLater
from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, EvidenceStore, StoredItem

PUTS = Counter("constat_evidence_puts_total", "Items put, the same bytes again included", ["store"])
PUT_BYTES = Counter("constat_evidence_put_bytes_total", "Bytes of those items", ["store"])
READ_BYTES = Counter("constat_evidence_read_bytes_total", "Bytes read back", ["store"])
FAILURES = Counter("constat_evidence_failures_total", "Calls that failed, by what failed", ["store", "failure"])

_FAILURES: dict[type[ConstatError], str] = {
    EvidenceConflict: "conflict",
    EvidenceDamaged: "damaged",
    RetryLater: "away-or-full",
    Halt: "refused",
}


class CountedEvidence:
    """An evidence store that counts. A missing item is an answer, not a failure."""

    def __init__(self, store: EvidenceStore, name: str) -> None:
        """Count what `store` does under the label `name` (`folder`, `s3`)."""
        self._store = store
        self._name = name

    def put(self, key: str, data: bytes, content_type: str) -> StoredItem:
        """As the store's, counted."""
        with self._counted():
            item = self._store.put(key, data, content_type)
        PUTS.labels(self._name).inc()
        PUT_BYTES.labels(self._name).inc(len(data))
        return item

    def stat(self, key: str) -> StoredItem:
        """As the store's, counted."""
        with self._counted():
            return self._store.stat(key)

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """As the store's, counted."""
        with self._counted():
            data = self._store.read(key, start, length)
        READ_BYTES.labels(self._name).inc(len(data))
        return data

    def keys(self, prefix: str) -> list[str]:
        """As the store's, counted."""
        with self._counted():
            return self._store.keys(prefix)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except tuple(_FAILURES) as error:
            failure = next(name for kind, name in _FAILURES.items() if isinstance(error, kind))
            FAILURES.labels(self._name, failure).inc()
            raise
