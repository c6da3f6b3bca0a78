"""The rules as a Faust app: tracks and device reports in, claims out. Knows Faust, as do `commits`
and `outlet`.

Three agents. `devices` is keyed by device, so its reports are forwarded to `camera-devices`, keyed by each
camera that has a gate or a line at the device and partitioned like `tracks`; there the second agent files them in
the camera's device history, and judges them once a call (`calls`) says that they have settled. The third takes
in `tracks` and judges. Delivery is told in `worker`.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import faust
import structlog
from yarl import URL

from detect.model import ObservedFrame
from ingest.bus import Message, TopicPartition
from ingest.errors import Reject, RetryLater
from ingest.model import CameraId, DeviceEvent
from ingest.settings import BusSettings
from verbalise.gate import analysed_offences
from verbalise.rules.bollard import DeviceHistory, with_event
from verbalise.rules.book import allowed_rules, judges_now, take_in
from verbalise.rules.device.book import judge as judge_report
from verbalise.rules.device.book import with_judged
from verbalise.rules.device.model import DeviceJudged, Surroundings
from verbalise.rules.memory import CameraMemory, has_seen
from verbalise.rules.model import Circumstances, Observed
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site, SiteCamera
from verbalise.site.permits import TokenHasher
from verbalise.stream import metrics
from verbalise.stream.calls import CALL, call_message, is_call, settled_reports
from verbalise.stream.commits import Handled, commit_only_what_is_done
from verbalise.stream.judging import one_by_one
from verbalise.stream.outlet import Event, Outlet, key_of, place_of
from verbalise.stream.progress import ReadingProgress
from verbalise.stream.settings import StreamSettings
from verbalise.stream.state import (
    DEVICES,
    MEMORY,
    Decoded,
    read_camera_report,
    read_observed,
    read_report,
    too_late_for,
    too_late_for_reports,
)
from verbalise.stream.topics import DEVICES_TABLE, MEMORY_TABLE, LogHeads, StreamTopics

_log = structlog.get_logger("verbalise.stream")

EXIT_STALLED = os.EX_TEMPFAIL
_WATCH_EVERY_S = 2.0
_CALL_EVERY_S = 1.0
_ENDED = datetime.max.replace(tzinfo=UTC)
_BUFFERED_RECORDS = 256
"""Per agent: enough to keep it busy, small enough that little is read again after a restart."""
_REQUEST_TIMEOUT_S = 40.0

Handler = Callable[[Event], Awaitable[None]]


def build_app(
    bus: BusSettings,
    settings: StreamSettings,
    sites: SiteHistory,
    heads: LogHeads,
    hasher: TokenHasher | None = None,
    names: StreamTopics | None = None,
) -> faust.App:
    """The app, ready to be run by a `faust.Worker` in this process.

    Every topic exists beforehand (`topics.check_partitions`); Faust makes none.

    Args:
        heads: Asks the broker how far topics go; may block, is called in a thread.
        hasher: Finds the permit behind a badge; None where the city keeps no key for permits.
        names: Names of the topics.
    """
    app = faust.App(settings.group, **_app_options(bus, settings))
    handled = commit_only_what_is_done(app)
    _RuleStream(app, handled, settings, sites, heads, hasher, names or StreamTopics()).attach()
    return app


def run_app(app: faust.App, settings: StreamSettings) -> int:
    """Runs the app until SIGTERM or SIGINT; the process's exit code. Call in the main thread."""
    worker = faust.Worker(
        app, loglevel="INFO", redirect_stdouts=False, override_logging=False, workdir=settings.data_dir
    )
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def _app_options(bus: BusSettings, settings: StreamSettings) -> dict[str, Any]:
    return {
        "broker": [URL(f"kafka://{host.strip()}") for host in bus.bootstrap.split(",")],
        "broker_client_id": bus.client_id,
        "broker_credentials": _credentials(bus),
        "broker_commit_interval": settings.commit_every_s,
        "broker_session_timeout": settings.session_timeout_s,
        "broker_heartbeat_interval": settings.session_timeout_s / 5,
        "broker_request_timeout": max(_REQUEST_TIMEOUT_S, settings.session_timeout_s + 10),
        "consumer_auto_offset_reset": "earliest",
        "producer_acks": -1,
        "producer_max_request_size": bus.max_message_bytes,
        "key_serializer": "raw",
        "value_serializer": "raw",
        "store": "memory://",
        "datadir": settings.data_dir,
        "web_enabled": False,
        "autodiscover": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "stream_buffer_maxsize": _BUFFERED_RECORDS,
        "stream_wait_empty": False,
    }


