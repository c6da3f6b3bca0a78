"""Builds each worker from the settings: the one place where ports meet adapters.

Heavy libraries (torch, Faust, the web framework) are imported by the worker that needs them and by no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from deploy.permit_key import token_hasher
from deploy.secrets import secrets_from
from deploy.settings import Settings
from detect.ports import Detector, Tracker
from ingest.errors import Halt
from ingest.kafka import KafkaAdmin, KafkaConsumer, KafkaLogReader, KafkaProducer, wait_for_broker
from ingest.model import Camera
from ingest.topics import MINUTE_MS, TopicSpec, topic_specs
from verbalise.casework.ports import PlateHelp, VehicleFinder
from verbalise.gate import analysed_offences, may_trigger, refusal_to_ingest
from verbalise.site.history import SiteHistory
from verbalise.site.model import Site
from verbalise.site.watched import WatchedSites
from verbalise.stream.topics import own_topic_specs

Run = Callable[[Settings], int]

_GIB = 1024**3
PERMIT_KEY = "permit-key"
"""Name of the secret that permits are hashed with."""


def topics_of(settings: Settings) -> Sequence[TopicSpec]:
    """Every topic as the settings want it kept."""
    gib = settings.topics.video_gib
    flow = topic_specs(settings.topics.video_minutes * MINUTE_MS, None if gib is None else round(gib * _GIB))
    return [*flow, *own_topic_specs(settings.stream.group)]


def create_topics(settings: Settings) -> int:
    """Make the topics that are missing; 0 as an exit code."""
    wait_for_broker(settings.bus, threading.Event())
    KafkaAdmin(settings.bus).create_topics(topics_of(settings), settings.topics.partitions, settings.topics.replication)
    return 0


def sites_of(settings: Settings) -> SiteHistory:
    """The history of the site, kept up to date from the register for as long as this process runs."""
    from storage.register.opening import open_register

    register = open_register(settings.register_db, secrets_from(settings.secrets_dir))
    return WatchedSites(register.sites).watch()


def site_of(settings: Settings) -> Site:
    """The site that holds now."""
    from storage.register.opening import open_register

    register = open_register(settings.register_db, secrets_from(settings.secrets_dir))
    try:
        return WatchedSites(register.sites).as_of(_now())
    finally:
        register.close()


def cameras_of(settings: Settings, site: Site) -> list[Camera]:
    """The site's cameras as they are to be played."""
    return [_as_played(entry.camera, settings) for entry in site.cameras.values()]


def _as_played(camera: Camera, settings: Settings) -> Camera:
    if not camera.source.startswith("file:"):
        return camera
    return replace(
        camera, starts_at=camera.starts_at or settings.play.starts_at, loop=camera.loop or settings.play.loop
    )


def run_ingest(settings: Settings) -> int:
    """All cameras of the site, one thread each."""
    from ingest.worker import IngestWorker, run_until_signalled

    sites = sites_of(settings)
    worker = IngestWorker(
        lambda: cameras_of(settings, sites.as_of(_now())),
        settings.ingest,
        KafkaProducer(settings.bus),
        lambda: KafkaLogReader(settings.bus),
        secrets_from(settings.secrets_dir),
        lambda camera, at: refusal_to_ingest(sites.as_of(at), camera, at),
    )
    return run_until_signalled(worker)


def run_devices(settings: Settings) -> int:
    """The HTTP door for device events."""
    from ingest.devices_worker import run_device_entry

    sites = sites_of(settings)
    return run_device_entry(settings.devices, KafkaProducer(settings.bus), lambda: sites.as_of(_now()).devices.keys())


def run_detect(settings: Settings) -> int:
    """Packets to observations; torch and the model come with the first picture that may be analysed."""
    from detect.detectors.lazy import LazyDetector
    from detect.worker import GROUP, DetectWorker, run_until_signalled

    sites = sites_of(settings)
    worker = DetectWorker(
        KafkaConsumer(settings.bus, GROUP, settings.instance),
        KafkaProducer(settings.bus),
        lambda: KafkaLogReader(settings.bus),
        LazyDetector(lambda: _detector(settings)),
        lambda: _tracker(settings),
        settings.detect,
        lambda camera, at: camera in sites.as_of(at).cameras,
        lambda camera, at: bool(analysed_offences(sites.as_of(at), camera, at)),
    )
    return run_until_signalled(worker)


def run_verbalise(settings: Settings) -> int:
    """Observations and device events to claims."""
    from verbalise.stream.worker import run_rules

    hasher = token_hasher(secrets_from(settings.secrets_dir))
    return run_rules(settings.bus, settings.stream, sites_of(settings), KafkaAdmin(settings.bus), hasher)


