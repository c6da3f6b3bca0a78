"""One street on a real broker: topics of its own, a producer, the rules' worker as a child, and its claims."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from confluent_kafka.admin import AdminClient

from detect.wire import observed_message
from ingest.bus import Envelope, Message, TopicPartition
from ingest.errors import RetryLater
from ingest.kafka import KafkaAdmin, KafkaLogReader, KafkaProducer
from ingest.model import DeviceEvent
from ingest.settings import BusSettings
from ingest.topics import DAY_MS, TopicSpec, rejected
from ingest.wire import DEVICE_EVENT
from tests.builders import CAMERA, OFFENCE, ZONE, site
from tests.waiting import wait_until
from verbalise.model import Claim, Suppression
from verbalise.rules.model import Observed
from verbalise.stream.app import EXIT_STALLED
from verbalise.stream.topics import StreamTopics, own_topic_specs
from verbalise.wire import CLAIM, SUPPRESSION

ROOT = Path(__file__).parents[3]
PATIENCE_S = 200.0  # a watchdog may end a worker twice on a machine that is busy
PARTITIONS = 3


@dataclass
class Street:
    """Topics, worker and claims of one test.

    Attributes:
        of_devices: The street is `tests.builders.street_of_devices`, where no picture may be analysed.
    """

    bootstrap: str
    name: str
    folder: Path
    of_devices: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus = BusSettings(bootstrap=self.bootstrap, linger_ms=0)
        parts = ("tracks", "devices", "cam-devices", "claims", "suppressed")
        self.topics = StreamTopics(*(f"{self.name}-{part}" for part in parts))
        self.admin = KafkaAdmin(self.bus)
        self.producer = KafkaProducer(self.bus)
        self.reader = KafkaLogReader(self.bus)
        self.site_path = self.folder / "site.yaml"
        self.site_path.write_text(yaml.safe_dump(site_document()))

    def make_topics(self) -> None:
        flow = [TopicSpec(name, "camera", DAY_MS) for name in self.topics.flow()]
        self.admin.create_topics([*flow, *own_topic_specs(self.name, self.topics)], PARTITIONS, 1)

    def start(self) -> subprocess.Popen[bytes]:
        told = {
            "bootstrap": self.bootstrap,
            "site": None if self.of_devices else str(self.site_path),
            "topics": asdict(self.topics),
            "settings": {
                "group": self.name,
                "data_dir": str(self.folder / "worker"),
                "stalled_after_s": 20,
                **self.settings,
            },
        }
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.verbalise.run_rules", json.dumps(told)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    def start_again_if_stalled(self) -> None:
        """What the supervisor does with a worker whose watchdog has ended it."""
        if self.workers and self.workers[-1].poll() == EXIT_STALLED:
            self.start()

    def kill(self, worker: int = -1) -> None:
        self.workers[worker].send_signal(signal.SIGKILL)
        self.workers[worker].wait(PATIENCE_S)

    def delete_topic(self, topic: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.delete_topics([topic])[topic].result(PATIENCE_S)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
                worker.wait(PATIENCE_S)
        self.producer.close()
        self.reader.close()

    def log(self, worker: int = -1) -> str:
        index = worker % len(self.workers)
        return (self.folder / f"worker-{index}.log").read_text(errors="replace")

    def film(self, records: Iterable[Observed]) -> None:
        self.send(replace(observed_message(record), topic=self.topics.tracks) for record in records)

    def report(self, reports: Iterable[DeviceEvent]) -> None:
        self.send(Message(self.topics.devices, report.device, DEVICE_EVENT.encode(report)) for report in reports)

    def send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.producer.send(message)
        self.producer.flush(PATIENCE_S)

    def everything(self, topic: str) -> Sequence[Envelope]:
        found = []
        for partition in range(PARTITIONS):
            place = TopicPartition(topic, partition)
            first, end = self.reader.bounds(place)
            for offset in range(first, end):
                envelope = self.reader.read_from(place, offset, PATIENCE_S)
                assert envelope is not None
                found.append(envelope)
        return found

    def claims(self) -> list[Claim]:
        return [CLAIM.decode(envelope.value) for envelope in self.everything(self.topics.claims)]

    def suppressions(self) -> list[Suppression]:
        return [SUPPRESSION.decode(envelope.value) for envelope in self.everything(self.topics.suppressed)]

    def aside(self, topic: str) -> Sequence[Envelope]:
        return self.everything(rejected(topic))

    def is_read(self) -> bool:
        """Whether the worker has handled and committed all that was sent."""
        self.start_again_if_stalled()
        try:
            return sum(self.admin.group_lag(self.name, self.topics.read()).values()) == 0
        except RetryLater:  # A broker that has just started is still loading its groups.
            return False

    def wait_read(self) -> None:
        wait_until(self.is_read, lambda: f"all records read; the workers say:\n{self.logs()}", give_up_s=PATIENCE_S)

    def logs(self) -> str:
        return "\n--- started again ---\n".join(self.log(index)[-3000:] for index in range(len(self.workers)))


def site_document() -> dict[str, Any]:
    """The site of `tests.builders.site` as a file says it."""
    built = site().cameras[CAMERA]
    (zone,), (gate,) = built.zones, built.gates
    return {
        "schema": 1,
        "commune": {"name": "Rouen", "insee": "76540"},
        "timezone": "Europe/Paris",
        "devices": [{"id": gate.device, "kind": "bollard", "name": "Borne 1"}],
        "cameras": [
            {
                "id": str(CAMERA),
                "name": built.name,
                "owner": built.owner,
                "network": "bollard",
                "area": "centre",
                "source": "file:footage.mp4",
                "picture": {"width_px": 1600, "height_px": 900},
                "authorisations": [
                    {
                        "reference": "76-2026-001",
                        "aims": ["offences"],
                        "from": "2026-01-01T00:00:00Z",
                        "until": "2027-01-01T00:00:00Z",
                        "retention_days": 30,
                    }
                ],
                "analysis": [
                    {
                        "offence": str(OFFENCE),
                        "text": "essai",
                        "from": "2026-01-01T00:00:00Z",
                        "until": "2027-01-01T00:00:00Z",
                    }
                ],
                "zones": [{"id": str(ZONE), "place": zone.place, "polygon": [[p.x, p.y] for p in zone.polygon]}],
                "gates": [
                    {
                        "id": gate.id,
                        "zone": str(ZONE),
                        "device": str(gate.device),
                        "line": [[p.x, p.y] for p in gate.line],
                    }
                ],
            }
        ],
        "by_laws": [
            {
                "reference": "2025-118",
                "zone": str(ZONE),
                "title": "Aire piétonne",
                "from": "2025-06-01T00:00:00+02:00",
                "closures": [
                    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "24:00"}
                ],
                "admitted": ["bicycle"],
            }
        ],
    }
