"""On the rendered street, with the real detector: the vehicle that passed the bollard is found again, or nobody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.permit_key import throwaway_hasher
from detect.detectors.ultralytics import UltralyticsDetector
from detect.model import Box
from detect.settings import DetectorSettings, TrackerSettings
from detect.tracking import ByteTrackTracker
from ingest.model import CameraId, DeviceId
from tests.quality.detect.plates.models import prepared_weights
from tests.unit.detect.clips import T0
from tests.unit.verbalise.casework.scene import DEMO_STREET, claim_on, demo_packets, refs_of, reported
from tests.unit.verbalise.console.street import CAR_BOXES
from verbalise.casework.choosing import NO_CROSSING, Choice, choose
from verbalise.casework.finding import ClipFinder, around
from verbalise.casework.footage import Located
from verbalise.geometry import overlap_of_smaller
from verbalise.site.file import load_site
from verbalise.site.model import Site

CAMERA, LOOP = CameraId("B1"), DeviceId("loop-1")
VAN_S, CAR_S = 1.5, 6.7
"""When the loop behind the bollard counted the van and the car, as the file beside the clip has it."""
LEAST_OVERLAP = 0.8


@pytest.fixture(scope="module")
def finder() -> ClipFinder:
    detector = UltralyticsDetector(DetectorSettings(weights_dir=prepared_weights()))
    return ClipFinder(detector, lambda: ByteTrackTracker(TrackerSettings()))


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(Path(DEMO_STREET).parents[1] / "site.yaml", hasher=throwaway_hasher())


def found_at(seconds: float, finder: ClipFinder, site: Site) -> Choice:
    packets = demo_packets(CAMERA)
    claim = reported(claim_on(refs_of(packets), 0, range(0), camera=CAMERA), LOOP)
    claim = replace(claim, at=T0 + timedelta(seconds=seconds))
    located = [Located(packet, packet.seq) for packet in packets]
    return choose(finder.follow(around(located, claim.at), 0), claim, site)


def test_the_car_that_followed_is_found_where_a_person_measured_it(finder: ClipFinder, site: Site) -> None:
    sighting = found_at(CAR_S, finder, site).sighting
    assert sighting is not None
    seen = {round((point.video.captured_at - T0).total_seconds(), 1): point.box for point in sighting.path}
    measured = {at_s: Box(*box) for at_s, box in CAR_BOXES if at_s in seen}
    assert len(measured) >= 5
    assert all(overlap_of_smaller(seen[at_s], box) >= LEAST_OVERLAP for at_s, box in measured.items())


def test_the_van_that_had_the_badge_is_another_vehicle(finder: ClipFinder, site: Site) -> None:
    van, car = found_at(VAN_S, finder, site).sighting, found_at(CAR_S, finder, site).sighting
    assert van is not None
    assert car is not None
    both = {point.video.seq: point.box for point in car.path}
    shared = [overlap_of_smaller(point.box, both[point.video.seq]) for point in van.path if point.video.seq in both]
    assert not shared or max(shared) < LEAST_OVERLAP


def test_between_the_two_nobody_is(finder: ClipFinder, site: Site) -> None:
    assert found_at((VAN_S + CAR_S) / 2, finder, site).remark == NO_CROSSING
