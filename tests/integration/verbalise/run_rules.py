"""The rules' worker as a process of its own, so that a test can kill it: `python -m … <JSON>`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingest.kafka import KafkaAdmin
from ingest.settings import BusSettings
from tests.builders import street_of_devices
from verbalise.site.file import load_site
from verbalise.site.history import SiteBook
from verbalise.stream.settings import StreamSettings
from verbalise.stream.topics import StreamTopics
from verbalise.stream.worker import run_rules


def main(arguments: str) -> int:
    told = json.loads(arguments)
    bus = BusSettings(bootstrap=told["bootstrap"])
    settings = StreamSettings(**told["settings"])
    place = street_of_devices() if told["site"] is None else load_site(Path(told["site"]))
    return run_rules(bus, settings, SiteBook.of(place), KafkaAdmin(bus), names=StreamTopics(**told["topics"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