def run_casework(settings: Settings) -> int:
    """Claims to sealed cases."""
    from storage.evidence.opening import open_evidence_store
    from storage.register.opening import open_register
    from verbalise.casework.worker import GROUP, CaseworkWorker, run_until_signalled

    secret_of = secrets_from(settings.secrets_dir)
    register = open_register(settings.register_db, secret_of)
    worker = CaseworkWorker(
        KafkaConsumer(settings.bus, GROUP, settings.instance),
        KafkaLogReader(settings.bus),
        KafkaProducer(settings.bus),
        open_evidence_store(settings.evidence, secret_of),
        register.cases,
        register.suppressions,
        sites_of(settings),
        settings.casework,
        lambda: _plate_help(settings),
        lambda: _vehicle_finder(settings),
        token_hasher(secret_of),
        _now,
    )
    try:
        return run_until_signalled(worker)
    finally:
        register.close()


def run_steward(settings: Settings) -> int:
    """Gate changes to the ledger, notices, uptime and the permits used."""
    from storage.register.opening import open_register
    from verbalise.steward.worker import GROUP, StewardPorts, StewardWorker, run_until_signalled

    register = open_register(settings.register_db, secrets_from(settings.secrets_dir))
    ports = StewardPorts(register.ledger, register.gates, register.notices, register.uptime, register.suppressions)
    worker = StewardWorker(KafkaConsumer(settings.bus, GROUP, settings.instance), sites_of(settings), ports, _now)
    try:
        return run_until_signalled(worker)
    finally:
        register.close()


def run_console(settings: Settings) -> int:
    """The desks."""
    from storage.evidence.opening import open_evidence_store
    from storage.register.opening import open_register
    from verbalise.console.ports import ConsolePorts
    from verbalise.console.worker import run_console as serve

    secret_of = secrets_from(settings.secrets_dir)
    register = open_register(settings.register_db, secret_of)
    ports = ConsolePorts(
        cases=register.cases,
        alerts=register.alerts,
        agents=register.agents,
        ledger=register.ledger,
        analyst=register.analysts,
        evidence=open_evidence_store(settings.evidence, secret_of),
        exchanges=register.exchanges,
        uptime=register.uptime,
        gates=register.gates,
        natinf=register.natinf,
        notices=register.notices,
        suppressions=register.suppressions,
        producer=KafkaProducer(settings.bus),
        open_log=lambda: KafkaLogReader(settings.bus),
        sites=sites_of(settings),
        clock=_now,
        hasher=token_hasher(secret_of),
    )
    try:
        serve(ports, settings.console)
    finally:
        register.close()
    return 0


def run_device_player(settings: Settings) -> int:
    """The demo's gateway: posts what lies beside each clip."""
    from deploy.demo.device_player import gateway, play, schedule

    (token,) = settings.devices.tokens.values()
    starts_at = settings.play.starts_at
    if starts_at is None:
        raise Halt("CONSTAT_PLAY__STARTS_AT is not set: the device player needs the instant of the first picture")
    cameras = cameras_of(settings, site_of(settings))
    post = gateway(f"http://127.0.0.1:{settings.devices.port}", token.get_secret_value())
    play(schedule(cameras, starts_at, settings.play.loop), post)
    return 0


def run_marker(settings: Settings) -> int:
    """The demo's agent at the live desk: marks what lies beside each clip."""
    from deploy.demo.marker import play

    starts_at = settings.play.starts_at
    if starts_at is None:
        raise Halt("CONSTAT_PLAY__STARTS_AT is not set: the marker needs the instant of the first picture")
    site = site_of(settings)
    # Where no agent may mark, the demo's agent has nothing to do, and a demo without it still ends well.
    cameras = [
        camera for camera in cameras_of(settings, site) if may_trigger(site, site.cameras[camera.id], starts_at).allowed
    ]
    play(cameras, starts_at, settings.play.loop, settings.console.public_url, secrets_from(settings.secrets_dir))
    return 0


RUNS: Mapping[str, Run] = {
    "ingest": run_ingest,
    "devices": run_devices,
    "detect": run_detect,
    "verbalise": run_verbalise,
    "casework": run_casework,
    "steward": run_steward,
    "console": run_console,
    "device-player": run_device_player,
    "marker": run_marker,
}
"""Every worker by its name."""


def _now() -> datetime:
    return datetime.now(UTC)


def _detector(settings: Settings) -> Detector:
    from detect.detectors.ultralytics import UltralyticsDetector

    return UltralyticsDetector(settings.detect.detector)


def _tracker(settings: Settings) -> Tracker:
    from detect.tracking import ByteTrackTracker

    return ByteTrackTracker(settings.detect.tracker)


def _plate_help(settings: Settings) -> PlateHelp:
    from detect.plates.reading import open_plate_help

    weights = settings.casework.weights_dir
    if weights is None:
        raise Halt("CONSTAT_CASEWORK__WEIGHTS_DIR is not set: plate help needs the weights' folder")
    return open_plate_help(weights, settings.casework.plate_reader)


def _vehicle_finder(settings: Settings) -> VehicleFinder:
    from verbalise.casework.finding import ClipFinder

    return ClipFinder(_detector(settings), lambda: _tracker(settings))
