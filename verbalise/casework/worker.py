"""Claims to cases: group `casework` on `claims`.

Promise: every claim becomes one case, and no claim two. For each claim the worker finds the packets, looks at them,
(1) stores the items and then the manifest, (2) opens the case in the register, (3) sends the case's event, (4)
commits. Ids and bytes come from the claim and the packets, so a crash

- within 1: the items are built again and are the same; without a manifest nobody sees them. Where they are not the
  same (retention took packets meanwhile), they get a name of their own and the manifest names those that count;
- between 1 and 2: the manifest is found and the case opened from it, nothing is built again;
- between 2 and 3: the case is there already; its event is sent, as the case stands by then;
- between 3 and 4: the same event once more, under the same id.

Two workers that hold the same claim around a rebalance build it twice; the first manifest counts for both.
A claim whose vehicle has a permit by its plate becomes a record of `suppressed` instead: the plate is read before
anything is stored, and then nothing is. A crash before the commit sends the same record again, under the same id.

A claim whose effects cannot be stored yet waits its turn while others go on; its offset, and so theirs, stays
uncommitted. A claim that can never become a case, or that the gate did not allow at the instant of the facts, goes to
`claims.rejected` with the reason. A stop ends the wait for
pictures at once; the claim in hand is taken up again by whoever reads on.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import structlog

from ingest import topics
from ingest.bus import Consumer, Envelope, LogReader, Message, Producer, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from verbalise.casework import metrics
from verbalise.casework.admission import refusal
from verbalise.casework.dossier import build, case_id_of
from verbalise.casework.footage import NO_FOOTAGE, find_footage
from verbalise.casework.locate import locate
from verbalise.casework.looking import Found, Help, look
from verbalise.casework.manifest import Sealed, manifest_key, read_sealed, seal
from verbalise.casework.ports import PlateHelp, UsedRights, VehicleFinder
from verbalise.casework.settings import CaseworkSettings
from verbalise.casework.suppressing import suppression_of
from verbalise.gate import may_help
from verbalise.model import Case, CaseState, Claim, Suppression
from verbalise.ports import CaseRegister, EvidenceStore
from verbalise.site.history import SiteHistory
from verbalise.site.permits import TokenHasher
from verbalise.wire import CLAIM, case_message, suppression_message

_log = structlog.get_logger("casework")

GROUP = "casework"
EXIT_CLEAN = 0
EXIT_FAILED = 1
_POLL_S = 0.5
_FLUSH_S = 10.0
_MOST_WAITING = 100
"""Claims that wait for the store; with more, none is taken on until one of them is done."""


@dataclass(slots=True)
class _Waiting:
    envelope: Envelope
    due_s: float


class CaseworkWorker:
    """One member of the group.

    Args:
        plate_help: Loads the plate models; called at the first claim that may be helped, and never elsewhere.
        vehicle_finder: Loads detector and tracker; called at the first claim without a path that may be helped.
        hasher: Matches plates with permits; None where the city keeps no key for them.
        clock: The present instant, for the queue's order and for whether help is permitted; it is not part of the
            evidence.
    """

    def __init__(
        self,
        consumer: Consumer,
        log: LogReader,
        producer: Producer,
        store: EvidenceStore,
        cases: CaseRegister,
        rights: UsedRights,
        sites: SiteHistory,
        settings: CaseworkSettings,
        plate_help: Callable[[], PlateHelp],
        vehicle_finder: Callable[[], VehicleFinder],
        hasher: TokenHasher | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._consumer = consumer
        self._log = log
        self._producer = producer
        self._store = store
        self._cases = cases
        self._rights = rights
        self._sites = sites
        self._settings = settings
        self._help = Help(cache(plate_help), cache(vehicle_finder))
        self._hasher = hasher
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._done: dict[TopicPartition, int] = {}
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask for a clean end after the claim in hand. Safe from a signal handler or another thread."""
        self._stop.set()

    def run(self, until_idle_s: float | None = None) -> int:
        """Handle claims until asked to stop.

        Args:
            until_idle_s: Return also when no claim has come or waited for so long.

        Returns:
            The process's exit code: 0, or 1 if a person must act.
        """
        self._consumer.subscribe([topics.CLAIMS], None, self._forget)
        busy_s = time.monotonic()
        try:
            while not self._stop.is_set():
                if self._step() or self._waiting:
                    busy_s = time.monotonic()
                elif until_idle_s is not None and time.monotonic() - busy_s >= until_idle_s:
                    break
        except Halt as error:
            _log.error("casework.halted", error=str(error))
            return EXIT_FAILED
        finally:
            self._consumer.close()
        return EXIT_CLEAN

    def _step(self) -> bool:
        """Try what is due, then take the next claim. Returns whether there was one."""
        for waiting in [entry for entry in self._waiting if entry.due_s <= time.monotonic()]:
            self._waiting.remove(waiting)
            self._handle_any(waiting.envelope)
        if len(self._waiting) >= _MOST_WAITING:
            self._stop.wait(_POLL_S)
            return True
        try:
            envelope = self._consumer.poll(_POLL_S)
        except RetryLater as error:
            _log.warning("casework.waiting_for_the_bus", error=str(error))
            self._stop.wait(_POLL_S)
            return False
        if envelope is not None:
            self._handle_any(envelope)
        return envelope is not None

    def _handle_any(self, envelope: Envelope) -> None:
        try:
            self._handle_or_reject(envelope)
        except RetryLater as error:
            metrics.RETRIES.inc()
            _log.warning("casework.later", error=str(error), **_place(envelope))
            self._waiting.append(_Waiting(envelope, time.monotonic() + self._settings.retry_s))
        else:
            self._commit(envelope)

    def _handle_or_reject(self, envelope: Envelope) -> None:
        """The one catch-all: a claim that breaks the program is set aside, the others go on."""
        try:
            claim = CLAIM.decode(envelope.value)
            refused = refusal(claim, self._sites.as_of(claim.at))
            if refused is not None:
                self._reject(envelope, refused.reason, refused.text)
                return
            with metrics.SECONDS.time():
                self._handle(claim, envelope.written_at)
        except (RetryLater, Halt):
            raise
        except Reject as error:
            self._reject(envelope, "unusable", str(error))
        except Exception as error:  # noqa: BLE001 (one claim must not stop the others)
            _log.exception("casework.unexpected", **_place(envelope))
            # The text of an unforeseen error may quote a plate: its kind is enough here, the log has the traceback.
            self._reject(envelope, "unexpected", f"{type(error).__name__}: see casework's log for this offset")

    def _handle(self, claim: Claim, told_at: datetime) -> None:
        key = manifest_key(case_id_of(claim.id))
        sealed = read_sealed(self._store, key)
        if sealed is None:
            seen = look(
                self._found(claim, told_at), self._help if self._may_help() else None, self._settings.plate_frames
            )
            suppression = suppression_of(claim, seen.plate.text, seen.found.site, self._hasher, self._rights)
            if suppression is not None:
                self._suppress(suppression)
                return
            sealed = seal(self._store, key, build(seen, self._store))
        self._producer.send(case_message(self._opened(sealed)))
        self._producer.flush(_FLUSH_S)

    def _found(self, claim: Claim, told_at: datetime) -> Found:
        stopping = self._stop.is_set
        anchor = locate(claim, self._log, self._settings, is_stopping=stopping, told_at=told_at)
        footage = NO_FOOTAGE
        if anchor is not None:
            footage = find_footage(claim, anchor, self._log, self._settings, is_stopping=stopping)
        return Found(claim, anchor, footage, self._sites.as_of(claim.at))

    def _may_help(self) -> bool:
        """Whether a machine may help now: the decision must be in force when it helps, not when the facts happened."""
        now = self._clock()
        return may_help(self._sites.as_of(now), now).allowed

    def _suppress(self, suppression: Suppression) -> None:
        self._producer.send(suppression_message(suppression))
        self._producer.flush(_FLUSH_S)
        metrics.SUPPRESSED.labels(suppression.camera).inc()
        _log.info("casework.suppressed", camera=suppression.camera, permit=suppression.permit)

    def _opened(self, sealed: Sealed) -> Case:
        """The case in the register; as it stands there if it was opened before, so that no act is announced away."""
        case = _case_of(sealed, self._clock())
        if not self._cases.open_case(case):
            return self._cases.case(case.id)
        claim = case.claim
        metrics.CASES.labels(claim.camera, claim.offence, str(case.evidence.complete).lower()).inc()
        metrics.PLATES.labels(case.plate.status.value).inc()
        _log.info("casework.opened", case=case.id, camera=claim.camera, track=claim.track)
        return case

    def _reject(self, envelope: Envelope, reason: str, text: str) -> None:
        _log.warning("casework.rejected", reason=reason, error=text, **_place(envelope))
        headers = {**envelope.headers, "reason": text.encode(), "rejected-from": envelope.place.encode()}
        self._producer.send(Message(topics.rejected(envelope.topic), envelope.key, envelope.value, headers))
        self._producer.flush(_FLUSH_S)
        metrics.REJECTED.labels(reason).inc()

    def _commit(self, envelope: Envelope) -> None:
        """Commit up to the first claim that still waits."""
        place = TopicPartition(envelope.topic, envelope.partition)
        self._done[place] = max(self._done.get(place, 0), envelope.offset + 1)
        held = [w.envelope.offset for w in self._waiting if w.envelope.partition == place.partition]
        try:
            self._consumer.commit({place: min([self._done[place], *held])})
        except RetryLater as error:
            _log.warning("casework.not_committed", error=str(error), partition=place.partition)

    def _forget(self, places: Sequence[TopicPartition]) -> None:
        """Partitions that move away take their waiting claims with them: their new holder reads them again."""
        gone = {place.partition for place in places}
        self._waiting = [entry for entry in self._waiting if entry.envelope.partition not in gone]
        self._done = {place: offset for place, offset in self._done.items() if place.partition not in gone}


def _place(envelope: Envelope) -> dict[str, str | int]:
    return {
        "camera": envelope.key,
        "topic": envelope.topic,
        "partition": envelope.partition,
        "offset": envelope.offset,
    }


def run_until_signalled(worker: CaseworkWorker) -> int:
    """Run in the main thread until SIGTERM or SIGINT; returns the process's exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    return worker.run()


def _case_of(sealed: Sealed, opened_at: datetime) -> Case:
    return Case(
        id=sealed.manifest.case,
        claim=sealed.manifest.claim,
        evidence=sealed.evidence,
        plate=sealed.manifest.plate,
        opened_at=opened_at,
        state=CaseState.OPEN,
        holder=None,
        decisions=(),
        version=0,
    )
