"""Turns view models into HTML with the console's templates. Everything is escaped unless marked safe."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # For attributes: plain JSON, which autoescape then quotes.
    environment.filters["json"] = json.dumps
    return environment


def render(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page from a template; a name that the template needs and `values` lacks is an error."""
    return HTMLResponse(_templates().get_template(template).render(**values), status_code=status)
