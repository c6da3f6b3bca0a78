"""Where secrets come from: a folder with one file per name, or the environment; never a site or settings file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

SECRET_VARIABLE = "CONSTAT_SECRET_"  # noqa: S105 (the start of a variable's name, not a secret)


def secrets_from(folder: Path | None) -> Callable[[str], str | None]:
    """A resolver from a secret's name to its content.

    A file `<folder>/<name>` wins over the variable `CONSTAT_SECRET_<NAME>`, in which everything but letters
    and digits becomes `_`. The content is stripped of the end of its line.
    """

    def secret_of(name: str) -> str | None:
        path = folder / name if folder is not None else None
        if path is not None and path.is_file() and path.parent == folder:
            return path.read_text(encoding="utf-8").strip()
        return os.environ.get(SECRET_VARIABLE + re.sub(r"[^A-Za-z0-9]", "_", name).upper())

    return secret_of
