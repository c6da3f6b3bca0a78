"""The site file: what it becomes, and one precise complaint per mistake."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from detect.model import RoadUser
from ingest.errors import Halt
from ingest.model import CameraId, DeviceId
from tests.unit.verbalise.site.documents import complaint
from verbalise.gate import analysed_offences, camera_gate, may_help
from verbalise.model import ZoneId
from verbalise.plain_yaml import read_plain_yaml
from verbalise.site.file import load_site, site_schema
from verbalise.site.model import Site
from verbalise.site.permits import TokenHasher

DEMO = Path(__file__).parents[4] / "deploy" / "demo" / "site.yaml"
FACTS = datetime(2026, 12, 25, 3, tzinfo=UTC)
HASHER = TokenHasher(b"a key of these tests")
Change = Callable[[dict[str, Any]], Any]


def good() -> dict[str, Any]:
    return {
        "schema": 1,
        "commune": {"name": "Rouen", "insee": "76540"},
        "timezone": "Europe/Paris",
        "devices": [{"id": "bollard-1", "kind": "bollard", "name": "Borne 1"}],
        "cameras": [
            {
                "id": "B1",
                "name": "Rue",
                "owner": "ville",
                "network": "bollard",
                "area": "centre",
                "source": "rtsp://camera.example/stream",
                "credentials": "camera-b1",
                "picture": {"width_px": 1600, "height_px": 900},
                "analysis": [
                    {
                        "offence": "pedestrian-area-driving",
                        "text": "essai",
                        "from": "2026-01-01T00:00:00+01:00",
                        "until": "2027-01-01T00:00:00+01:00",
                    }
                ],
                "zones": [
                    {"id": "street", "place": "Rue", "polygon": [[0.2, 0.5], [0.8, 0.5], [0.9, 1.0], [0.1, 1.0]]}
                ],
                "gates": [{"id": "gate", "zone": "street", "device": "bollard-1", "line": [[0.2, 0.5], [0.8, 0.5]]}],
            }
        ],
        "by_laws": [
            {
                "reference": "2025-1",
                "zone": "street",
                "title": "Aire piétonne",
                "from": "2025-06-01T00:00:00+02:00",
                "closures": [{"days": ["fri"], "from": "22:00", "until": "06:00"}],
                "admitted": ["bicycle"],
            }
        ],
    }


def load(tmp_path: Path, document: Any) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True))
    return load_site(path)


def camera(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["cameras"][0]
    return found


def law(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["by_laws"][0]
    return found


def test_reads_the_demo_site() -> None:
    site = load_site(DEMO, hasher=HASHER)
    for camera_id in ("B1", "T1"):
        assert camera_gate(site, site.cameras[CameraId(camera_id)], FACTS).device.allowed
    assert analysed_offences(site, CameraId("B1"), FACTS) == {"pedestrian-area-driving"}
    assert analysed_offences(site, CameraId("T1"), FACTS) == frozenset(), "an agent marks what happens there"
    assert may_help(site, FACTS).allowed
    demo_camera = site.cameras[CameraId("B1")]
    assert demo_camera.camera.source == f"file:{DEMO.parent / 'footage' / 'ped.mp4'}"
    assert site.cameras_of(DeviceId("bollard-1")) == ("B1",)
    assert demo_camera.analysis[0].valid_from == datetime(2025, 12, 31, 23, tzinfo=UTC)
    demo_law = site.by_law_on(ZoneId("gros-horloge"), datetime(2026, 5, 1, tzinfo=UTC))
    assert demo_law is not None
    assert demo_law.admitted == {RoadUser.BICYCLE}
    assert demo_law.closures[0].end == time.max


def test_file_sources_start_from_the_root_that_is_given(tmp_path: Path) -> None:
    site = load_site(DEMO, file_root=tmp_path, hasher=HASHER)
    assert site.cameras[CameraId("B1")].camera.source == f"file:{tmp_path.resolve() / 'footage' / 'ped.mp4'}"


def test_hours_past_midnight_are_one_closure(tmp_path: Path) -> None:
    (closure,) = load(tmp_path, good()).by_laws[0].closures
    assert (closure.days, closure.start, closure.end) == (frozenset({4}), time(22), time(6))


def test_hours_until_midnight_are_one_closure(tmp_path: Path) -> None:
    document = good()
    law(document)["closures"] = [{"days": ["sun"], "from": "22:00", "until": "00:00"}]
    (closure,) = load(tmp_path, document).by_laws[0].closures
    assert (closure.days, closure.end) == (frozenset({6}), time.max)


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    first = load(tmp_path, good()).version
    shuffled = dict(reversed(list(good().items())))
    assert load(tmp_path, "# remark\n" + yaml.safe_dump(shuffled)).version == first
    changed = good()
    camera(changed)["name"] = "Autre rue"
    assert load(tmp_path, changed).version != first


def set_key(target: Callable[[dict[str, Any]], dict[str, Any]], key: str, value: Any) -> Change:
    return lambda document: target(document).update({key: value})


def zone(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = camera(document)["zones"][0]
    return found


def gate(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = camera(document)["gates"][0]
    return found


def analysis(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = camera(document)["analysis"][0]
    return found


MISTAKES: dict[str, tuple[Change, list[str]]] = {
    "point outside the picture": (
        set_key(zone, "polygon", [[0.2, 0.5], [1.8, 0.5], [0.1, 1.0]]),
        ["cameras[B1].zones[street].polygon[1][0]", "1.8"],
    ),
    "two corners": (set_key(zone, "polygon", [[0.2, 0.5], [0.8, 0.5]]), ["cameras[B1].zones[street].polygon", "3"]),
    "sides cross": (
        set_key(zone, "polygon", [[0.2, 0.5], [0.8, 0.9], [0.8, 0.5], [0.2, 0.9]]),
        ["cameras[B1].zones[street].polygon", "cross"],
    ),
    "no area": (
        set_key(zone, "polygon", [[0.2, 0.5], [0.5, 0.5], [0.8, 0.5]]),
        ["cameras[B1].zones[street].polygon", "encloses nothing"],
    ),
    "gate of unknown zone": (set_key(gate, "zone", "plaza"), ["cameras[B1].gates[gate].zone", "'plaza'", "street"]),
    "gate of unknown device": (
        set_key(gate, "device", "bollard-9"),
        ["cameras[B1].gates[gate].device", "'bollard-9'", "bollard-1"],
    ),
    "gate through the middle": (
        lambda document: (
            zone(document).update(polygon=[[0.2, 0.4], [0.8, 0.4], [0.8, 0.8], [0.2, 0.8]]),
            gate(document).update(line=[[0.2, 0.6], [0.8, 0.6]]),
        ),
        ["cameras[B1].gates[gate].line", "border"],
    ),
    "gate of one point": (
        set_key(gate, "line", [[0.2, 0.5], [0.2, 0.5]]),
        ["gates[gate].line", "two different points"],
    ),
    "unknown offence": (set_key(analysis, "offence", "singing"), ["cameras[B1].analysis", "'singing'"]),
    "basis that ends before it begins": (
        set_key(analysis, "until", "2025-01-01T00:00:00+01:00"),
        ["cameras[B1].analysis", "not after"],
    ),
    "by-law that ends before it begins": (
        set_key(law, "until", "2025-01-01T00:00:00+01:00"),
        ["by_laws[2025-1]", "not after"],
    ),
    "naive instant": (set_key(law, "from", "2025-06-01T00:00:00"), ["by_laws[2025-1].from", "no time zone"]),
    "naive instant as YAML reads it": (
        set_key(law, "from", datetime(2025, 6, 1)),  # noqa: DTZ001 - the mistake under test
        ["by_laws[2025-1].from", "no time zone"],
    ),
    "by-law of unknown zone": (set_key(law, "zone", "plaza"), ["by_laws[2025-1].zone", "'plaza'"]),
    "two by-laws at once": (
        lambda document: document["by_laws"].append({**deepcopy(law(document)), "reference": "2026-2"}),
        ["by_laws[2026-2]", "'2025-1'"],
    ),
    "unknown class": (set_key(law, "admitted", ["tractor"]), ["by_laws[2025-1].admitted[0]", "tractor"]),
    "unknown day": (
        set_key(law, "closures", [{"days": ["lundi"], "from": "08:00", "until": "09:00"}]),
        ["by_laws[2025-1].closures[0].days[0]", "lundi"],
    ),
    "hour that is none": (
        set_key(law, "closures", [{"days": ["mon"], "from": "8h", "until": "09:00"}]),
        ["by_laws[2025-1].closures[0].from", "8h"],
    ),
    "hours without length": (
        set_key(law, "closures", [{"days": ["mon"], "from": "08:00", "until": "08:00"}]),
        ["by_laws[2025-1].closures[0]", "no length"],
    ),
    "unknown key": (set_key(camera, "colour", "red"), ["cameras[B1].colour"]),
    "number as text": (
        set_key(camera, "picture", {"width_px": "1600", "height_px": 900}),
        ["cameras[B1].picture.width_px", "1600"],
    ),
    "same camera twice": (lambda document: document["cameras"].append(camera(document)), ["cameras", "'B1'", "twice"]),
    "same device twice": (
        lambda document: document["devices"].append(document["devices"][0]),
        ["devices", "'bollard-1'", "twice"],
    ),
    "same zone twice": (lambda document: camera(document)["zones"].append(zone(document)), ["'street'", "twice"]),
    "same gate twice": (lambda document: camera(document)["gates"].append(gate(document)), ["'gate'", "twice"]),
    "loop on a live camera": (set_key(camera, "loop", True), ["cameras[B1]", "file:"]),
    "no such time zone": (set_key(lambda document: document, "timezone", "Europe/Rouen"), ["timezone", "Europe/Rouen"]),
    "another schema": (set_key(lambda document: document, "schema", 2), ["schema"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_names_the_file_the_place_and_the_value(name: str, tmp_path: Path) -> None:
    change, words = MISTAKES[name]
    document = good()
    change(document)
    text = complaint(tmp_path, document)
    assert [word for word in [*words, "site.yaml"] if word not in text] == [], text


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://admin:hunter2@camera.example/stream",
        "rtsp://hunter2@camera.example/stream",
        "http://camera.example/video?user=admin&password=hunter2",
        "ftp://admin:hunter2@camera.example",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(source: str, tmp_path: Path) -> None:
    document = good()
    camera(document)["source"] = source
    with pytest.raises(Halt) as failure:
        load(tmp_path, document)
    assert "cameras[B1].source" in str(failure.value)
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("text", ["{", "- 1\n- 2\n", ""])
def test_a_file_that_is_no_site(text: str, tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"site\.yaml"):
        load(tmp_path, text)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"nowhere\.yaml.*cannot be read"):
        load_site(tmp_path / "nowhere.yaml")


def test_the_schema_takes_the_demo_site() -> None:
    jsonschema.validate(read_plain_yaml(DEMO), site_schema())


def test_the_schema_takes_what_the_reader_takes_and_refuses_unknown_keys() -> None:
    schema = site_schema()
    jsonschema.validate(good(), schema)
    bad = good()
    bad["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, schema)
