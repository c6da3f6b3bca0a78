"""Both readers keep the promises of their port; PP-OCR, the one in use, reads the bundled car's plate."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from detect.plates.crops import cut
from detect.plates.easyocr import EasyOcrReader
from detect.plates.grammar import fit
from detect.plates.model import Picture
from detect.plates.ports import PlateReader
from detect.plates.ppocr import PpOcrReader
from ingest.errors import Halt
from tests.quality.detect.plates.models import CAR_PLATE, PED, PLATE, pictures, prepared_weights

pytestmark = pytest.mark.filterwarnings(
    "ignore:'pin_memory' argument is set as true but no accelerator is found:UserWarning"
)
"""EasyOCR asks torch for pinned memory on every machine."""


@pytest.fixture(scope="module")
def ppocr() -> PpOcrReader:
    return PpOcrReader(threads=2)


@pytest.fixture(scope="module")
def easyocr() -> EasyOcrReader:
    return EasyOcrReader(prepared_weights() / "easyocr", threads=2)


@pytest.fixture(params=["ppocr", "easyocr"])
def reader(request: pytest.FixtureRequest) -> PlateReader:
    made: PlateReader = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="module")
def plates() -> dict[int, Picture]:
    street = pictures(PED, PLATE)
    return {number: cut(street[number], box) for number, box in PLATE.items()}


@pytest.mark.parametrize("number", PLATE)
def test_ppocr_reads_the_plate(ppocr: PpOcrReader, plates: dict[int, Picture], number: int) -> None:
    read = ppocr.read(plates[number])
    found = fit(read.text)
    assert found is not None
    assert found.text == CAR_PLATE
    assert 0.5 < read.score <= 1


def test_easyocr_reads_characters_of_its_alphabet(easyocr: EasyOcrReader, plates: dict[int, Picture]) -> None:
    read = easyocr.read(plates[83])
    assert read.text
    assert set(read.text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def test_the_crop_is_neither_modified_nor_kept(reader: PlateReader, plates: dict[int, Picture]) -> None:
    plate = plates[78].copy()
    before = plate.copy()
    read = reader.read(plate)
    assert 0 <= read.score <= 1
    assert (plate == before).all()
    seen = weakref.ref(plate)
    del plate
    gc.collect()
    assert seen() is None


def test_the_same_crop_gives_the_same_read(reader: PlateReader, plates: dict[int, Picture]) -> None:
    assert reader.read(plates[76]) == reader.read(plates[76])


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 90, 3), (90, 2, 3), (30, 100, 3)])
def test_a_blank_crop_of_any_shape_is_no_plate(reader: PlateReader, shape: tuple[int, int, int]) -> None:
    assert fit(reader.read(np.full(shape, 255, dtype=np.uint8)).text) is None


def test_the_fingerprint_names_the_weights(reader: PlateReader) -> None:
    name, digest, *_ = reader.fingerprint.split()
    assert name in {"ppocr-v4", "easyocr"}
    assert len(digest) == 16


def test_easyocr_without_its_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"no EasyOCR model at .*english_g2\.pth.*make weights"):
        EasyOcrReader(tmp_path, threads=1)


def test_easyocr_opens_no_other_pickle_than_the_pinned_one(tmp_path: Path) -> None:
    (tmp_path / "english_g2.pth").write_bytes(b"a pickle of somebody else")
    with pytest.raises(Halt, match="is not the pinned file"):
        EasyOcrReader(tmp_path, threads=1)


def test_easyocr_makes_no_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easyocr.easyocr.MODULE_PATH", str(tmp_path / "home"))
    EasyOcrReader(prepared_weights() / "easyocr", threads=1)
    assert not list(tmp_path.iterdir())
