"""A worker killed in the middle of a clip changes nothing: the same case, not twice, not lost.

Every worker is killed here at least once; tests/integration kills ingest, detect and the rules one by one, at more
places.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.deploy.running import FACTS_S, kill, run_once, wait_for, wait_for_pictures

MIDDLE_S = 4.0
"""Between the van's passage and the car's: what the worker knew of the first decides the second."""


def in_the_middle(worker: str) -> Callable[[Path], None]:
    def meanwhile(data: Path) -> None:
        wait_for_pictures(data, MIDDLE_S)
        kill(data, worker)

    return meanwhile


def while_sealing(data: Path) -> None:
    wait_for("a first item of evidence", lambda: list((data / "evidence").rglob("clip.mp4*")))
    kill(data, "casework")


def all_in_turn(data: Path) -> None:
    for index, worker in enumerate(("detect", "ingest", "verbalise", "devices", "casework", "console")):
        wait_for_pictures(data, 2.0 + index)
        kill(data, worker)


@pytest.mark.parametrize(
    ("killed", "meanwhile"),
    [
        ({"detect"}, in_the_middle("detect")),
        ({"casework"}, while_sealing),
        ({"detect", "ingest", "verbalise", "devices", "casework", "console"}, all_in_turn),
    ],
    ids=["detect", "casework-sealing", "all-in-turn"],
)
@pytest.mark.timeout(600)
def test_the_same_case_once(tmp_path: Path, killed: set[str], meanwhile: Callable[[Path], None]) -> None:
    run = run_once(tmp_path, meanwhile)
    assert run.code == 1, "a run in which a worker died does not pass as a clean one"
    died = {
        worker["name"]
        for worker in run.result["workers"]
        if any(death["signal"] == "SIGKILL" for death in worker["deaths"])
    }
    assert died == killed, run.output
    (case,) = run.result["cases"]
    assert run.offsets_s == pytest.approx([FACTS_S], abs=0.35)
    assert case["plate"]["text"] in {"XB-123-CD", None}
