"""Two languages with the same keys, and local time as people write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from detect.model import PlateStatus, RoadUser
from ingest.model import DeviceEventKind
from verbalise.console.pages import HERE
from verbalise.console.wording import Language, Words, sentences
from verbalise.lifecycle import REFUSALS_FR
from verbalise.model import Act, AlertKind, CaseState, Desk, RejectionReason, Trigger

FRENCH, ENGLISH = sentences(Language.FRENCH), sentences(Language.ENGLISH)
WORDS = Words(Language.FRENCH, ZoneInfo("Europe/Paris"))


def blanks(sentence: str) -> set[str]:
    """The names of a sentence's blanks."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_blanks() -> None:
    assert set(FRENCH) == set(ENGLISH)
    assert {key: blanks(text) for key, text in FRENCH.items()} == {key: blanks(text) for key, text in ENGLISH.items()}


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("state", CaseState),
        ("trigger", Trigger),
        ("triggered", Trigger),
        ("vehicle", RoadUser),
        ("device", DeviceEventKind),
        ("reason", RejectionReason),
        ("done", Act),
        ("notice", Act),
        ("alert-kind", AlertKind),
        ("desk", Desk),
        ("plate", PlateStatus),
        ("refusal", REFUSALS_FR),
    ],
)
def test_every_value_has_a_word(prefix: str, values: object) -> None:
    keys = {f"{prefix}.{value}" for value in values}  # type: ignore[attr-defined]  # enums and a mapping of one
    assert keys <= set(FRENCH)


def test_every_sentence_that_a_template_names_exists() -> None:
    named = {
        key
        for template in (HERE / "templates").glob("*.html")
        for key in re.findall(r"\bt\('([a-z.-]+)'[,)]", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 80
    assert named <= set(FRENCH)


def test_refusals_read_as_the_lifecycle_words_them() -> None:
    assert {refusal: FRENCH[f"refusal.{refusal}"] for refusal in REFUSALS_FR} == dict(REFUSALS_FR)


def test_instants_are_local() -> None:
    winter = datetime(2026, 11, 23, 23, 30, 5, 640_000, tzinfo=UTC)
    assert WORDS.instant(winter) == "24/11/2026 00:30:05"
    assert WORDS.precise(winter) == "24/11/2026 00:30:05,6"
    assert WORDS.precise(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "01/07/2026 14:00:00,0"
    assert WORDS.last_day(datetime(2027, 3, 31, 22, tzinfo=UTC)) == "31/03/2027"


@pytest.mark.parametrize(
    ("age", "said"),
    [(-5, "0 s"), (40, "40 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (172_800, "2 j")],
)
def test_ages(age: int, said: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert WORDS.age(now - timedelta(seconds=age), now) == said
