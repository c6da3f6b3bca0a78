"""Typed plates and whose they are. Every plate is invented."""

from __future__ import annotations

import pytest

from verbalise.plate_kinds import PlateKind, plate_kind


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("XB-123-CD", PlateKind.SIV),
        ("xb 123 cd", PlateKind.SIV),
        ("XB123CD", PlateKind.SIV),
        ("1234 AB 76", PlateKind.FNI),
        ("12 ABC 2A", PlateKind.FNI),
        ("1 A 33", PlateKind.FNI),
        ("1234 C 76", PlateKind.FNI),
        ("WW-123-AB", PlateKind.TEMPORARY),
        ("W-123-AB", PlateKind.TRADE),
        ("AA-12-B", PlateKind.MOPED),
        ("A-11-A", PlateKind.MOPED),
        ("12 CMD 3", PlateKind.DIPLOMATIC),
        ("123 CD 4567", PlateKind.DIPLOMATIC),
        ("76 C 123 X", PlateKind.DIPLOMATIC),
        ("45 K 6789 75", PlateKind.DIPLOMATIC),
        ("E 17 CD 3", PlateKind.DIPLOMATIC),
        ("6123 0456", PlateKind.MILITARY),
        ("2141023", PlateKind.MILITARY),
        ("TT-123-AB", PlateKind.TRANSIT),
        ("123 TT 76", PlateKind.TRANSIT),
        ("123 TTA 76", PlateKind.TRANSIT),
        ("B-XY 1234", PlateKind.FOREIGN),
        ("1-ABC-234", PlateKind.FOREIGN),
        ("12-ABC-3", PlateKind.FOREIGN),
        ("SS-123-AB", PlateKind.FOREIGN),
        ("XB-000-CD", PlateKind.FOREIGN),
        ("XO-123-CD", PlateKind.FOREIGN),
        ("", PlateKind.FOREIGN),
    ],
)
def test_kinds(typed: str, kind: PlateKind) -> None:
    assert plate_kind(typed) is kind


@pytest.mark.parametrize("typed", ["123 CD 45", "123 C 76", "12 K 13", "1 CMD 75"])
def test_what_could_be_a_diplomats_is_one_for_a_person_to_look_at(typed: str) -> None:
    assert plate_kind(typed) is PlateKind.DIPLOMATIC


@pytest.mark.parametrize("typed", ["FXB-123-CD", "XB-123-CD 76"])
def test_a_band_typed_into_the_plate_is_not_cut_off(typed: str) -> None:
    assert plate_kind(typed) is PlateKind.FOREIGN
