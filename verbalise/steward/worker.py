"""Keeps watch over what is allowed: group `steward` on `health` and `suppressed`, and the gate by the clock.

Promise, for the gate: every change of what is allowed is on the ledger. At least every `_ROUND_S` and at each full
minute the gate of every use is compared with what it last was. For each change the worker (1) writes the ledger,
(2) keeps the new state. A crash between the two finds the change again; the ledger's newest entry on that use then
says it already, and it is not written twice. Notices have ids of their own: given once, however often found.

Promise, for records: every passage that a right covered is kept once, and every second of a camera's health counts
once. Each record is (1) kept, (2) committed; after a crash between the two it comes again, and what is not newer than
what is kept adds nothing. A record that cannot be read is logged and left: both topics are for those who look on, and
no claim depends on them.

One steward is enough. A second one shares the topics, and looks at the gate as well: then a change in the same second
can stand on the ledger twice.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ingest import topics
from ingest.bus import Consumer, Envelope, TopicPartition
from ingest.errors import Halt, Reject, RetryLater
from ingest.health import CameraHealth
from ingest.model import CameraId
from ingest.wire import CAMERA_HEALTH
from verbalise.model import Access, AccessEntry
from verbalise.ports import AccessLedger
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site
from verbalise.steward.gates import GateChange, changes, gate_of
from verbalise.steward.notices import due_notices
from verbalise.steward.ports import GateRegister, GateState, NoticeRegister, SuppressionRegister
from verbalise.steward.uptime import folded
from verbalise.uptime import UptimeRegister
from verbalise.wire import SUPPRESSION

_log = structlog.get_logger("steward")

GROUP = "steward"
EXIT_CLEAN = 0
EXIT_FAILED = 1
_ROUND_S = 10.0
_POLL_S = 0.5
_ADDRESS = "steward"


@dataclass(frozen=True, slots=True)
class StewardPorts:
    """Where the steward writes."""

    ledger: AccessLedger
    gates: GateRegister
    notices: NoticeRegister
    uptime: UptimeRegister
    suppressions: SuppressionRegister


class StewardWorker:
    """The one member of the group.

    Args:
        clock: The present instant, aware and in UTC.
    """

    def __init__(
        self, consumer: Consumer, sites: SiteHistory, ports: StewardPorts, clock: Callable[[], datetime]
    ) -> None:
        self._consumer = consumer
        self._sites = sites
        self._ports = ports
        self._clock = clock
        self._stop = threading.Event()
        self._in_hand: Envelope | None = None
        self._newest: dict[CameraId, CameraHealth] | None = None
        self._round_at: datetime | None = None

    def stop(self) -> None:
        """Ask for a clean end. Safe from a signal handler or another thread."""
        self._stop.set()

    def run(self, until_idle_s: float | None = None) -> int:
        """Watch until asked to stop.

        Args:
            until_idle_s: Return also when no record has come for so long.

        Returns:
            The process's exit code: 0, or 1 if a person must act.
        """
        self._consumer.subscribe([topics.HEALTH, topics.SUPPRESSED], None, self._forget)
        busy_at = self._clock()
        try:
            while not self._stop.is_set():
                if self._step():
                    busy_at = self._clock()
                elif until_idle_s is not None and (self._clock() - busy_at).total_seconds() >= until_idle_s:
                    break
        except Halt as error:
            _log.error("steward.halted", error=str(error))
            return EXIT_FAILED
        finally:
            self._consumer.close()
        return EXIT_CLEAN

    def look_at_gate(self) -> None:
        """Compare what is allowed now with what was, and say what is new. Raises RetryLater."""
        now = self._clock()
        site = self._sites.as_of(now)
        known = {state.subject: state for state in self._ports.gates.states()}
        for change in changes(known, gate_of(site, now, known)):
            self._write(change, now)
        self._give_notices(site, now)

    def _step(self) -> bool:
        """Do what is due, then take the next record. Returns whether there was one."""
        try:
            now = self._clock()
            if self._round_at is None or now >= self._round_at:
                self.look_at_gate()
                self._round_at = _next_round(now)
            self._in_hand = self._in_hand or self._consumer.poll(_POLL_S)
            if self._in_hand is None:
                return False
            self._keep(self._in_hand)
            self._in_hand = None
        except RetryLater as error:
            _log.warning("steward.later", error=str(error))
            self._stop.wait(_POLL_S)
        return True

    def _write(self, change: GateChange, now: datetime) -> None:
        """Steps 1 and 2 of the promise."""
        newest = self._ports.ledger.entries(change.subject, limit=1)
        if not newest or newest[0].purpose != change.sentence_fr:
            entry = AccessEntry(now, None, Access.GATE_CHANGED, change.subject, change.sentence_fr, _ADDRESS)
            self._ports.ledger.write(entry)
        self._ports.gates.store(GateState(change.subject, change.after, now))
        _log.info("steward.gate_changed", subject=change.subject, allowed=change.after.allowed, code=change.after.code)

    def _give_notices(self, site: Site, now: datetime) -> None:
        for notice in due_notices(site, now):
            if self._ports.notices.add(notice):
                _log.warning("steward.notice", subject=notice.subject, lead=notice.lead, ends_at=str(notice.ends_at))

    def _keep(self, envelope: Envelope) -> None:
        """Store a record, then commit it."""
        try:
            if envelope.topic == topics.HEALTH:
                self._fold(CAMERA_HEALTH.decode(envelope.value))
            else:
                self._ports.suppressions.add(SUPPRESSION.decode(envelope.value))
        except Reject as error:
            place = {"topic": envelope.topic, "partition": envelope.partition, "offset": envelope.offset}
            _log.error("steward.unreadable", error=str(error), **place)
        self._consumer.commit({TopicPartition(envelope.topic, envelope.partition): envelope.offset + 1})

    def _fold(self, health: CameraHealth) -> None:
        if self._newest is None:
            self._newest = {newest.camera: newest for newest in self._ports.uptime.newest()}
        last = self._newest.get(health.camera)
        hours = folded(last, health, lambda hour: self._ports.uptime.hour(health.camera, hour))
        if hours:
            self._ports.uptime.fold(health, hours)
            self._newest[health.camera] = health

    def _forget(self, _: Sequence[TopicPartition]) -> None:
        """Partitions move: their new holder reads on, and what it stores is read again if they come back."""
        self._in_hand = None
        self._newest = None


def _next_round(now: datetime) -> datetime:
    """So many seconds later, and at the next full minute at the latest: texts begin and end there."""
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return min(now + timedelta(seconds=_ROUND_S), minute)


def run_until_signalled(worker: StewardWorker) -> int:
    """Run in the main thread until SIGTERM or SIGINT; returns the process's exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    return worker.run()
