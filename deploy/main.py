"""The `constat` command."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client import start_http_server
from rich.console import Console

from deploy import agent_command, site_command
from deploy.guarding import guarded
from deploy.law_command import law_app
from deploy.logs import configure_logs
from deploy.report_command import report_app
from deploy.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(site_command.app, name="site")
app.add_typer(agent_command.app, name="agent")
app.add_typer(law_app, name="law")
app.add_typer(report_app, name="report")

_out = Console()


class WorkerName(StrEnum):
    """The workers, each a process of its own."""

    INGEST = "ingest"
    DEVICES = "devices"
    DETECT = "detect"
    VERBALISE = "verbalise"
    CASEWORK = "casework"
    STEWARD = "steward"
    CONSOLE = "console"
    DEVICE_PLAYER = "device-player"
    MARKER = "marker"


@app.command()
def worker(name: WorkerName) -> None:
    """Run one worker until SIGTERM, with the settings of the environment."""
    configure_logs(name.value)
    sys.exit(guarded(lambda: _run_worker(name, load_settings())))


@app.command()
def topics() -> None:
    """Create the topics that are missing and bring retention up to date."""
    from deploy.wiring import create_topics

    configure_logs("topics")
    sys.exit(guarded(lambda: create_topics(load_settings())))


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="Play each clip once, wait until all is quiet, then stop.")] = False,
    json: Annotated[Path | None, typer.Option(help="With --once: where to write what happened.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the broker, the evidence and the register.")] = None,
    site: Annotated[Path | None, typer.Option(help="Another site file with file cameras.")] = None,
    port: Annotated[int, typer.Option(help="Port of the console; another is taken if it is busy.")] = 8060,
) -> None:
    """The whole chain on this machine: broker, every worker, the bundled street, and the console."""
    from deploy.demo.run import DemoOptions, run_demo

    configure_logs("demo")
    options = DemoOptions(once=once, json=json, data=data, site=site, port=port)
    sys.exit(guarded(lambda: run_demo(options, _out.print)))


def _run_worker(name: WorkerName, settings: Settings) -> int:
    from deploy.wiring import RUNS

    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1")
    return RUNS[name.value](settings)
