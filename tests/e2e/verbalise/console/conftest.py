"""The console on a real port, and a real Chromium in front of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World
from verbalise.console.passwords import hash_password
from verbalise.console.settings import ConsoleSettings
from verbalise.console.worker import server_config
from verbalise.model import Agent, EvidenceKind

CLIP = Path(__file__).parents[4] / "deploy/demo/footage/ped.mp4"
DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
WATCH_CSP = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def pictures() -> dict[EvidenceKind, bytes]:
    """The demo street's clip, with stills of the blue car cut from it."""
    with av.open(str(CLIP)) as container:
        frame = next(frame for number, frame in enumerate(container.decode(video=0)) if number == 75)
    picture = frame.to_ndarray(format="bgr24").astype(np.uint8)
    return {
        EvidenceKind.CLIP: CLIP.read_bytes(),
        EvidenceKind.SCENE: _jpeg(picture),
        EvidenceKind.VEHICLE: _jpeg(picture[310:640, 640:1010]),
        EvidenceKind.PLATE: _jpeg(picture[582:616, 820:908]),
    }


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    written, data = cv2.imencode(".jpg", picture)
    assert written
    return bytes(data)


@pytest.fixture
def world() -> World:
    """An empty console's world, two minutes after the facts."""
    return World(hash_password(street.PASSWORD), now=street.FACTS + timedelta(minutes=2))


@pytest.fixture
def serve(world: World) -> Iterator[Callable[[], str]]:
    """Starts consoles on free ports; answers their addresses."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        settings = ConsoleSettings(port=port, public_url=url, stop_patience_s=1)
        server = uvicorn.Server(server_config(world.ports(), settings))
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        while not server.started:
            assert thread.is_alive(), "the console did not start"
        return url

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


@pytest.fixture
def enter(chromium: Browser, world: World) -> Iterator[Enter]:
    """Opens a browser window of its own and signs an agent in; at the end no window broke the policy."""
    contexts: list[BrowserContext] = []

    def open_window(url: str, agent: Agent, size: ViewportSize = DESK, language: str = "fr") -> Page:
        world.agents.add_agent(agent, world.password_hash)
        context = chromium.new_context(viewport=size, is_mobile=size is PHONE, has_touch=size is PHONE)
        contexts.append(context)
        context.add_init_script(WATCH_CSP)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{url}/sign-in")
        if language == "en":
            page.get_by_role("button", name="English").click()
        page.locator("[name=login]").fill(agent.login)
        page.locator("[name=password]").fill(street.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda where: "sign-in" not in where)
        return page

    yield open_window
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.violations") == []
        context.close()
