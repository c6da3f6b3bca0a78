"""Why the embedded stack cannot run. Each is a Halt: its text says what a person has to do."""

from __future__ import annotations

from ingest.errors import Halt


class EmbeddedHalt(Halt):
    """Root of what keeps the embedded stack from running."""


class JarsUnreachable(EmbeddedHalt):
    """A jar is not on this machine and could not be fetched from the Maven repository."""


class JarsDiffer(EmbeddedHalt):
    """A folder of jars is not exactly what the lock file lists."""


class JavaMissing(EmbeddedHalt):
    """No Java runtime that can run the broker."""


class BrokerFailed(EmbeddedHalt):
    """The broker's process ended, or did not answer, while it was starting."""
