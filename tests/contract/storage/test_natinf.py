"""What every register of NATINF lists does alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.errors import Reject
from storage.model import Register
from storage.register.database import Database
from storage.register.natinf import SqlNatinf
from tests.contract.storage.builders import NOON
from verbalise.law.natinf import NatinfCode, NatinfList

JULY, OCTOBER = "2026-07", "2026-10"
WRONG_WAY = NatinfCode(
    256, "Contravention de classe 4", "CIRCULATION EN SENS INTERDIT", "ART.R.412-28 C.ROUTE.", "ART.R.412-28 C.ROUTE."
)
HOLDER = NatinfCode(
    32971, "Contravention de classe 4", "REDEVABLE DE L'AMENDE", "ART.L.121-3 C.ROUTE.", "ART.R.412-28 AL.1 C.ROUTE."
)
CHEQUE = NatinfCode(8, "Délit", "OPPOSITION AU PAIEMENT D'UN CHÈQUE À 100 %", "ART.L.163-2 C.M.F.", "")
CODES = [HOLDER, WRONG_WAY, CHEQUE]


def head(list_date: str = JULY, sha256: str = "a" * 64) -> NatinfList:
    return NatinfList(list_date, sha256, len(CODES), NOON, "claire")


def test_a_list_comes_back_whole_and_by_number(register: Register) -> None:
    assert register.natinf.newest() is None
    assert register.natinf.load(head(), CODES)
    assert register.natinf.newest() == register.natinf.held(JULY) == head()
    assert register.natinf.held(OCTOBER) is None
    assert register.natinf.matching(JULY, [256, 8, 32971, 99], []) == [CHEQUE, WRONG_WAY, HOLDER]


def test_the_newest_is_of_the_latest_month_whenever_it_was_imported(register: Register) -> None:
    register.natinf.load(head(OCTOBER), CODES)
    register.natinf.load(head(JULY), [CHEQUE])
    assert register.natinf.newest() == head(OCTOBER)


def test_codes_are_found_by_what_they_cite_in_either_text(register: Register) -> None:
    register.natinf.load(head(), CODES)
    assert register.natinf.matching(JULY, [], ["R.412-28", "R.999"]) == [WRONG_WAY, HOLDER]
    assert register.natinf.matching(JULY, [8], ["L.121-3"]) == [CHEQUE, HOLDER]
    assert register.natinf.matching(JULY, [], []) == []


@pytest.mark.parametrize("text", ["r.412-28", "%", "R_412", "R.412-2 "])
def test_a_text_is_looked_for_letter_for_letter(register: Register, text: str) -> None:
    register.natinf.load(head(), CODES)
    assert register.natinf.matching(JULY, [], [text]) == []


def test_lists_stay_apart(register: Register) -> None:
    register.natinf.load(head(JULY), [WRONG_WAY])
    register.natinf.load(head(OCTOBER), [replace(WRONG_WAY, label="AUTREMENT DIT"), HOLDER])
    assert register.natinf.matching(JULY, [256, 32971], []) == [WRONG_WAY]
    assert register.natinf.matching("2027-01", [256], ["R.412-28"]) == []


def test_loading_the_same_list_again_changes_nothing(register: Register) -> None:
    assert register.natinf.load(head(), CODES)
    assert not register.natinf.load(replace(head(), imported_by="another"), CODES)
    assert register.natinf.newest() == head()


def test_another_list_of_the_same_month_is_refused_whole(register: Register) -> None:
    register.natinf.load(head(), [WRONG_WAY])
    with pytest.raises(Reject, match="another list of 2026-07 is already there"):
        register.natinf.load(head(sha256="b" * 64), CODES)
    assert register.natinf.newest() == head()
    assert register.natinf.matching(JULY, [8, 256, 32971], []) == [WRONG_WAY]


def test_a_list_that_cannot_be_stored_whole_is_not_there(database: Database) -> None:
    natinf = SqlNatinf(database)
    with pytest.raises(Reject):
        natinf.load(head(), [WRONG_WAY, WRONG_WAY])
    assert natinf.newest() is None


def test_a_whole_list_is_loaded_at_once(register: Register) -> None:
    many = [replace(WRONG_WAY, code=number) for number in range(1, 17_200)]
    assert register.natinf.load(head(), many)
    assert len(register.natinf.matching(JULY, [], ["R.412-28"])) == len(many)
