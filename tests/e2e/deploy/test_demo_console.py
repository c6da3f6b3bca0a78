"""`constat demo` as a person meets it: sign in, look, decide; the patrol's phone; the analyst's export."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from detect.weights.prepare import default_folder, is_prepared
from tests.e2e.conftest import Shoot
from tests.e2e.deploy.running import pedestrian_site, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
SLOW_MS = 300_000
"""A case takes as long as two busy cores need to see the car."""


@dataclass(frozen=True)
class Served:
    """What the demo printed."""

    url: str
    passwords: dict[str, str]

    def sign_in(self, browser: Browser, login: str, size: ViewportSize = DESK) -> Page:
        page = browser.new_context(viewport=size).new_page()
        page.goto(f"{self.url}/sign-in")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(self.passwords[login])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda where: "sign-in" not in where)
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not is_prepared(default_folder()):
        pytest.skip(f"no weights in {default_folder()}: run `make weights`")
    folder = tmp_path_factory.mktemp("demo")
    output = folder / "output.txt"
    command = [sys.executable, "-m", "deploy", "demo", "--data", str(folder / "data"), "--port", "0"]
    with output.open("wb") as sink:
        site = pedestrian_site(folder)
        process = subprocess.Popen([*command, "--site", str(site)], stdout=sink, stderr=subprocess.STDOUT)
    try:
        yield wait_for("the console's address", lambda: _printed(output))
    finally:
        process.terminate()
        assert process.wait(90) == 0, output.read_text(encoding="utf-8")


def test_a_case_is_decided_and_known_to_the_desks(served: Served, chromium: Browser, shoot: Shoot) -> None:
    phone = served.sign_in(chromium, "patrouille", PHONE)
    page = served.sign_in(chromium, "csu")
    _open_first_case(page)
    page.keyboard.press("p")
    page.wait_for_url("**/review/*?done=take")
    page.wait_for_function("() => document.getElementById('clip').readyState >= 2")
    assert page.evaluate("document.getElementById('clip').videoWidth") == 1600
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('clip').currentTime > 1", timeout=60_000)
    page.keyboard.press("g")
    shoot(page, "demo-case")
    page.keyboard.press("a")
    page.get_by_role("button", name=re.compile("Alerter|Envoyer")).last.click()
    phone.get_by_role("button", name="Je prends").first.wait_for(timeout=60_000)
    shoot(phone, "demo-patrol")
    page.keyboard.press("i")
    page.keyboard.type("xb-123-cd")
    page.keyboard.press("Tab")
    for key in ("1", "2", "3"):
        page.keyboard.press(key)
    page.keyboard.press("c")
    page.wait_for_url("**?done=find", timeout=SLOW_MS)
    _check_export(served.sign_in(chromium, "analyste"), served, shoot)


def _open_first_case(page: Page) -> None:
    def queued() -> bool:
        page.goto(re.sub(r"/review.*|/$", "", page.url) + "/review")
        return page.locator("a[href^='/review/C-']").count() > 0

    wait_for("a case in the queue", queued)
    page.locator("a[href^='/review/C-']").first.click()
    page.wait_for_url("**/review/C-*")


def _check_export(page: Page, served: Served, shoot: Shoot) -> None:
    page.goto(f"{served.url}/analysis")
    shoot(page, "demo-analysis")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).or_(page.get_by_role("button", name=re.compile("CSV"))).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 1
    assert "XB-123-CD" not in text
    assert any("found" in cell or "constat" in cell.lower() for row in rows[1:] for cell in row)


def _printed(output: Path) -> Served | None:
    said = output.read_text(encoding="utf-8")
    address = re.search(r"served at (\S+)", said)
    if address is None or "Ctrl-C" not in said:
        return None
    return Served(address[1], dict(re.findall(r"^  (csu|patrouille|analyste)\s+(\S+)", said, flags=re.MULTILINE)))
