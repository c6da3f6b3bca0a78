"""A console on fakes, and browsers signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from tests.unit.verbalise.console import street
from tests.unit.verbalise.console.world import Browser, World
from verbalise.console.app import console_app
from verbalise.console.settings import ConsoleSettings
from verbalise.model import Agent

URL = "http://console.test"
Open = Callable[..., Browser]
SignIn = Callable[[Agent], Awaitable[Browser]]


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One cheap hash for everyone: Argon2 is slow on purpose, and a hash says how slow."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(street.PASSWORD)


@pytest.fixture
def world(password_hash: str) -> World:
    """An empty console's world."""
    return World(password_hash)


@pytest.fixture
async def open_browser(world: World) -> AsyncIterator[Open]:
    """Makes browsers on one console, which is made with the first of them."""

    @cache
    def app() -> FastAPI:
        return console_app(world.ports(), ConsoleSettings(public_url=URL, evidence_chunk_bytes=4096))

    clients: list[httpx.AsyncClient] = []

    def make(address: str = "192.0.2.7", raise_errors: bool = True) -> Browser:
        transport = httpx.ASGITransport(app(), raise_app_exceptions=raise_errors, client=(address, 40_000))
        clients.append(httpx.AsyncClient(transport=transport, base_url=URL))
        return Browser(clients[-1])

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def signed_in(world: World, open_browser: Open) -> SignIn:
    """Signs an agent in, in a browser of their own."""

    async def sign_in(agent: Agent) -> Browser:
        world.agents.add_agent(agent, world.password_hash)
        browser = open_browser()
        answer = await browser.sign_in(agent)
        assert answer.status_code == 303, answer.text
        return browser

    return sign_in
