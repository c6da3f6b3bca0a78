"""The month of the convention in figures, for the coordination meeting of its parties. Pure.

What was not measured is said, and is never counted as good: an hour without a measurement is neither up nor down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.model import CameraId
from verbalise.exchanges import Exchange, ExchangeKind
from verbalise.gate import may_ingest
from verbalise.model import AccessEntry, Trigger
from verbalise.months import Month, months_before
from verbalise.ports import CaseFact
from verbalise.site.agreements import Aim, Convention, Network, PartyId
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site
from verbalise.steward.notices import due_notices
from verbalise.steward.ports import Notice
from verbalise.uptime import CameraHour

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the month's report is made from.

    Attributes:
        hours: Measured hours that begin in the month.
        exchanges: Entries of the log in the month.
        cases: Cases whose facts are in the month.
        changes: What the ledger says of the gate in the month: uses that opened or shut.
    """

    hours: Sequence[CameraHour]
    exchanges: Sequence[Exchange]
    cases: Sequence[CaseFact]
    changes: Sequence[AccessEntry]


@dataclass(frozen=True, slots=True)
class NetworkUptime:
    """One network's month. Seconds are summed over its cameras.

    Attributes:
        allowed_s: Measured seconds with the gate open.
        up_s: Of these, with video.
        unmeasured_s: Seconds with the gate open that nobody measured.
        bytes: Of the pictures that came in `up_s`.
    """

    network: Network
    cameras: int
    allowed_s: int
    up_s: int
    unmeasured_s: int
    reconnects: int
    dropped: int
    most_connections: int
    bytes: int

    @property
    def share(self) -> float | None:
        """The share of measured allowed time with video, 0 to 1; None where nothing was measured."""
        return min(1.0, self.up_s / self.allowed_s) if self.allowed_s else None

    @property
    def sure_share(self) -> float | None:
        """The same, with every unmeasured second counted as without video: it was at least this much."""
        whole = self.allowed_s + self.unmeasured_s
        return min(1.0, self.up_s / whole) if whole else None

    @property
    def mean_mbit_s(self) -> float | None:
        """Mean bit rate of one camera while it gave video; None without any."""
        return self.bytes * 8 / 1e6 / self.up_s if self.up_s else None


@dataclass(frozen=True, slots=True)
class PartyUse:
    """How often one party looked at others' cameras for one aim; a look is a quarter of an hour at most."""

    party: PartyId
    aim: Aim
    looks: int
    cameras: int


@dataclass(frozen=True, slots=True)
class CaseCount:
    """Cases from one network's cameras, by what triggered them; no network where the site does not know the camera."""

    network: Network | None
    trigger: Trigger
    cases: int


@dataclass(frozen=True, slots=True)
class CoordinationReport:
    """The month, for the parties of the convention. It holds no plate, no picture and no agent's name.

    Attributes:
        until: The end of what it covers: the month's, or the last whole hour before it was made.
        is_whole: Whether the month was over.
        site: As it was described at the end of the span.
        entries: What people wrote into the log, oldest first; looks are in `uses`.
        crowded: Hours in which a camera had more than one connection from Constat at a time.
        changes: Uses that opened or shut, oldest first.
        endings: Texts that end soon and that nothing follows, the nearest end first.
        unmeasured: Cameras with allowed hours that nobody measured, and how many seconds.
    """

    month: Month
    until: datetime
    is_whole: bool
    site: Site
    networks: tuple[NetworkUptime, ...]
    uses: tuple[PartyUse, ...]
    cases: tuple[CaseCount, ...]
    entries: tuple[Exchange, ...]
    crowded: tuple[CameraHour, ...]
    unmeasured: tuple[tuple[CameraId, int], ...]
    changes: tuple[AccessEntry, ...]
    endings: tuple[Notice, ...]

    def entries_of(self, *kinds: ExchangeKind) -> tuple[Exchange, ...]:
        """Entries of some kinds, oldest first."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)


def span_of(month: Month, history: SiteHistory, at: datetime) -> tuple[datetime, datetime]:
    """What a report made at an instant covers: from the month's start to its end, or to the last whole hour."""
    zone = history.as_of(at).timezone
    last_hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    begins = month.begins(zone).astimezone(UTC)
    return begins, max(begins, min(month.ends(zone).astimezone(UTC), last_hour))


