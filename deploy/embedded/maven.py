"""The Maven repository, through jgo: the only module that imports it.

jgo is pure Python, so neither Maven nor a Java runtime is needed to fetch a jar. Repositories
and mirrors that a user has set in jgo's own configuration file are honoured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.embedded.errors import JarsUnreachable

if TYPE_CHECKING:
    from jgo.maven import MavenContext

# One slow answer must not look like an absent repository.
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True, order=True)
class Coordinate:
    """The name of one jar in a Maven repository."""

    group: str
    artifact: str
    version: str

    @classmethod
    def parse(cls, text: str) -> Coordinate:
        """Read `group:artifact:version`; ValueError when it is anything else."""
        group, artifact, version = text.split(":")
        return cls(group, artifact, version)

    @property
    def file_name(self) -> str:
        """The jar's file name, as Maven gives it."""
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


def download(coordinate: Coordinate, scratch_dir: Path) -> Path:
    """Fetch one jar under `scratch_dir` and return its path. The content is not judged here.

    Raises:
        JarsUnreachable: no repository answered, or none has the jar.
    """
    project = _context(scratch_dir).project(coordinate.group, coordinate.artifact)
    artifact = project.at_version(coordinate.version).artifact()
    try:
        return artifact.resolve()
    # jgo says "not found" with RuntimeError; the network's own errors are all OSError.
    except (OSError, RuntimeError) as error:
        raise _unreachable(str(coordinate), error) from error


def resolve(roots: Sequence[Coordinate]) -> tuple[Coordinate, ...]:
    """The roots and every jar that they need at run time, sorted.

    Each root is resolved on its own, because one root's dependency management would otherwise
    change the versions of another's jars. Where two roots need different versions of one jar,
    the earlier root's is taken.

    Raises:
        JarsUnreachable: a description (POM) could not be fetched.
    """
    chosen: dict[tuple[str, str], Coordinate] = {}
    with tempfile.TemporaryDirectory() as scratch:
        context = _context(Path(scratch))
        for root in roots:
            for needed in _needs(context, root):
                chosen.setdefault((needed.group, needed.artifact), needed)
    return tuple(sorted(chosen.values()))


def _needs(context: MavenContext, root: Coordinate) -> list[Coordinate]:
    try:
        inputs, transitive = context.resolver.resolve([context.create_dependency(str(root))])
    except (OSError, RuntimeError) as error:
        raise _unreachable(str(root), error) from error
    wanted = [*inputs, *(dep for dep in transitive if dep.scope in ("compile", "runtime"))]
    return [Coordinate(dep.groupId, dep.artifactId, dep.version) for dep in wanted]


def _context(repo_cache: Path) -> MavenContext:
    try:
        from jgo.config import GlobalSettings
        from jgo.maven import MavenContext
    except ModuleNotFoundError as error:
        raise _unreachable("the jars (the Python package jgo is not installed)", error) from error
    context = MavenContext(repo_cache=repo_cache, timeout=_TIMEOUT_S)
    context.remote_repos.update(GlobalSettings.load().repositories)
    return context


def _unreachable(what: str, error: Exception) -> JarsUnreachable:
    return JarsUnreachable(
        f"cannot fetch {what} from the Maven repository ({type(error).__name__}). Either set "
        "CONSTAT_KAFKA_BOOTSTRAP to the host:port of a Kafka broker of your own, or put the jars "
        "that deploy/embedded/kafka-jars.lock lists in a folder and give that folder, or install "
        "Constat with its extra `embedded` and connect to the network once."
    )
