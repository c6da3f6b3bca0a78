"""Orders, lines, permits, the convention and people: what they become, and one precise complaint per mistake."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.errors import Halt
from ingest.model import CameraId, DeviceId
from tests.unit.verbalise.site.documents import HASHER, YEAR, Change, add, complaint, load, put, whole
from verbalise.model import CITY, Capacity, ZoneId
from verbalise.rights import closure_at
from verbalise.site.agreements import Aim, Network
from verbalise.site.file import load_site
from verbalise.site.model import LineKind, Position
from verbalise.site.permits import TokenKind

PARIS = ZoneInfo("Europe/Paris")


def test_a_camera_comes_with_its_orders_its_lines_and_its_place(tmp_path: Path) -> None:
    site = load(tmp_path, whole())
    camera = site.cameras[CameraId("B1")]
    (order,) = camera.authorisations
    assert (order.aims, order.retention_days, camera.retention_days) == (frozenset({Aim.OFFENCES}), 15, 15)
    assert camera.position == Position(49.441, 1.091)
    (line,) = camera.lines
    assert (line.kind, line.signal) == (LineKind.STOP, "signal-1")
    assert len(camera.masks[0]) == 3
    assert site.served_by(DeviceId("loop-1")) == "bollard-1"
    assert site.cameras_of(DeviceId("signal-1")) == ("B1",)
    assert site.help[0].text == "Décision 12"
    assert not site.finds_on_replay


def test_the_convention_says_who_may_look(tmp_path: Path) -> None:
    convention = load(tmp_path, whole()).convention
    assert convention is not None
    assert convention.notice_months == 3
    assert (convention.sharings[0].party, convention.sharings[0].networks) == (CITY, frozenset({Network.BOLLARD}))


def test_people_come_with_their_capacity(tmp_path: Path) -> None:
    police, operator = load(tmp_path, whole()).agents
    assert (police.capacity, police.sworn, police.party) == (Capacity.MUNICIPAL_POLICE, True, CITY)
    assert not operator.sworn


def test_a_by_law_knows_the_public_holidays_of_its_years(tmp_path: Path) -> None:
    law = load(tmp_path, whole()).by_laws[0]
    assert {date(2026, 5, 1), date(2026, 4, 6), date(2026, 12, 24), date(2060, 7, 14)} <= law.except_days
    assert date(2024, 5, 1) not in law.except_days, "the by-law began in 2025"
    assert len(law.except_days) < 1_000
    assert law.only_days is None
    assert law.suspensions[0].text == "Fêtes"


def test_a_by_law_may_be_limited_to_days(tmp_path: Path) -> None:
    document = whole()
    put("by_laws", 0, "only", value=[{"first": "2026-12-30", "last": "2027-01-01"}, "2028-02-29"])(document)
    law = load(tmp_path, document).by_laws[0]
    assert law.only_days == frozenset({date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29)})


@pytest.mark.parametrize(
    ("at", "is_closed"),
    [
        (datetime(2026, 3, 28, 21, 30, tzinfo=UTC), True),  # 22:30 on Saturday
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), True),  # 01:59, the last minute before the clocks go forward
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),  # 03:00, the next one
        (datetime(2026, 3, 29, 3, 59, tzinfo=UTC), True),  # 05:59
        (datetime(2026, 3, 29, 4, 0, tzinfo=UTC), False),  # 06:00, only seven hours after 22:00
        (datetime(2026, 10, 25, 4, 59, tzinfo=UTC), True),  # 05:59, the clocks have gone back
        (datetime(2026, 10, 25, 5, 0, tzinfo=UTC), False),  # 06:00, nine hours after 22:00
    ],
)
def test_hours_past_midnight_hold_through_a_change_of_clocks(tmp_path: Path, at: datetime, is_closed: bool) -> None:
    law = load(tmp_path, whole()).by_laws[0]
    assert law.closures[0].end == time(6)
    assert (closure_at(law, at, PARIS) is not None) is is_closed


def test_plates_and_badges_are_kept_hashed(tmp_path: Path) -> None:
    site = load(tmp_path, whole())
    badge, plate = site.permits
    assert badge.token_sha256 == HASHER.hash(TokenKind.BADGE, "DELIVERY 017")
    assert plate.token_sha256 == HASHER.hash(TokenKind.PLATE, "qx123zz")


def test_hashed_permits_need_no_key_and_are_the_same_site(tmp_path: Path) -> None:
    clear = load(tmp_path, whole())
    document = whole()
    put("permits", 0, "badge", value=f"sha256:{clear.permits[0].token_sha256}")(document)
    put("permits", 1, "plate", value=f"sha256:{clear.permits[1].token_sha256}")(document)
    hashed = load(tmp_path, document, hasher=None)
    assert hashed.permits == clear.permits
    assert hashed.version == clear.version


def test_a_permit_in_clear_needs_the_key_and_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"permits\[d-17\]\.badge.*permit-key") as failure:
        load(tmp_path, whole(), hasher=None)
    assert "delivery-017" not in str(failure.value)


def test_a_plate_that_does_not_fit_is_not_repeated(tmp_path: Path) -> None:
    document = whole()
    put("permits", 1, "plate", value="sha256:QX-123-ZZ")(document)
    with pytest.raises(Halt, match=r"permits\[r-1\]\.plate") as failure:
        load(tmp_path, document)
    assert "QX-123" not in str(failure.value)


def _again(key: str, **changed: object) -> Change:
    """One more entry like the first of a list, but for some values."""
    return add(key, value=lambda document: {**document[key][0], **changed})


MISTAKES: dict[str, tuple[Change, list[str]]] = {
    "retention beyond a month": (
        put("cameras", 0, "authorisations", 0, "retention_days", value=31),
        ["cameras[B1].authorisations[76-2026-1].retention_days", "31", "30"],
    ),
    "an order that ends before it begins": (
        put("cameras", 0, "authorisations", 0, "until", value="2025-01-01T00:00:00+01:00"),
        ["cameras[B1].authorisations[76-2026-1]", "not after"],
    ),
    "an aim that is none": (
        put("cameras", 0, "authorisations", 0, "aims", value=["curiosity"]),
        ["cameras[B1].authorisations[76-2026-1].aims[0]", "curiosity"],
    ),
    "a basis for what analysis never looks for": (
        put("cameras", 0, "analysis", 0, "offence", value="bollard-damage"),
        ["cameras[B1].analysis", "'bollard-damage'", "red-light"],
    ),
    "an owner who is no party": (
        put("cameras", 0, "owner", value="prefecture"),
        ["cameras[B1].owner", "'prefecture'", "metropole"],
    ),
    "a camera in another commune": (
        put("cameras", 0, "position", value=[49.49, 1.09]),
        ["cameras[B1].position", "49.49", "outside the commune"],
    ),
    "longitude before latitude": (put("cameras", 0, "position", value=[1.09, 149.4]), ["cameras[B1].position"]),
    "latitude beyond the pole": (
        put("cameras", 0, "position", value=[149.4, 1.09]),
        ["cameras[B1].position", "latitude"],
    ),
    "a camera that does not say where it stands": (
        lambda document: document["cameras"][0].pop("position"),
        ["cameras[B1].position", "boundary"],
    ),
    "a boundary that crosses itself": (
        put("commune", "boundary", value=[[49.4, 1.0], [49.5, 1.1], [49.5, 1.0], [49.4, 1.1]]),
        ["commune.boundary", "cross"],
    ),
    "a mask outside the picture": (
        put("cameras", 0, "masks", 0, 1, value=[1.1, 0.0]),
        ["cameras[B1].masks[0][1][0]", "1.1"],
    ),
    "a mask that encloses nothing": (
        put("cameras", 0, "masks", 0, value=[[0.0, 0.0], [0.1, 0.0], [0.2, 0.0]]),
        ["cameras[B1].masks[0]", "encloses nothing"],
    ),
    "a line outside the picture": (
        put("cameras", 0, "lines", 0, "points", value=[[0.2, 0.4], [0.8, -0.4]]),
        ["cameras[B1].lines[stop].points[1][1]", "-0.4"],
    ),
    "a line that stands still": (
        put("cameras", 0, "lines", 0, "points", value=[[0.2, 0.4], [0.2, 0.4]]),
        ["cameras[B1].lines[stop].points", "the same"],
    ),
    "a stop line at a bollard": (
        put("cameras", 0, "lines", 0, "signal", value="bollard-1"),
        ["cameras[B1].lines[stop].signal", "'bollard-1'", "bollard"],
    ),
    "a signal at a continuous line": (
        put("cameras", 0, "lines", 0, "kind", value="continuous"),
        ["cameras[B1].lines[stop]", "stop lines"],
    ),
    "a gate at a loop": (
        put("cameras", 0, "gates", 0, "device", value="loop-1"),
        ["cameras[B1].gates[gate].device", "'loop-1'", "loop"],
    ),
    "a loop of an unknown bollard": (
        put("devices", 1, "serves", value="bollard-9"),
        ["devices[loop-1].serves", "'bollard-9'"],
    ),
    "a reader of a loop": (
        add("devices", value={"id": "reader-1", "kind": "reader", "name": "Lecteur", "serves": "loop-1"}),
        ["devices[reader-1].serves", "'loop-1'", "is a loop"],
    ),
    "a bollard of a signal": (put("devices", 0, "serves", value="signal-1"), ["devices[bollard-1]", "serves"]),
    "29 February of a common year": (
        put("by_laws", 0, "except", value=["2027-02-29"]),
        ["by_laws[2025-1].except[0]", "2027-02-29"],
    ),
    "days in the wrong order": (
        put("by_laws", 0, "only", value=[{"first": "2026-12-31", "last": "2026-12-01"}]),
        ["by_laws[2025-1].only[0]", "2026-12-01"],
    ),
    "a suspension that ends before it begins": (
        put("by_laws", 0, "suspensions", 0, "until", value="2026-05-01T00:00:00+02:00"),
        ["by_laws[2025-1].suspensions[0]", "not after"],
    ),
    "a permit for an unknown zone": (put("permits", 0, "zone", value="plaza"), ["permits[d-17].zone", "'plaza'"]),
    "a permit by plate and badge": (put("permits", 0, "plate", value="QX-9-ZZ"), ["permits[d-17]", "either"]),
    "a permit id twice": (_again("permits"), ["permits", "'d-17'", "twice"]),
    "a plate in the same zone for two reasons": (
        add("permits", value=lambda document: {**document["permits"][1], "id": "r-2", "reason": "works"}),
        ["permits[r-2]", "'r-1'", "contradicts", "'street'"],
    ),
    "a badge for two holders": (
        _again("permits", id="d-18", holder="Autre", **{"from": YEAR["until"], "until": "2028-01-01T00:00:00+01:00"}),
        ["permits[d-18].badge", "'d-17'", "'Autre'"],
    ),
    "a convention longer than five years": (
        put("convention", "until", value="2029-03-01T00:00:01+01:00"),
        ["convention.until", "five years"],
    ),
    "a sharing with nobody": (
        put("convention", "sharings", 0, "party", value="dipn"),
        ["convention.sharings[dipn].party", "'dipn'", "ville"],
    ),
    "a sharing of an unknown network": (
        put("convention", "sharings", 0, "networks", value=["drone"]),
        ["convention.sharings[0].networks[0]", "drone"],
    ),
    "a login twice": (_again("agents", id="c", number="PM c"), ["agents.login", "'login-a'", "twice"]),
    "a number twice": (_again("agents", id="c", login="login-c"), ["agents.number", "'PM a'", "twice"]),
    "an operator at the queue": (
        put("agents", 1, "desks", value=["review"]),
        ["agents[b]", "csu", "review", "live"],
    ),
    "an oath that the capacity does not have": (put("agents", 1, "sworn", value=True), ["agents[b]", "oath"]),
    "police of another party": (put("agents", 0, "party", value="metropole"), ["agents[a]", "'metropole'"]),
    "an agent of an unknown party": (put("agents", 1, "party", value="dipn"), ["agents[b].party", "'dipn'"]),
    "a party twice": (_again("parties"), ["parties", "'ville'", "twice"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_names_the_file_the_place_and_the_value(name: str, tmp_path: Path) -> None:
    change, words = MISTAKES[name]
    document = whole()
    change(document)
    text = complaint(tmp_path, document)
    assert [word for word in [*words, "site.yaml"] if word not in text] == [], text


def test_the_same_plate_may_have_two_permits_one_after_the_other(tmp_path: Path) -> None:
    document = whole()
    later = {"from": YEAR["until"], "until": "2028-01-01T00:00:00+01:00"}
    add("permits", value={**document["permits"][1], "id": "r-2", "reason": "works", **later})(document)
    assert [permit.zone for permit in load(tmp_path, document).permits] == [ZoneId("street")] * 3


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"site\.yaml: not YAML: the key 'schema' is given twice"):
        load(tmp_path, "schema: 1\nschema: 1\n")


def test_a_file_in_another_encoding_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes("schema: 1\nname: Métropole\n".encode("latin-1"))
    with pytest.raises(Halt, match=r"site\.yaml: line 2: byte 0xE9 is not UTF-8"):
        load_site(path)
