"""The Ministry's list is read whole, or refused with the line at fault."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.errors import Halt
from verbalise.law.natinf import NatinfCode
from verbalise.law.natinf_file import month_in_name, read_natinf

HEADER = "Numéro NATINF;Nature de l'infraction;Qualification de l'infraction;Définie par;Réprimée par"
RED = "210;Contravention de classe 4;INOBSERVATION D'UN FEU ROUGE;ART.R.412-30 C.ROUTE.;ART.R.412-30 AL.6 C.ROUTE."
BOLLARD = "80;Délit;DEGRADATION DE BIEN PUBLIC;ART.322-3 8°, ART.322-1 §I C.PENAL.;ART.322-3 AL.1 C.PENAL."


def written(tmp_path: Path, *lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Path:
    path = tmp_path / "liste.csv"
    path.write_bytes(end.join([*lines, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_official_file_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    path = written(tmp_path, HEADER, RED, BOLLARD, encoding=encoding, end=end)
    read = read_natinf(path)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [code.code for code in read.codes] == [210, 80]
    assert read.codes[1] == NatinfCode(
        80,
        "Délit",
        "DEGRADATION DE BIEN PUBLIC",
        "ART.322-3 8°, ART.322-1 §I C.PENAL.",
        "ART.322-3 AL.1 C.PENAL.",
    )


@pytest.mark.parametrize(
    "header",
    [
        "NUMERO NATINF;NATURE DE L'INFRACTION;QUALIFICATION DE L'INFRACTION;DEFINIE PAR;REPRIMEE PAR",
        "numéro natinf ;Nature de l’infraction;qualification de l’infraction;définie  par;réprimée par",
        "NATINF;Nature;Qualification;Définie par;Réprimée par",
        "N° NATINF;Nature;Qualification;Définie par;Réprimée par",
    ],
)
def test_headers_may_be_written_otherwise(tmp_path: Path, header: str) -> None:
    assert read_natinf(written(tmp_path, header, RED)).codes[0].label == "INOBSERVATION D'UN FEU ROUGE"


def test_columns_may_stand_in_another_order_and_others_beside_them(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Réprimée par;Définie par;Remarque;Numéro NATINF;Qualification;Nature",
        "ART.B C.ROUTE.;ART.A C.ROUTE.;sans objet;7;UN ACTE;Délit",
    )
    assert read_natinf(path).codes == (NatinfCode(7, "Délit", "UN ACTE", "ART.A C.ROUTE.", "ART.B C.ROUTE."),)


def test_quoted_cells_and_quotes_inside_a_cell_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER,
        '6112;Contravention de classe 4;"VENANT DE MARQUER L\'ARRET AU ""STOP"" ; AL.1";ART.R.415-6 C.ROUTE.;',
        'REDEVABLE;Délit;USAGE DU TERME "GRATUIT";ART.L.443-1;'.replace("REDEVABLE", "32995"),
        ";;;;",
    )
    labels = [code.label for code in read_natinf(path).codes]
    assert labels == ['VENANT DE MARQUER L\'ARRET AU "STOP" ; AL.1', 'USAGE DU TERME "GRATUIT"']


def test_windows_1252_is_named_with_the_line_and_the_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER.replace("é", "e"), RED, BOLLARD, encoding="cp1252")
    with pytest.raises(Halt) as refused:
        read_natinf(path)
    text = str(refused.value)
    assert text.startswith(f"{path}: line 3: not utf-8.")
    assert "looks like Windows-1252" in text
    assert "--encoding cp1252" in text
    assert "iconv -f WINDOWS-1252 -t UTF-8 liste.csv" in text


def test_windows_1252_is_read_when_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, BOLLARD, encoding="cp1252")
    assert read_natinf(path, "cp1252").codes[0].nature == "Délit"


def test_bytes_of_no_text_are_not_called_windows_1252(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(HEADER.encode() + b"\n7;\x81\x8d;x;y;z\n")
    with pytest.raises(Halt, match="line 2: not utf-8") as refused:
        read_natinf(path)
    assert "Windows" not in str(refused.value)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([], "line 1: the file is empty"),
        (["", ""], "line 1: the file is empty"),
        ([HEADER], "line 2: the file has a header and no codes"),
        ([HEADER.replace("Définie par", "Défini"), RED], "line 1: no column 'definie par'"),
        ([HEADER.replace("Réprimée par", "Définie par"), RED], "line 1: more than one column 'definie par'"),
        ([HEADER, RED, RED], "line 3: code 210 is already on line 2"),
        ([HEADER, RED, RED.replace("210", "21O")], "line 3: code '21O' is not a number"),
        ([HEADER, RED.replace("210", "-210")], "line 2: code '-210' is not a number"),
        ([HEADER, RED.replace("210", "２１０")], "line 2: code '２１０' is not a number"),
        ([HEADER, RED.replace("210", "")], "line 2: the column of 'code' is empty"),
        ([HEADER, "210;Délit; ;ART.1;ART.2"], "line 2: the column of 'label' is empty"),
        ([HEADER, "", RED, "211;Délit"], "line 4: 2 cells where the header has 5"),
        ([HEADER, RED + ";plus"], "line 2: 6 cells where the header has 5"),
        ([HEADER, '210;"Délit;SANS FIN;ART.1;ART.2', RED], "line 3: not CSV: unexpected end of data"),
        ([HEADER.replace(";", ","), RED], "line 1: no column 'numero natinf'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, lines: list[str], fault: str) -> None:
    path = written(tmp_path, *lines, end="\n")
    with pytest.raises(Halt) as refused:
        read_natinf(path)
    assert str(refused.value).startswith(f"{path}: {fault}")


def test_a_file_that_is_not_there_and_an_encoding_that_is_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"absent\.csv: the list cannot be read: No such file"):
        read_natinf(tmp_path / "absent.csv")
    with pytest.raises(Halt, match="'windows' is not the name of an encoding"):
        read_natinf(written(tmp_path, HEADER, RED), "windows")


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("liste-natinf-juillet2026.csv", "2026-07"),
        ("Liste Natinf_juillet2026.csv", "2026-07"),
        ("liste_natinf_Août_2025.csv", "2025-08"),
        ("LISTE NATINF DÉCEMBRE 2026.CSV", "2026-12"),
        ("natinf.csv", None),
        ("natinf-2026.csv", None),
    ],
)
def test_the_month_is_told_by_the_name(name: str, month: str | None) -> None:
    assert month_in_name(Path(name)) == month
