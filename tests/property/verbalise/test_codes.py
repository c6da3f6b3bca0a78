"""Whatever a list says, no offence gets a code that could be another's."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from verbalise.law.catalogue import Liability, offences
from verbalise.law.citing import Reference, cites, references
from verbalise.law.codes import Answering, CodeStatus, ListedCodes, Standing, codes_of, export_blocks, export_code
from verbalise.law.natinf import NatinfCode
from verbalise.model import OffenceId

ARTICLES = sorted({reference.article for entry in offences().values() for reference in references(entry.article)})
ITEMS = ["3°", "3BIS°", "4°", "5°", "6BIS°", "7°", "9°", "10°", "10BIS°", "13°"]
WORDS = sorted({word for entry in offences().values() for word in entry.natinf_words})
KNOWN = {entry.natinf_driver for entry in offences().values()} | {e.natinf_holder for e in offences().values()}
NUMBERS = st.sampled_from(sorted(number for number in KNOWN if number is not None)) | st.integers(40_000, 40_020)


@st.composite
def listed_code(draw: st.DrawFn) -> NatinfCode:
    """A line that could be some offence's, and often nearly is."""
    article = draw(st.sampled_from(ARTICLES))
    act = f"ART.{article}{draw(st.sampled_from(['', ' §II', ' 8°', ' §III 2°', '-1']))} C.ROUTE."
    grade = draw(st.sampled_from(["2", "4"]))
    label = " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3)))
    defined = f"ART.L.121-3, ART.R.121-6 {draw(st.sampled_from(ITEMS))} C.ROUTE." if draw(st.booleans()) else act
    return NatinfCode(draw(NUMBERS), f"Contravention de classe {grade}", label, defined, act)


@st.composite
def lists(draw: st.DrawFn) -> ListedCodes:
    """A list of such lines, each number once."""
    codes = draw(st.lists(listed_code(), max_size=40, unique_by=lambda code: code.code))
    return ListedCodes("2026-07", {code.code: code for code in codes})


def statuses(newest: ListedCodes, answering: Answering) -> dict[OffenceId, CodeStatus]:
    found = codes_of(offences(), newest)
    return {
        offence: codes.driver if answering is Answering.DRIVER else codes.holder for offence, codes in found.items()
    }


@given(lists(), st.sampled_from(Answering))
def test_a_code_found_in_a_list_is_one_offence_s_alone(newest: ListedCodes, answering: Answering) -> None:
    found = statuses(newest, answering)
    sole = [status.number for status in found.values() if status.standing is Standing.SOLE]
    assert [number for number, times in Counter(sole).items() if times > 1] == []
    field = "natinf_driver" if answering is Answering.DRIVER else "natinf_holder"
    assert not set(sole) & {getattr(entry, field) for entry in offences().values()}


@given(lists())
def test_what_is_proven_for_a_holder_cites_the_article_and_makes_the_holder_answer(newest: ListedCodes) -> None:
    for offence, status in statuses(newest, Answering.HOLDER).items():
        if status.is_proven:
            assert status.number is not None
            code = newest.codes[status.number]
            assert cites(code.defined_by, Reference("C.ROUTE", "L.121-3"))
            acts = [Reference(each.law, each.article) for each in references(offences()[offence].article)]
            assert any(cites(code.punished_by, act) or cites(code.defined_by, act) for act in acts)


@given(lists(), listed_code())
def test_one_more_line_never_swaps_one_proven_code_for_another(newest: ListedCodes, extra: NatinfCode) -> None:
    longer = ListedCodes(newest.list_date, {extra.code: extra} | dict(newest.codes))
    for answering in Answering:
        before, after = statuses(newest, answering), statuses(longer, answering)
        for offence, status in before.items():
            if status.is_proven and after[offence].is_proven:
                assert after[offence].number == status.number


@given(lists())
def test_what_may_leave_has_a_proven_code_of_the_newest_list(newest: ListedCodes) -> None:
    for offence, codes in codes_of(offences(), newest).items():
        entry = offences()[offence]
        if not export_blocks(entry, codes):
            status = export_code(entry, codes)
            assert status.is_proven
            assert status.number in newest.codes
            assert entry.liability is not Liability.NONE
