"""The console's process stops when it is told to, even while patrols listen."""

from __future__ import annotations

import multiprocessing
import socket
from contextlib import suppress

import httpx

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import World, hidden
from verbalise.console.passwords import hash_password
from verbalise.console.settings import ConsoleSettings
from verbalise.console.worker import run_console


def serve(port: int) -> None:
    """A console with one agent, in a process of its own."""
    world = World("")
    world.agents.add_agent(street.agent("lea"), hash_password(street.PASSWORD))
    run_console(world.ports(), ConsoleSettings(port=port, public_url=f"http://127.0.0.1:{port}"))


def test_sigterm_ends_the_process_cleanly() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,))
    process.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            wait_until_served(http, process)
            data = {"csrf": hidden(http.get("/sign-in").text, "csrf"), "login": "lea", "password": street.PASSWORD}
            assert http.post("/sign-in", data=data).status_code == 303
            with http.stream("GET", "/patrol/events") as events:
                lines = events.iter_lines()
                assert next(lines).startswith("event: alerts")
                process.terminate()
                with suppress(httpx.RemoteProtocolError):
                    list(lines)
        process.join(30)
        assert process.exitcode == 0
    finally:
        process.kill()


def wait_until_served(http: httpx.Client, process: multiprocessing.process.BaseProcess) -> None:
    """Until the console answers; fails if its process ends first."""
    while process.is_alive():
        with suppress(httpx.ConnectError):
            assert http.get("/healthz").json() == {"status": "ok"}
            return
        process.join(0.1)
    raise AssertionError(f"the console ended with {process.exitcode}")
