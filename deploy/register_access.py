"""The register as commands open it: with the environment's settings for it and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.secrets import secrets_from
from deploy.settings import load_register_access
from storage.model import Register
from storage.register.opening import open_register


@contextmanager
def opened_register() -> Iterator[Register]:
    """The register of the environment's settings. Raises Halt, RetryLater."""
    access = load_register_access()
    register = open_register(access.register_db, secrets_from(access.secrets_dir))
    try:
        yield register
    finally:
        register.close()
