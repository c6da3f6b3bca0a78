"""Which code an offence has, and that an unproven one leaves with no report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.memory_natinf import MemoryNatinf
from tests.contract.storage.builders import NOON
from tests.unit.verbalise.law.lists import JULY, driver, holder, one_list, only
from verbalise.law.catalogue import Confidence, Handling, Liability, Offence, offences
from verbalise.law.codes import (
    ListedCodes,
    OffenceCodes,
    Standing,
    codes_of,
    export_blocks,
    export_code,
    newest_listed,
)
from verbalise.law.natinf import NatinfCode, NatinfList
from verbalise.model import OffenceId

WAY = only("wrong-way")


def codes(offence: str, newest: ListedCodes | None, *others: str) -> OffenceCodes:
    return codes_of(only(offence, *others), newest)[OffenceId(offence)]


def blocks(offence: str, newest: ListedCodes | None = None, *others: str) -> tuple[str, ...]:
    return export_blocks(offences()[OffenceId(offence)], codes(offence, newest, *others))


def test_without_a_list_only_what_was_read_in_an_official_one_is_proven() -> None:
    read = codes("wrong-way", None)
    assert (read.driver.standing, read.driver.number, read.driver.source) == (
        Standing.READ,
        256,
        "Liste NATINF, juillet 2026",
    )
    assert (read.holder.is_proven, read.holder.number) == (True, 32971)
    weak = codes("reserved-lane-driving", None)
    assert (weak.driver.standing, weak.driver.number, weak.driver.is_proven) == (Standing.SECONDARY, 24087, False)
    assert weak.holder == codes("red-light", None).holder
    assert (weak.holder.standing, weak.holder.number) == (Standing.UNKNOWN, None)


def test_the_newest_list_confirms_what_the_catalogue_has() -> None:
    found = codes("wrong-way", one_list(driver(256, "R.412-28 AL.1"), holder(32971, "6BIS°", "R.412-28")))
    assert (found.driver.standing, found.holder.standing) == (Standing.LISTED, Standing.LISTED)
    assert found.holder.source == "Liste NATINF 2026-07"


def test_a_weak_source_becomes_proof_once_the_list_has_the_code() -> None:
    found = codes("reserved-lane-driving", one_list(driver(24087, "R.412-7 §II")))
    assert (found.driver.standing, found.driver.is_proven) == (Standing.LISTED, True)


def test_a_code_that_the_newest_list_lacks_proves_nothing_any_more() -> None:
    gone = codes("wrong-way", one_list(driver(256, "R.412-28")))
    assert (gone.holder.standing, gone.holder.number, gone.holder.is_proven) == (Standing.VANISHED, 32971, False)


@pytest.mark.parametrize(
    "listed",
    [
        holder(32971, "6BIS°", "R.412-29"),
        holder(32971, "6°", "R.412-28"),
        holder(32971, "6BIS°", "R.412-28", grade="5"),
        driver(32971, "R.412-28"),
    ],
    ids=["another-article", "another-item", "another-class", "not-for-the-holder"],
)
def test_a_code_that_says_something_else_proves_nothing(listed: NatinfCode) -> None:
    changed = codes("wrong-way", one_list(listed))
    assert (changed.holder.standing, changed.holder.is_proven) == (Standing.CHANGED, False)


def test_a_code_that_serves_for_both_is_confirmed_for_both() -> None:
    amber = NatinfCode(
        6118,
        "Contravention de classe 2",
        "INOBSERVATION DE L'ARRET IMPOSE PAR UN FEU JAUNE FIXE",
        "ART.R.412-31, ART.L.121-3, ART.R.121-6 7° C.ROUTE. ART.7 ARR.MINIST DU 24/11/1967.",
        "ART.R.412-31 AL.2 C.ROUTE.",
    )
    found = codes("amber-light", one_list(amber))
    assert (found.driver.standing, found.holder.standing) == (Standing.LISTED, Standing.LISTED)


def test_a_missing_code_is_taken_from_the_list_where_one_alone_fits() -> None:
    newest = one_list(
        driver(210, "R.412-30"),
        holder(32975, "7°", "R.412-30", "UN FEU ROUGE FIXE"),
        holder(32976, "7°", "R.412-31", grade="2"),
    )
    found = codes("red-light", newest).holder
    assert (found.standing, found.number, found.source) == (Standing.SOLE, 32975, f"Liste NATINF {JULY}")
    assert blocks("red-light", newest) == ()


def test_two_codes_that_fit_are_left_to_a_person() -> None:
    newest = one_list(
        holder(32975, "7°", "R.412-30", "UN FEU ROUGE FIXE"), holder(32979, "7°", "R.412-30", "UN FEU ROUGE FIXE")
    )
    found = codes("red-light", newest).holder
    assert (found.standing, found.number, found.candidates) == (Standing.SEVERAL, None, (32975, 32979))
    assert "candidats : 32975, 32979" in blocks("red-light", newest)[0]


def test_words_of_the_act_tell_two_codes_of_one_article_apart() -> None:
    newest = one_list(
        holder(1, "3°", "R.412-7", "CIRCULATION SUR UNE VOIE RESERVEE A CERTAINES CATEGORIES"),
        holder(2, "3°", "R.412-7", "CIRCULATION DANS UNE AIRE PIÉTONNE"),
    )
    others = ("reserved-lane-driving", "greenway-driving")
    assert codes("pedestrian-area-driving", newest, *others).holder.number == 2
    assert codes("reserved-lane-driving", newest, "pedestrian-area-driving").holder.number == 1
    assert codes("greenway-driving", newest, *others).holder.standing is Standing.UNKNOWN


def test_the_one_code_of_an_article_is_not_taken_for_another_act_of_it() -> None:
    newest = one_list(holder(1, "3°", "R.412-7", "CIRCULATION SUR UNE VOIE RESERVEE"))
    assert codes("pedestrian-area-driving", newest).holder.standing is Standing.UNKNOWN


def test_a_code_that_the_catalogue_gives_to_another_offence_is_no_candidate() -> None:
    box = replace(offences()[OffenceId("cycle-box")], grade=offences()[OffenceId("red-light")].grade, natinf_words=())
    catalogue = dict(only("junction-blocking")) | {box.id: box}
    newest = one_list(holder(32992, "10°", "R.415-2", "ENGAGEMENT GENANT DANS UNE INTERSECTION"))
    found = codes_of(catalogue, newest)
    assert found[OffenceId("junction-blocking")].holder.standing is Standing.LISTED
    assert found[box.id].holder.standing is Standing.UNKNOWN


def test_one_code_that_fits_two_offences_is_neither_s() -> None:
    newest = one_list(holder(9, "9°", "R.414-16", "ACCELERATION OU REFUS DE SERRER A DROITE"))
    catalogue = only("accelerating-when-overtaken", "refusing-right")
    assert {found.holder.standing for found in codes_of(catalogue, newest).values()} == {Standing.SEVERAL}


def test_a_driver_s_code_is_not_taken_from_a_holder_s() -> None:
    newest = one_list(holder(32974, "13°", "R.317-8"), driver(7, "R.317-8", "PLAQUE NON CONFORME"))
    assert codes("plates", newest).driver.number == 7


def test_the_one_code_of_parking_can_be_closed_by_the_list() -> None:
    newest = one_list(
        driver(1, "R.417-11 §I 8° A)", "STATIONNEMENT TRES GENANT SUR UN TROTTOIR"),
        driver(2, "R.417-11 §I 8° B)", "STATIONNEMENT TRES GENANT SUR UNE PISTE CYCLABLE"),
    )
    assert codes("pavement-parking", newest).driver.number == 1
    assert codes("pavement-parking", newest).holder.standing is Standing.NOT_NEEDED
    assert blocks("pavement-parking", newest) == ()


def test_a_code_of_another_item_of_the_article_is_no_candidate() -> None:
    newest = one_list(driver(1, "R.417-10 §III 1°", "STATIONNEMENT EN DOUBLE FILE", grade="2"))
    assert codes("double-parking", newest).driver.standing is Standing.UNKNOWN
    listed = one_list(driver(2, "R.417-10 §III 2°", "STATIONNEMENT EN DOUBLE FILE", grade="2"))
    assert codes("double-parking", listed).driver.number == 2


def test_the_general_code_of_noise_is_not_that_of_its_level() -> None:
    general = driver(6126, "R.318-3 AL.1, AL.5", "EMISSION DE BRUITS GENANTS PAR VEHICULE A MOTEUR")
    assert codes("noise", one_list(general)).driver.standing is Standing.UNKNOWN


def test_a_report_from_a_camera_carries_the_holder_s_code_or_the_one_of_parking() -> None:
    way, parking = offences()[OffenceId("wrong-way")], offences()[OffenceId("pedestrian-area-parking")]
    assert export_code(way, codes(way.id, None)).number == 32971
    assert export_code(parking, codes(parking.id, None)).number == 26962


@pytest.mark.parametrize("offence", ["wrong-way", "pedestrian-area-parking", "pedestrian-priority-crossing"])
def test_what_is_proven_may_leave(offence: str) -> None:
    assert blocks(offence) == ()


@pytest.mark.parametrize(
    "offence", ["pedestrian-area-driving", "red-light", "pavement-parking", "by-law-street-parking"]
)
def test_an_unproven_code_blocks_and_says_which_list_closes_it(offence: str) -> None:
    (sentence,) = blocks(offence)
    assert "NATINF" in sentence
    assert "« Liste des infractions en vigueur de la nomenclature NATINF »" in sentence
    assert "constat law import-natinf" in sentence


@pytest.mark.parametrize("entry", offences().values(), ids=lambda entry: entry.id)
def test_nothing_leaves_without_a_proven_code_a_fine_and_someone_who_answers(entry: Offence) -> None:
    status = codes_of(offences(), None)[entry.id]
    may_leave = (
        entry.handling is Handling.FINE
        and entry.fine_eur is not None
        and entry.liability is not Liability.NONE
        and export_code(entry, status).is_proven
    )
    assert (export_blocks(entry, status) == ()) == may_leave


def test_delits_and_what_needs_an_instrument_never_leave() -> None:
    every = [driver(80, "322-1"), driver(11302, "R.413-14"), holder(32994, "8°", "R.413-17"), driver(6163, "L.324-2")]
    assert blocks("bollard-damage", one_list(*every))[0].startswith("Délit : jamais d’amende.")
    assert blocks("insurance", one_list(*every))[0].startswith("Délit : jamais d’amende.")
    assert "appareil homologué" in blocks("speed-20-to-29", one_list(*every))[0]
    assert "appareil homologué" in blocks("speed-conditions", one_list(*every))[0]


def test_where_only_the_author_answers_a_camera_is_not_enough() -> None:
    assert blocks("dangerous-parking") == (
        "Seul l’auteur répond de cette infraction : le conducteur doit être identifié.",
    )


def test_an_offence_that_nobody_verified_does_not_leave() -> None:
    way = replace(offences()[OffenceId("wrong-way")], confidence=Confidence.UNVERIFIED)
    assert [block for block in export_blocks(way, codes("wrong-way", None)) if "non vérifié" in block]


def test_the_newest_list_is_read_from_the_register() -> None:
    register = MemoryNatinf()
    assert newest_listed(register, WAY) is None
    listed = [driver(256, "R.412-28"), holder(1, "6BIS°", "R.412-28"), driver(99, "R.999-1")]
    register.load(NatinfList("2026-04", "a" * 64, 1, NOON, "claire"), [driver(256, "R.1-1")])
    register.load(NatinfList(JULY, "b" * 64, 3, NOON, "claire"), listed)
    newest = newest_listed(register, WAY)
    assert newest is not None
    assert (newest.list_date, sorted(newest.codes)) == (JULY, [1, 256])
