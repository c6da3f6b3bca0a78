"""`constat report`, as a person types it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.embedded.life import EXIT_HALT
from deploy.main import app
from storage.register.opening import open_register
from storage.settings import RegisterSettings
from tests.pdf_text import text_of
from verbalise.model import Access

SITE = Path("deploy/demo/site.yaml").absolute()


@pytest.fixture
def register_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a register that the environment names, with the demo's site in it."""
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    monkeypatch.setenv("CONSTAT_REGISTER_DB__URL", url)
    monkeypatch.setenv("CONSTAT_SECRET_PERMIT_KEY", "0123456789abcdef")
    imported = CliRunner().invoke(app, ["site", "import", str(SITE), "--at-once"])
    assert imported.exit_code == 0, imported.output
    return url


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", "coordination", *words])


def test_the_month_is_printed_and_on_the_ledger(tmp_path: Path, register_url: str) -> None:
    pdf = tmp_path / "report.pdf"
    month = f"{datetime.now(UTC):%Y-%m}"
    result = run("--month", month, "--pdf", str(pdf))
    assert result.exit_code == 0, result.output
    assert f"coordination report of {month}" in result.output
    assert "Rapport de coordination" in text_of(pdf.read_bytes())
    with closing(open_register(RegisterSettings(url=register_url))) as register:
        entry = register.ledger.entries()[0]
    assert (entry.access, entry.subject) == (Access.VIEW_REPORT, f"coordination/{month}")


@pytest.mark.usefixtures("register_url")
@pytest.mark.parametrize(("month", "said"), [("novembre", "not a month"), ("2999-01", "has not begun")])
def test_what_is_no_month_to_report_is_refused(tmp_path: Path, month: str, said: str) -> None:
    pdf = tmp_path / "report.pdf"
    result = run("--month", month, "--pdf", str(pdf))
    assert result.exit_code == EXIT_HALT
    assert said in result.output
    assert not pdf.exists()


@pytest.mark.usefixtures("register_url")
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    result = run("--month", f"{datetime.now(UTC):%Y-%m}", "--pdf", str(tmp_path / "none" / "report.pdf"))
    assert result.exit_code == EXIT_HALT
    assert "name a file that this user can write" in result.output