def _credentials(bus: BusSettings) -> Any:
    secured = bus.security_protocol in ("SSL", "SASL_SSL")
    context = ssl.create_default_context(cafile=bus.ca_file) if secured else None
    if bus.security_protocol.startswith("SASL"):
        password = bus.sasl_password.get_secret_value() if bus.sasl_password else None
        return faust.SASLCredentials(
            username=bus.sasl_username, password=password, mechanism=bus.sasl_mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context) if context else None


class _RuleStream:
    """The agents, the tables that they keep and what they send."""

    def __init__(
        self,
        app: faust.App,
        handled: Handled,
        settings: StreamSettings,
        sites: SiteHistory,
        heads: LogHeads,
        hasher: TokenHasher | None,
        names: StreamTopics,
    ) -> None:
        self._app = app
        self._handled = handled
        self._settings = settings
        self._sites = sites
        self._hasher = hasher
        self._names = names
        self._outlet = Outlet(app, names, settings.retry_s)
        self._memory_table = app.Table(MEMORY_TABLE, key_type=bytes, value_type=bytes)
        self._devices_table = app.Table(DEVICES_TABLE, key_type=bytes, value_type=bytes)
        self._memories = Decoded(self._memory_table, MEMORY, CameraMemory())
        self._devices = Decoded(self._devices_table, DEVICES, DeviceHistory())
        self._progress = ReadingProgress(heads, settings.group)
        self._told_not_authorised: set[str] = set()
        self._pictures_at: dict[bytes, datetime] = {}
        self._called: dict[bytes, tuple[str, ...]] = {}

    def attach(self) -> None:
        """Give the app its agents, its watchdog, and news of assignments."""
        self._agent(self._names.devices, "forward-reports", self._forward_report)
        self._agent(self._names.camera_devices, "file-reports", self._take_report)
        self._agent(self._names.tracks, "judge-tracks", self._take_in)
        self._app.task(self._watch)
        self._app.task(self._call_settled)
        self._app.on_partitions_assigned.connect(self._on_assigned)

    def _agent(self, topic: str, name: str, handle: Handler) -> None:
        channel = self._app.topic(topic, key_type=bytes, value_type=bytes, allow_empty=True)

        async def agent(stream: faust.StreamT[bytes]) -> None:
            await self._consume(stream.events(), handle)

        self._app.agent(channel, name=name)(agent)

    async def _on_assigned(self, *_: Any, **__: Any) -> None:
        self._called.clear()
        self._pictures_at.clear()
        self._progress.alive()

    async def _consume(self, events: AsyncIterable[Event], handle: Handler) -> None:
        """One agent's loop: an event is done when it is handled or put aside, never by failing."""
        async for event in events:
            try:
                await handle(event)
            except Reject as error:
                await self._outlet.put_aside(event, str(error))
            except Exception as error:  # noqa: BLE001 - the one catch-all of this process
                _log.exception("stream.bug", key=key_of(event), **place_of(event))
                await self._outlet.put_aside(event, f"bug in this worker: {type(error).__name__}: {error}")
            message = event.message
            self._handled.add(message)
            self._progress.handled(TopicPartition(message.topic, message.partition), message.offset)

    async def _forward_report(self, event: Event) -> None:
        """Sends a device's report on to every camera that has a gate or a line at the device."""
        site, report = read_report(event.value, self._sites)
        for camera in site.cameras_of(report.device):
            await self._outlet.send(Message(self._names.camera_devices, camera, event.value))

    async def _take_report(self, event: Event) -> None:
        """Files a report, or judges those that a call names."""
        await (self._judge_settled(event) if is_call(event.headers) else self._file_report(event))

    async def _file_report(self, event: Event) -> None:
        """Adds a report to its camera's device history."""
        site, camera, report = read_camera_report(event.key, event.value, self._sites)
        key = camera.camera.id.encode()
        before = self._device_history(key)
        after = with_event(before, report)
        if after is before:
            return
        late = [entry.track for entry in too_late_for(report, self._memory(key), site, camera)]
        for judged in (*late, *(event.id for event in too_late_for_reports(report, before, site))):
            metrics.late_reports.labels(camera.camera.id, report.kind).inc()
            _log.warning(
                "stream.report_too_late", camera=camera.camera.id, device=report.device, kind=report.kind,
                judged=judged, **place_of(event),
            )  # fmt: skip
        self._devices_table[key] = self._devices.packed(key, after)

    async def _judge_settled(self, event: Event) -> None:
        """Judges the reports that a call names, and sends what comes of them before they are remembered as judged."""
        called = CALL.decode(event.value or b"").reports
        if not self._handled.is_current(event.message):
            return
        camera, key = CameraId(key_of(event)), key_of(event).encode()
        history = self._device_history(key)
        reports = [report for report in history.waiting() if report.id in called]
        judged, broken = one_by_one(reports, lambda report: self._judged(camera, report, history))
        for one in broken:
            _log.error("stream.bug", key=camera, exc_info=one.error, **place_of(event))
            await self._outlet.put_report_aside(camera, one.report, f"bug in this worker: {type(one.error).__name__}")
        for verdict in judged:
            await self._outlet.tell_device(camera, verdict)
        if reports and self._handled.is_current(event.message):
            self._devices_table[key] = self._devices.packed(key, with_judged(history, reports, judged))

    def _judged(self, name: CameraId, report: DeviceEvent, history: DeviceHistory) -> DeviceJudged | None:
        """What the device rules say of a report, with the site as it was at its instant; None where nothing."""
        site = self._sites.as_of(report.at)
        camera = site.cameras.get(name)
        if camera is None:
            return None
        return judge_report(report, Surroundings(site, camera, history, self._memory(name.encode()), self._hasher))

    async def _call_settled(self) -> None:
        """Calls for judgement what has settled, for as long as this process lives."""
        while not self._app.should_stop:
            await asyncio.sleep(_CALL_EVERY_S)
            if self._app.rebalancing or self._app.in_recovery:
                continue
            settled = self._settled_by_camera()
            if settled:
                await self._progress.caught_up(self._names.devices)
            for key, reports in settled.items():
                await self._outlet.send(call_message(self._names.camera_devices, CameraId(key.decode()), reports))
                self._called[key] = reports

    def _settled_by_camera(self) -> dict[bytes, tuple[str, ...]]:
        """Reports of this worker's cameras that have settled and were not called yet."""
        now, waiting, settled = datetime.now(UTC), 0, {}
        for key in list(self._devices_table):
            if not self._has_partition_of(key):
                continue
            history = self._device_history(key)
            waiting += len(history.waiting())
            reports = settled_reports(
                history, now, self._pictures_at.get(key), partial(self._is_analysed, key), self._settings
            )
            if reports and reports != self._called.get(key):
                settled[key] = reports
        metrics.reports_waiting.set(waiting)
        return settled

    def _is_analysed(self, key: bytes, at: datetime) -> bool:
        return bool(analysed_offences(self._sites.as_of(at), CameraId(key.decode()), at))

    def _has_partition_of(self, key: bytes) -> bool:
        """Whether a camera is this worker's: its tables hold copies of others."""
        partition = self._app.consumer.key_partition(self._names.camera_devices, key)
        return (self._names.camera_devices, partition) in self._app.consumer.assignment()

    async def _take_in(self, event: Event) -> None:
        """Takes in one frame or break, and sends the claims that it makes due before it is remembered."""
        site, camera, observed = read_observed(event.value, self._sites)
        key = camera.camera.id.encode()
        if judges_now(self._memory(key), observed, self._known(site, camera, key)):
            await self._progress.caught_up(self._names.devices)
            await self._progress.caught_up(self._names.camera_devices, event.message.partition)
        if not self._handled.is_current(event.message):
            return  # Another worker may have this camera by now; whoever has it reads this record again.
        memory = self._memory(key)
        self._count_record(site, camera, memory, observed)
        self._note_pictures(key, observed)
        judgement = take_in(memory, observed, self._known(site, camera, key))
        for judged in judgement.judged:
            await self._outlet.tell(camera, judged)
        if not self._handled.is_current(event.message):
            return  # This memory may be older than what the camera's new worker has written.
        # A place in the video is worth a write only where something is remembered: empty streets cost nothing.
        if judgement.memory is not memory and not (memory.is_idle and judgement.memory.is_idle):
            packed = self._memories.packed(key, judgement.memory)
            self._memory_table[key] = packed
            metrics.memory_bytes.labels(camera.camera.id).set(len(packed))

    def _note_pictures(self, key: bytes, observed: Observed) -> None:
        """How far a camera's pictures have come; once they have ended nobody waits for more."""
        is_frame = isinstance(observed, ObservedFrame)
        self._pictures_at[key] = observed.video.captured_at if is_frame else _ENDED

    def _count_record(self, site: Site, camera: SiteCamera, memory: CameraMemory, observed: Observed) -> None:
        name, at = camera.camera.id, observed.video.captured_at
        if has_seen(memory, observed):
            metrics.seen_again.labels(name).inc()
            return
        metrics.picture_lag_s.labels(name).set((datetime.now(UTC) - at).total_seconds())
        if isinstance(observed, ObservedFrame) and not allowed_rules(site, camera, at):
            metrics.not_authorised.labels(name).inc()
            if name not in self._told_not_authorised:
                self._told_not_authorised.add(name)
                _log.warning("stream.not_authorised", camera=name, text="analyse non autorisée")

    def _known(self, site: Site, camera: SiteCamera, key: bytes) -> Circumstances:
        return Circumstances(site, camera, self._device_history(key), self._settings.settle, self._hasher)

    def _memory(self, key: bytes) -> CameraMemory:
        try:
            return self._memories.read(key)
        except Reject as error:
            _log.error("stream.memory_unreadable", camera=key.decode(), reason=str(error))
            return CameraMemory()

    def _device_history(self, key: bytes) -> DeviceHistory:
        try:
            return self._devices.read(key)
        except Reject as error:
            _log.error("stream.history_unreadable", camera=key.decode(), reason=str(error))
            return DeviceHistory()

    async def _watch(self) -> None:
        """Ends the process once records stay uncommitted and none is handled: Faust's consumers fall asleep."""
        while not self._app.should_stop:
            await asyncio.sleep(_WATCH_EVERY_S)
            if self._progress.still_for_s < self._settings.stalled_after_s:
                continue
            waiting = await self._records_waiting()
            if waiting or self._app.rebalancing:
                still_s = round(self._progress.still_for_s)
                _log.critical("stream.stalled", waiting=waiting, rebalancing=self._app.rebalancing, still_s=still_s)
                # Not a graceful stop: what has stalled would stall that too. Nothing is lost, see `worker`.
                os._exit(EXIT_STALLED)

    async def _records_waiting(self) -> int:
        mine = [TopicPartition(place.topic, place.partition) for place in self._app.consumer.assignment()]
        try:
            return await asyncio.to_thread(self._progress.waiting, self._names.read(), mine)
        except RetryLater as away:
            _log.warning("stream.broker_away", reason=str(away))
            self._progress.alive()
            return 0
