"""A process of its own that the tests can kill: `python -m tests.integration.ingest.run_ingest …`.

Arguments: the broker; "cameras" and CAMERA=ADDRESS@START…; or "devices" and the port.
"""

from __future__ import annotations

import sys
from datetime import datetime

from pydantic import SecretStr

from ingest.devices_worker import run_device_entry
from ingest.kafka import KafkaLogReader, KafkaProducer
from ingest.model import Camera, CameraId, DeviceId
from ingest.settings import BusSettings, DeviceEntrySettings, IngestSettings
from ingest.worker import IngestWorker, run_until_signalled


def main(bootstrap: str, role: str, *rest: str) -> int:
    """Run one role until a signal ends it."""
    bus = BusSettings(bootstrap=bootstrap)
    producer = KafkaProducer(bus)
    if role == "devices":
        entry = DeviceEntrySettings(port=int(rest[0]), tokens={"north": SecretStr("north-token")})
        return run_device_entry(entry, producer, lambda: [DeviceId("bollard-1")])
    settings = IngestSettings(read_timeout_s=2, open_timeout_s=5, health_every_s=0.2)
    cameras = [_camera(text) for text in rest]
    worker = IngestWorker(lambda: cameras, settings, producer, lambda: KafkaLogReader(bus), lambda _: None)
    return run_until_signalled(worker)


def _camera(text: str) -> Camera:
    name, _, rest = text.partition("=")
    address, _, start = rest.rpartition("@")
    return Camera(CameraId(name), address, starts_at=datetime.fromisoformat(start) if start else None)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
