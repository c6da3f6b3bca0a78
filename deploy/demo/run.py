"""Starts everything on one machine, says how it goes, and stops everything again."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from deploy.demo.accounts import Account, demo_accounts, install
from deploy.demo.marker import LOGIN
from deploy.demo.ports import free_port
from deploy.demo.result import Timings, result_of, write_result
from deploy.demo.settings import DemoPlaces, worker_environment
from deploy.demo.stage import Stage
from deploy.embedded.kafka import EmbeddedKafka
from deploy.permit_key import make_permit_key, token_hasher
from deploy.secrets import secrets_from
from deploy.settings import Settings, load_settings
from deploy.wiring import create_topics
from detect.weights.prepare import default_folder
from storage.model import Register
from storage.register.opening import open_register
from verbalise.model import Case, CaseState
from verbalise.site.file import load_description
from verbalise.site.importing import Importing, SiteImport
from verbalise.site.model import Site

Say = Callable[[str], None]
BUNDLED_SITE = Path(str(files("deploy.demo").joinpath("site.yaml")))


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What was asked on the command line."""

    once: bool
    json: Path | None
    data: Path | None
    site: Path | None
    port: int


def run_demo(options: DemoOptions, say: Say) -> int:
    """Run the demo to its end: with `once` until all is quiet, else until Ctrl-C.

    Returns:
        0, or 1 if a worker died in a run that was to end by itself.

    Raises:
        Halt: something is missing on this machine; the text says what to do.
    """
    begun_s = time.monotonic()
    data = _data_folder(options)
    say(f"data in {data}")
    with ExitStack() as stack:
        kafka = EmbeddedKafka(data / "kafka")
        stack.callback(kafka.stop)
        kafka.start(say)
        broker_s = time.monotonic() - begun_s
        settings = _settings(options, data, kafka.bootstrap)
        create_topics(settings)
        register = open_register(settings.register_db)
        stack.callback(register.close)
        site = import_site(options.site or BUNDLED_SITE, settings, register)
        accounts = demo_accounts(site)
        install(accounts, register.agents)
        stage = Stage(kafka, settings, data, say)
        stack.callback(stage.stop)
        stage.wait_for_workers()
        workers_s = time.monotonic() - begun_s - broker_s
        starts_at = stage.play(not options.once, _password_of(LOGIN, accounts))
        _announce(say, settings, accounts)
        if not options.once:
            stage.run_until_signalled()
            return 0
        is_quiet = stage.run_until_quiet()
        total_s = time.monotonic() - begun_s
        timings = Timings(broker_s, workers_s, total_s - broker_s - workers_s, total_s)
        cases = [case for case in _all_cases(register) if case.claim.at >= starts_at]
        status = stage.status()
        if options.json is not None:
            write_result(options.json, result_of(cases, status, timings))
        died = [death for death in status.deaths if death.exit_code != 0]
        say(f"{len(cases)} case(s), {len(died)} worker death(s), {total_s:.0f} s")
        return 0 if is_quiet and not died else 1


def _password_of(login: str, accounts: tuple[Account, ...]) -> str | None:
    return next((account.password for account in accounts if account.agent.login == login), None)


def import_site(path: Path, settings: Settings, register: Register) -> Site:
    """Bring the site file into force at once: no worker runs yet."""
    hasher = token_hasher(secrets_from(settings.secrets_dir))
    description = load_description(path.absolute(), hasher=hasher)
    now = datetime.now(UTC)
    wanted = Importing(description, path.absolute().parent, now, now, "demo")
    SiteImport(register.sites, register.agents, register.ledger).run(wanted)
    return description.site


def _data_folder(options: DemoOptions) -> Path:
    """The folder asked for; else one that the demo keeps, and a fresh one for a run that ends by itself."""
    home = Path(".constat")
    fresh = home / f"once-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    folder = options.data or (fresh if options.once else home / "demo")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.absolute()


def _settings(options: DemoOptions, data: Path, bootstrap: str) -> Settings:
    """The workers' settings, put into this process's environment, from which they inherit them."""
    places = DemoPlaces(
        data=data,
        weights=default_folder(),
        bootstrap=bootstrap,
        console_port=free_port(options.port),
        devices_port=free_port(),
    )
    make_permit_key(data / "secrets")
    os.environ.update(worker_environment(places, secrets.token_urlsafe(24)))
    return load_settings()


def _all_cases(register: Register) -> list[Case]:
    return [register.cases.case(line.id) for line in register.cases.queue(tuple(CaseState), limit=100_000)]


def _announce(say: Say, settings: Settings, accounts: tuple[Account, ...]) -> None:
    say("")
    say(f"  Constat is served at {settings.console.public_url}")
    for account in accounts:
        say(f"  {account.agent.login:<12} {account.password:<16} {account.agent.name}, {account.agent.number}")
    say("  Ctrl-C stops everything.")
    say("")
