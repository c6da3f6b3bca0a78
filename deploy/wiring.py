"""Builds each worker from the settings: the one place where ports meet adapters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from deploy.secrets import secrets_from
from deploy.settings import Settings
from ingest.devices_worker import run_device_entry
from ingest.kafka import KafkaConsumer, KafkaLogReader, KafkaProducer
from ingest.model import Camera
from ingest.topics import MINUTE_MS, TopicSpec, topic_specs
from ingest.worker import IngestWorker, run_until_signalled
from verbalise.site import Site
from verbalise.site_file import load_site

Run = Callable[[Settings], int]

_GIB = 1024**3


def topics_of(settings: Settings) -> Sequence[TopicSpec]:
    """Every topic as the settings want it kept."""
    gib = settings.topics.video_gib
    return topic_specs(settings.topics.video_minutes * MINUTE_MS, None if gib is None else round(gib * _GIB))


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
    worker = IngestWorker(
        cameras_of(settings, load_site(settings.site)),
        settings.ingest,
        KafkaProducer(settings.bus),
        lambda: KafkaLogReader(settings.bus),
        secrets_from(settings.secrets_dir),
    )
    return run_until_signalled(worker)


def run_devices(settings: Settings) -> int:
    """The HTTP door for device events."""
    return run_device_entry(settings.devices, KafkaProducer(settings.bus), load_site(settings.site).devices.keys())
