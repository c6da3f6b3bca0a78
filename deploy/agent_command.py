"""`constat agent`: what is kept of people and is not in the site file."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from deploy.guarding import guarded
from deploy.register_access import opened_register
from ingest.errors import Halt
from verbalise.console.passwords import MAX_PASSWORD_CHARS, hash_password

app = typer.Typer(no_args_is_help=True, help="People who may sign in; the site file names them.")

_out = Console(highlight=False)
SHORTEST = 12


@app.callback()
def agent() -> None:
    """People who may sign in; the site file names them."""


@app.command()
def password(login: str) -> None:
    """Ask for a new password and keep its Argon2id hash."""

    def run() -> int:
        with opened_register() as register:
            known = register.agents.agent_by_login(login)
            if known is None:
                raise Halt(f"nobody has the login {login!r}: name the person in the site file and import it")
            chosen: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
            if not SHORTEST <= len(chosen) <= MAX_PASSWORD_CHARS:
                raise Halt(f"a password has {SHORTEST} to {MAX_PASSWORD_CHARS} characters")
            register.agents.add_agent(known[0], hash_password(chosen))
        _out.print(f"{login}: the password is changed", markup=False)
        return 0

    sys.exit(guarded(run))
