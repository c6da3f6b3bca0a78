"""The rules' worker. Delivery: at least once; a record handled twice gives the claims of once.

The order for one `tracks` record is: claims sent and acknowledged, then the camera's memory written to its
table, then (at most `commit_every_s` later, once the changelog has it) the offset. A crash

- before the claim is acknowledged: the record is read again and judged again, with the same answer;
- between claim and memory: the same claim is sent once more under the same id, which casework takes once;
- between memory and offset: the record is read again; the memory holds its place in the video and skips it.

A device report is acknowledged on `camera-devices` before its offset is stored, and filed under its own id:
sent twice it is one. An entry is judged only after every report that the broker holds by then has been
filed, so that catching up after a pause judges as it would have live.

A passage or a blow that only devices tell of is judged when a call for it is read, and calls are written behind every
report that the broker holds by then. The order for one call is the same: claims and suppressions sent and
acknowledged, then the reports remembered as judged, then the offset. A call that a crash loses is written again,
because its reports still wait; one that is read twice finds them judged.

SIGTERM lets records in hand finish, stores offsets and leaves the group. Where Faust's consumer stalls the
process ends with `EX_TEMPFAIL`, for its supervisor to start again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from ingest.errors import RetryLater
from ingest.settings import BusSettings
from verbalise.site.history import SiteHistory
from verbalise.site.permits import TokenHasher
from verbalise.stream.app import build_app, run_app
from verbalise.stream.settings import StreamSettings
from verbalise.stream.topics import LogHeads, StreamTopics, check_partitions

_log = structlog.get_logger("verbalise.stream")


def run_rules(
    bus: BusSettings,
    settings: StreamSettings,
    sites: SiteHistory,
    heads: LogHeads,
    hasher: TokenHasher | None = None,
    names: StreamTopics | None = None,
) -> int:
    """Runs the rules in this process, in its main thread, until a signal; returns the exit code.

    Args:
        hasher: Finds the permit behind a badge; None where the city keeps no key for permits.

    Raises:
        Halt: a topic is missing or has another number of partitions than `tracks`.
    """
    names = names or StreamTopics()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    wait_for_broker(lambda: check_partitions(heads, settings.group, names), bus.bootstrap, settings.retry_s)
    return run_app(build_app(bus, settings, sites, heads, hasher, names), settings)


def wait_for_broker(
    ask: Callable[[], None], bootstrap: str, retry_s: float, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Asks until the broker answers, saying so at each attempt: Faust itself would give up at the first.

    Raises:
        Halt: it answers, and what it says needs a person.
    """
    while True:
        try:
            return ask()
        except RetryLater as away:
            _log.warning("stream.waiting_for_broker", bootstrap=bootstrap, reason=str(away), retry_s=retry_s)
            sleep(retry_s)
