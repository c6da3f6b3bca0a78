"""The documents that are made from the code, and the command that writes them (`make docs`)."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deploy.asyncapi import asyncapi_document
from deploy.offences_page import offences_page
from deploy.settings import PREFIX, Settings
from verbalise.site.file import site_schema

_HEAD = """# Settings

Every value is an environment variable; a section's keys follow two underscores. An unknown variable that begins with
`CONSTAT_` stops the worker, and so does one that does not fit. Secrets (cameras' passwords, S3 keys, the database's
password) are never settings: each is a file named for it in `CONSTAT_SECRETS_DIR`, or a variable
`CONSTAT_SECRET_<NAME>`.

Made from the code by `make docs`; a test keeps it in step.
"""


def settings_page() -> str:
    """Every setting with its default and meaning, one table per section."""
    return _HEAD + "".join(_sections(Settings, PREFIX, "General")).rstrip() + "\n"


def json_text(document: object) -> str:
    """A document as JSON for people: indented, ending in a new line."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


PUBLISHED: Mapping[str, Callable[[], str]] = {
    "docs/settings.md": settings_page,
    "docs/offences.md": offences_page,
    "docs/asyncapi.json": lambda: json_text(asyncapi_document()),
    "docs/site.schema.json": lambda: json_text(site_schema()),
}
"""Every such document by its path."""


def _sections(model: type[BaseModel], prefix: str, title: str) -> Iterator[str]:
    parts = {name: field for name, field in model.model_fields.items() if _section_of(field) is not None}
    plain = {name: field for name, field in model.model_fields.items() if name not in parts}
    if plain:
        told = _told(model)
        rows = [_row(prefix + name.upper(), field, told.get(name, "")) for name, field in plain.items()]
        yield f"\n## {title}\n\n| variable | default | meaning |\n|---|---|---|\n" + "".join(rows)
    for name, field in parts.items():
        section = _section_of(field)
        if section is not None:
            inner = name if title == "General" else f"{title} · {name}"
            yield from _sections(section, f"{prefix}{name.upper()}__", inner)


def _section_of(field: FieldInfo) -> type[BaseModel] | None:
    for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _row(variable: str, field: FieldInfo, meaning: str) -> str:
    default = "required" if field.is_required() else f"`{_plain(field.get_default(call_default_factory=True))}`"
    return f"| `{variable}` | {default} | {meaning} |\n"


def _plain(value: Any) -> str:
    return "none" if value is None else str(value)


def _told(model: type[BaseModel]) -> dict[str, str]:
    """What the docstring's `Attributes:` says of each field; `a, b:` speaks of both."""
    found: dict[str, str] = {}
    _, _, attributes = inspect.cleandoc(model.__doc__ or "").partition("Attributes:")
    for names, text in re.findall(r"^ {4}(\w[\w, ]*): (.*(?:\n {8,}.*)*)", attributes, flags=re.MULTILINE):
        for name in names.split(", "):
            found[name] = " ".join(text.split())
    return found


def main() -> None:
    """Write every document anew."""
    for path, text in PUBLISHED.items():
        Path(path).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
