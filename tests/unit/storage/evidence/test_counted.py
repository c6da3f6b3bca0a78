"""The counters answer: how much came in, how much was read, what failed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from ingest.errors import ConstatError, Halt, RetryLater
from storage.evidence.counted import CountedEvidence
from storage.memory import MemoryEvidence
from storage.model import EvidenceDamaged
from verbalise.ports import EvidenceConflict, EvidenceMissing, StoredItem


class Failing(MemoryEvidence):
    """A store that fails as it is told."""

    def __init__(self, failure: ConstatError) -> None:
        super().__init__()
        self._failure = failure

    def stat(self, key: str) -> StoredItem:
        raise self._failure


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_puts_and_bytes_are_counted() -> None:
    name = uuid4().hex
    store = CountedEvidence(MemoryEvidence(), name)
    store.put("a", b"12345", "text/plain")
    store.read("a", 1, 2)
    assert value("constat_evidence_puts_total", store=name) == 1
    assert value("constat_evidence_put_bytes_total", store=name) == 5
    assert value("constat_evidence_read_bytes_total", store=name) == 2


@pytest.mark.parametrize(
    ("failure", "label"),
    [
        (EvidenceConflict("x"), "conflict"),
        (EvidenceDamaged("x"), "damaged"),
        (RetryLater("x"), "away-or-full"),
        (Halt("x"), "refused"),
    ],
)
def test_failures_are_counted_by_what_failed(failure: ConstatError, label: str) -> None:
    name = uuid4().hex
    with pytest.raises(type(failure)):
        CountedEvidence(Failing(failure), name).stat("a")
    assert value("constat_evidence_failures_total", store=name, failure=label) == 1


def test_a_missing_item_is_not_a_failure() -> None:
    name = uuid4().hex
    with pytest.raises(EvidenceMissing):
        CountedEvidence(MemoryEvidence(), name).stat("a")
    labels = ("conflict", "damaged", "away-or-full", "refused")
    assert [value("constat_evidence_failures_total", store=name, failure=label) for label in labels] == [0] * 4
