"""The right behind what a bollard reports, and the record of each passage that a right covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.model import DeviceEvent, DeviceId
from tests.builders import BOLLARD, CAMERA, KEY, OFFENCE, T0, ZONE, badge, call, enters, frames, opening, permit, site
from tests.playing import Played, play
from verbalise.rules.credentials import credential_of
from verbalise.rules.memory import Spent
from verbalise.site.model import Device, Site
from verbalise.site.permits import Permit

VAN_AND_CAR = frames(enters("van", 2.0), enters("car", 5.0))
DOWN = opening(-1.0, 8.8)
AN_HOUR = timedelta(hours=1)


def street(*permits: Permit) -> Site:
    return replace(site(), permits=permits)


def played(*reports: DeviceEvent, place: Site, before: Played | None = None) -> Played:
    return play(VAN_AND_CAR, [*reports, *DOWN], place, before, KEY)


def test_a_covered_passage_is_counted_with_the_permit_behind_it() -> None:
    scene = played(badge(-1.2), place=street(permit()))
    (counted,) = scene.suppressions
    assert (counted.permit, counted.reference, counted.holder, counted.reason) == (
        "p-1",
        "delivery-017",
        "Fleuriste",
        "delivery",
    )
    assert (counted.camera, counted.offence, counted.zone, counted.place) == (
        CAMERA,
        OFFENCE,
        ZONE,
        "Rue du Gros-Horloge",
    )
    assert counted.at == scene.judged[0].entry.at
    assert [claim.track for claim in scene.claims] == [scene.judged[1].entry.track]


def test_judging_twice_counts_once() -> None:
    one, other = (played(badge(-1.2), place=street(permit())).suppressions for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("permits", "says"),
    [
        ((), "inconnu des droits du site"),
        ((permit(valid_until=T0 - AN_HOUR),), "hors de ses dates"),
        ((permit(badge_number="somebody-else"),), "inconnu des droits du site"),
    ],
)
def test_a_badge_that_the_city_let_in_covers_even_without_a_permit_of_the_site(
    permits: tuple[Permit, ...], says: str
) -> None:
    scene = played(badge(-1.2), place=street(*permits))
    assert scene.codes == ["covered", "no-credential"]
    assert scene.suppressions[0].permit is None
    assert says in scene.suppressions[0].reason


def test_an_operator_and_the_reason_given_are_named() -> None:
    opened = replace(call(-1.2), operator="op-12", why="Déménagement au 14")
    counted = played(opened, place=street()).suppressions[0]
    assert (counted.permit, counted.reference, counted.holder, counted.reason) == (
        None,
        "call-9",
        "op-12",
        "Déménagement au 14",
    )


def test_a_permit_for_one_passage_covers_one() -> None:
    scene = played(badge(-1.2), badge(3.0), place=street(permit(one_off=True)))
    assert scene.codes == ["covered", "no-credential"]
    assert "permit-used" in [reason.code for reason in scene.claims[0].verdict.reasons]
    assert scene.memory.spent == (Spent(permit().id, badge(-1.2).id),)


def test_a_permit_for_one_passage_is_remembered_as_used() -> None:
    before = Played()
    before.memory = replace(before.memory, spent=(Spent(permit().id, "an earlier badge"),))
    assert played(badge(-1.2), place=street(permit(one_off=True)), before=before).codes[0] == "no-credential"


def test_what_devices_saw_used_counts_as_well() -> None:
    before = Played()
    before.devices = replace(before.devices, spent=(Spent(permit().id, "an earlier badge"),))
    assert played(badge(-1.2), place=street(permit(one_off=True)), before=before).codes[0] == "no-credential"


def test_a_lasting_permit_covers_as_often_as_its_badge_is_read() -> None:
    scene = played(badge(-1.2), badge(3.0), place=street(permit()))
    assert scene.codes == ["covered", "covered"]
    assert len({counted.id for counted in scene.suppressions}) == 2


def test_without_a_key_references_are_only_names() -> None:
    known = credential_of(badge(-1.2), ZONE, street(permit()), None, ())
    assert (known.permit, known.holder) == (None, "")


def test_a_badge_read_by_the_reader_beside_the_bollard_counts_with_it() -> None:
    reader = DeviceId("reader-1")
    place = street(permit())
    devices = {**place.devices, reader: Device(reader, "reader", "Lecteur 1", serves=BOLLARD)}
    read = replace(badge(-1.2), device=reader)
    scene = played(read, place=replace(place, devices=devices))
    assert scene.codes == ["covered", "no-credential"]
    assert read in scene.claims[0].devices


def test_a_plate_that_an_operator_typed_is_in_no_record() -> None:
    opened = replace(call(-1.2, permit="XB 123 CD"), operator="xb-123-cd", why="Livraison, le XB.123.CD")
    counted = played(opened, place=street()).suppressions[0]
    assert "123" not in f"{counted.reference} {counted.holder} {counted.reason}"
