"""Many reads, one answer or a reason."""

from __future__ import annotations

import pytest

from detect.model import PlateRead, PlateStatus
from detect.plates.combine import combine
from tests.unit.detect.plates.scene import read

ALONE = "une seule image lisible : deux lectures concordantes sont exigées"
CONTRADICTION = "les lectures se contredisent"


def test_two_pictures_that_agree_are_an_answer() -> None:
    reading = combine([read("XB-123-CD", 1), read("XB123CD.", 2)], "reader 1")
    assert reading.status is PlateStatus.READ
    assert (reading.text, reading.reason, reading.reader) == ("XB-123-CD", "", "reader 1")


def test_band_and_strip_do_not_keep_reads_from_agreeing() -> None:
    assert combine([read("FXB-123-CD", 1), read("XB-123-CD69", 2)], "").text == "XB-123-CD"


def test_a_few_wrong_reads_are_outweighed() -> None:
    reads = [read("XB-123-CD", 1), read("XB-123-CD", 2), read("XB-128-CD", 3)]
    assert combine(reads, "").text == "XB-123-CD"


def test_reads_without_a_series_neither_help_nor_harm() -> None:
    noise = [read("0B-123-CD", seq, width_px=900) for seq in range(5)]
    assert combine([*noise, read("XB-123-CD", 6), read("XB-123-CD", 7)], "").text == "XB-123-CD"


@pytest.mark.parametrize(
    ("reads", "reason"),
    [
        pytest.param([], "aucune plaque trouvée sur le véhicule", id="no plate"),
        pytest.param(
            [read("", 1), read("", 2)],
            "plaque trouvée, mais trop petite ou illisible sur chaque image",
            id="nothing was read",
        ),
        pytest.param(
            [read("HXB-123-CD", 1), read("HXB-123-CD", 2)],
            "aucune lecture n’a la forme d’une plaque française",
            id="no series",
        ),
        pytest.param([read("XB-123-CD", 1)], ALONE, id="one picture"),
        pytest.param([read("XB-123-CD", 1), read("", 2), read("X8-123-CD", 3)], ALONE, id="one picture that fits"),
        pytest.param([read("XB-123-CD", 1), read("XB-123-CD", 1)], ALONE, id="one picture twice"),
        pytest.param([read("XB-123-CD", 1), read("XB-128-CD", 2)], CONTRADICTION, id="one against one"),
        pytest.param(
            [read("XB-123-CD", 1), read("XB-123-CD", 2), read("XB-128-CD", 3), read("XB-128-CD", 4)],
            CONTRADICTION,
            id="two against two",
        ),
        pytest.param(
            [read("XB-123-CD", 1), read("XB-123-CD", 2), read("XB-128-CD", 3, width_px=150)],
            CONTRADICTION,
            id="two small against one large: 57 % of the weight",
        ),
        pytest.param(
            [read("XB-123-CD", 1, width_px=500), read("XB-128-CD", 2), read("XB-128-CD", 3)],
            CONTRADICTION,
            id="one large outweighs two that agree",
        ),
    ],
)
def test_why_there_is_no_text(reads: list[PlateRead], reason: str) -> None:
    reading = combine(reads, "")
    assert (reading.status, reading.text, reading.reason) == (PlateStatus.UNREADABLE, None, reason)


def test_positions_of_different_reads_are_not_mixed() -> None:
    """Each position has a majority for XB-123-CD, which nobody read."""
    reads = [read("AB-123-CD", 1), read("XC-123-CD", 2), read("XB-823-CD", 3), read("XB-123-KD", 4)]
    assert combine(reads, "").text is None


def test_all_reads_are_kept_in_the_order_of_the_frames() -> None:
    reads = [read("XB-123-CD", 9), read("", 2), read("HXB", 5)]
    assert [kept.seq for kept in combine(reads, "").reads] == [2, 5, 9]
