"""`constat law`, as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.embedded.life import EXIT_HALT
from deploy.main import app
from storage.register.opening import open_register
from storage.settings import RegisterSettings
from tests.unit.deploy.test_settings import LEAST
from verbalise.model import Access

HEADER = "Numéro NATINF;Nature de l'infraction;Qualification de l'infraction;Définie par;Réprimée par"
WAY = "256;Contravention de classe 4;CIRCULATION EN SENS INTERDIT;ART.R.412-28 C.ROUTE.;ART.R.412-28 C.ROUTE."
RED = (
    "40001;Contravention de classe 4;REDEVABLE DE L'AMENDE ENCOURUE POUR FEU ROUGE;"
    "ART.L.121-3, ART.R.121-6 7° C.ROUTE.;ART.R.412-30 AL.6 C.ROUTE."
)


@pytest.fixture
def register_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty register that the environment names."""
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    for name, value in (LEAST | {"CONSTAT_REGISTER_DB__URL": url}).items():
        monkeypatch.setenv(name, value)
    return url


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["law", *words])


def a_list(tmp_path: Path, name: str = "liste-natinf-juillet2026.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([HEADER, WAY, RED, ""]), encoding=encoding)
    return path


@pytest.mark.usefixtures("register_url")
def test_a_list_is_imported_once_and_its_changes_are_told(tmp_path: Path) -> None:
    first = run("import-natinf", str(a_list(tmp_path)))
    assert first.exit_code == 0, first.output
    assert "NATINF list 2026-07: 2 codes imported" in first.output
    assert "proven     red-light holder 40001 (sole)" in first.output
    assert "unproven   wrong-way holder 32971 (vanished)" in first.output
    again = run("import-natinf", str(a_list(tmp_path)))
    assert (again.exit_code, again.output) == (0, "NATINF list 2026-07 is there already: nothing changed\n")


def test_an_import_is_on_the_ledger(tmp_path: Path, register_url: str) -> None:
    run("import-natinf", str(a_list(tmp_path)))
    register = open_register(RegisterSettings(url=register_url))
    entries = register.ledger.entries("natinf/2026-07")
    register.close()
    assert [entry.access for entry in entries] == [Access.NATINF_IMPORTED]


@pytest.mark.usefixtures("register_url")
def test_the_ministry_s_encoding_is_asked_for_by_name(tmp_path: Path) -> None:
    path = a_list(tmp_path, encoding="cp1252")
    refused = run("import-natinf", str(path))
    assert refused.exit_code == EXIT_HALT
    assert "looks like Windows-1252" in refused.stderr
    assert run("import-natinf", str(path), "--encoding", "cp1252").exit_code == 0


@pytest.mark.usefixtures("register_url")
@pytest.mark.parametrize(
    ("words", "fault"), [((), "give it with --list-date"), (("--list-date", "2026-13"), "2026-13: not a month")]
)
def test_a_month_is_needed(tmp_path: Path, words: tuple[str, ...], fault: str) -> None:
    path = a_list(tmp_path, "natinf.csv")
    refused = run("import-natinf", str(path), *words)
    assert refused.exit_code == EXIT_HALT
    assert fault in refused.stderr
    assert run("import-natinf", str(path), "--list-date", "2026-10").exit_code == 0


@pytest.mark.usefixtures("register_url")
def test_the_list_of_offences_says_what_blocks_each(tmp_path: Path) -> None:
    before = run("list")
    assert before.exit_code == 0, before.output
    assert before.output.startswith("NATINF list: none imported\n")
    assert "bollard-damage" in before.output
    assert "Délit : jamais d’amende." in before.output
    run("import-natinf", str(a_list(tmp_path)))
    after = run("list").output
    assert after.startswith("NATINF list: 2026-07\n")
    assert "driver 210 (vanished), holder 40001 (sole)" in after
