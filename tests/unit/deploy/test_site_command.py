"""`constat site` and `constat agent` as an operator types them, on a register of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.main import app
from storage.register.opening import open_register
from storage.settings import RegisterSettings
from verbalise.console.passwords import password_fits
from verbalise.model import Agent

DEMO = Path("deploy/demo/site.yaml").absolute()
KEY = "0123456789abcdef"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    monkeypatch.setenv("CONSTAT_REGISTER_DB__URL", url)
    monkeypatch.setenv("CONSTAT_SECRET_PERMIT_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "300")
    return url


def constat(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def done(*words: str) -> str:
    result = constat(*words)
    assert result.exit_code == 0, result.output
    return result.output


def changed_site(folder: Path) -> Path:
    path = folder / "site.yaml"
    text = DEMO.read_text(encoding="utf-8").replace("name: Camille Lemoine", "name: Camille Lemoine-Roy")
    path.write_text(text, encoding="utf-8")
    return path


def agent(url: str, login: str) -> tuple[Agent, str]:
    register = open_register(RegisterSettings(url=url))
    held = register.agents.agent_by_login(login)
    register.close()
    assert held is not None
    return held


def test_check_needs_neither_register_nor_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSTAT_SECRET_PERMIT_KEY", raising=False)
    assert "2 cameras" in done("site", "check", str(DEMO))


def test_check_says_where_it_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("schema: 1\ncolour: red\n", encoding="utf-8")
    result = constat("site", "check", str(path))
    assert result.exit_code == 78
    assert "site.yaml" in result.output


def test_what_is_imported_is_shown_without_plates(url: str) -> None:
    assert "version 1" in done("site", "import", str(DEMO))
    shown = done("site", "show")
    for words in (
        "Rue du Gros-Horloge · borne 1",
        "pedestrian-area-driving",
        "2025-118",
        "delivery",
        "Camille Lemoine",
    ):
        assert words in shown
    assert "QX-" not in shown
    assert "people are up to date" in done("site", "import", str(DEMO))


def test_without_the_key_a_file_with_plates_is_not_imported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSTAT_SECRET_PERMIT_KEY")
    result = constat("site", "import", str(DEMO))
    assert result.exit_code == 78
    assert "permit-key" in result.output


def test_an_import_takes_effect_later_unless_told_otherwise(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert f"in force from {tomorrow[:10]}" in done("site", "import", str(changed_site(tmp_path)), "--from", tomorrow)
    assert "Lemoine-Roy" not in done("site", "show")
    assert "Lemoine-Roy" in done("site", "show", "--as-of", tomorrow)


def test_yesterday_stays_as_it_was(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    result = constat("site", "import", str(changed_site(tmp_path)), "--from", "2026-01-01T00:00:00+01:00")
    assert result.exit_code == 78
    assert "past" in result.output


def test_workers_are_given_time_to_learn_of_it(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    soon = (datetime.now(UTC) + timedelta(seconds=10)).isoformat()
    result = constat("site", "import", str(changed_site(tmp_path)), "--from", soon)
    assert result.exit_code == 78
    assert "--at-once" in result.output
    assert constat("site", "import", str(DEMO), "--from", soon, "--at-once").exit_code == 78


@pytest.mark.parametrize("written", ["2026-01-01T00:00:00", "yesterday"])
def test_an_instant_must_be_one(url: str, written: str) -> None:
    result = constat("site", "show", "--as-of", written)
    assert result.exit_code == 78
    assert written in result.output


def test_what_is_exported_is_the_same_version(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    path = tmp_path / "exported.yaml"
    done("site", "export", str(path))
    assert "QX-" not in path.read_text(encoding="utf-8")
    assert done("site", "diff", str(path), "1") == ""


def test_what_changed_is_told_by_file_number_and_instant(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    changed = changed_site(tmp_path)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    line = "~ agents[csu].name: Camille Lemoine → Camille Lemoine-Roy\n"
    assert done("site", "diff", "1", str(changed)) == line
    done("site", "import", str(changed), "--from", tomorrow)
    assert done("site", "diff", "1", "2") == line
    assert done("site", "diff", "2026-06-01T00:00:00+02:00", tomorrow) == line
    assert constat("site", "diff", "1", "7").exit_code == 78


def test_an_empty_register_says_how_to_fill_it(url: str) -> None:
    result = constat("site", "show")
    assert result.exit_code == 78
    assert "constat site import" in result.output


def test_a_password_is_kept_as_a_hash_and_outlives_the_next_import(url: str, tmp_path: Path) -> None:
    done("site", "import", str(DEMO))
    result = constat("agent", "password", "csu", typed="quatre chats gris\nquatre chats gris\n")
    assert result.exit_code == 0, result.output
    done("site", "import", str(changed_site(tmp_path)))
    held, password_hash = agent(url, "csu")
    assert held.name == "Camille Lemoine-Roy"
    assert password_hash.startswith("$argon2id$")
    assert password_fits(password_hash, "quatre chats gris")


@pytest.mark.parametrize(("login", "typed"), [("nobody", ""), ("csu", "short\nshort\n")])
def test_a_password_that_does_not_fit_changes_nothing(url: str, login: str, typed: str) -> None:
    done("site", "import", str(DEMO))
    before = agent(url, "csu")
    assert constat("agent", "password", login, typed=typed).exit_code == 78
    assert agent(url, "csu") == before