def coordination_report(month: Month, history: SiteHistory, facts: Facts, at: datetime) -> CoordinationReport:
    """The report of a month as it can be made at an instant.

    Args:
        history: Which site held when: each hour is judged with the cameras and texts of its own.
    """
    begins, until = span_of(month, history, at)
    # What holds until an instant does not hold at it: the texts of the span are those of its last instant.
    last = until - timedelta(microseconds=1)
    site = history.as_of(last)
    allowed = list(_allowed_hours(history, begins, until))
    return CoordinationReport(
        month=month,
        until=until,
        is_whole=until == month.ends(site.timezone),
        site=site,
        networks=_networks(allowed, facts.hours),
        uses=_uses(facts.exchanges),
        cases=_cases(history, facts.cases),
        entries=_written(facts.exchanges),
        crowded=tuple(hour for hour in facts.hours if hour.most_connections > 1),
        unmeasured=_unmeasured(allowed, facts.hours),
        changes=tuple(sorted(facts.changes, key=lambda entry: (entry.at, entry.subject))),
        endings=endings(site, last),
    )


def notice_day(convention: Convention, site: Site) -> datetime:
    """The last instant at which notice can be given before the convention goes on."""
    return months_before(convention.valid_until, convention.notice_months, site.timezone)


def endings(site: Site, at: datetime) -> tuple[Notice, ...]:
    """Notices of texts that end, as the steward gives them; agents' acts are no matter of the convention's."""
    return tuple(notice for notice in due_notices(site, at) if not notice.subject.startswith("agent/"))


@dataclass(frozen=True, slots=True)
class _AllowedHour:
    """An hour at whose start the gate let a camera's video in."""

    camera: CameraId
    hour: datetime
    network: Network


def _allowed_hours(history: SiteHistory, begins: datetime, until: datetime) -> Iterator[_AllowedHour]:
    hour = begins
    while hour < until:
        site = history.as_of(hour)
        for camera_id, camera in site.cameras.items():
            if may_ingest(site, camera, hour).allowed:
                yield _AllowedHour(camera_id, hour, camera.network)
        hour += HOUR


def _networks(allowed: Sequence[_AllowedHour], measured: Sequence[CameraHour]) -> tuple[NetworkUptime, ...]:
    found = {(hour.camera, hour.hour): hour for hour in measured}
    return tuple(
        _network(network, [hour for hour in allowed if hour.network is network], found)
        for network in Network
        if any(hour.network is network for hour in allowed)
    )


def _network(
    network: Network, allowed: Sequence[_AllowedHour], found: dict[tuple[CameraId, datetime], CameraHour]
) -> NetworkUptime:
    hours = [found[key] for hour in allowed if (key := (hour.camera, hour.hour)) in found]
    return NetworkUptime(
        network=network,
        cameras=len({hour.camera for hour in allowed}),
        allowed_s=sum(hour.allowed_s for hour in hours),
        up_s=sum(hour.up_s for hour in hours),
        unmeasured_s=sum(_unmeasured_s(found.get((hour.camera, hour.hour))) for hour in allowed),
        reconnects=sum(hour.reconnects for hour in hours),
        dropped=sum(hour.dropped for hour in hours),
        most_connections=max((hour.most_connections for hour in hours), default=0),
        bytes=sum(hour.bytes for hour in hours),
    )


def _unmeasured(allowed: Sequence[_AllowedHour], measured: Sequence[CameraHour]) -> tuple[tuple[CameraId, int], ...]:
    found = {(hour.camera, hour.hour): hour for hour in measured}
    seconds: Counter[CameraId] = Counter()
    for hour in allowed:
        seconds[hour.camera] += _unmeasured_s(found.get((hour.camera, hour.hour)))
    return tuple(sorted((camera, unknown) for camera, unknown in seconds.items() if unknown))


def _unmeasured_s(hour: CameraHour | None) -> int:
    return round(HOUR.total_seconds()) - (0 if hour is None else hour.known_s)


def _uses(exchanges: Iterable[Exchange]) -> tuple[PartyUse, ...]:
    looks = [entry for entry in exchanges if entry.kind is ExchangeKind.VIEW and entry.aim is not None]
    counts = Counter((entry.party, entry.aim) for entry in looks if entry.aim is not None)
    return tuple(
        PartyUse(party, aim, count, len({each.camera for each in looks if (each.party, each.aim) == (party, aim)}))
        for (party, aim), count in sorted(counts.items())
    )


def _cases(history: SiteHistory, cases: Iterable[CaseFact]) -> tuple[CaseCount, ...]:
    counts = Counter((_network_of(history, case), case.trigger) for case in cases)
    ordered = sorted(counts.items(), key=lambda each: (each[0][0] is None, each[0][0] or "", each[0][1]))
    return tuple(CaseCount(network, trigger, count) for (network, trigger), count in ordered)


def _network_of(history: SiteHistory, case: CaseFact) -> Network | None:
    camera = history.as_of(case.at).cameras.get(case.camera)
    return None if camera is None else camera.network


def _written(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    written = (entry for entry in exchanges if entry.kind is not ExchangeKind.VIEW)
    return tuple(sorted(written, key=lambda entry: (entry.at, entry.id)))
