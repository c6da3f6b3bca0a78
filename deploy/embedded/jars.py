"""Apache Kafka's jars: fetched once, checked against the lock file, then used without a network.

The lock names what must be on the class path and the SHA-256 of each file, so that where a jar
comes from (a mirror, a folder brought on a stick) does not matter. Regenerate it with
`python -m deploy.embedded.jars --lock`, and review the difference as code.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import EmbeddedHalt, JarsDiffer
from deploy.embedded.maven import Coordinate, download, resolve

KAFKA_VERSION = "4.3.1"
LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")
# Kafka 4 speaks slf4j 1.7 and ships no binding: without one the broker's reasons are lost.
ROOTS = (
    Coordinate("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    Coordinate("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4"),
)
# Many small files: a few at a time hides the round trips without burdening the repository.
_PARALLEL_DOWNLOADS = 4
_PROGRESS_EVERY = 10

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LockedJar:
    """One jar that must be on the class path, and the SHA-256 (hex) of its content."""

    coordinate: Coordinate
    sha256: str

    @property
    def file_name(self) -> str:
        """The jar's file name in a folder of jars."""
        return self.coordinate.file_name


def default_cache_dir() -> Path:
    """Where the jars are kept between runs, one folder per Kafka version."""
    return Path.home() / ".cache" / "constat" / f"kafka-{KAFKA_VERSION}"


def read_lock(path: Path = LOCK_FILE) -> tuple[LockedJar, ...]:
    """Read the lock: a line per jar, `group:artifact:version sha256`; `#` starts a comment."""
    lines = (line.split("#")[0].split() for line in path.read_text().splitlines())
    return tuple(LockedJar(Coordinate.parse(line[0]), line[1]) for line in lines if line)


def obtain_jars(
    progress: Progress,
    *,
    libs_dir: Path | None = None,
    cache_dir: Path | None = None,
    locked: tuple[LockedJar, ...] | None = None,
) -> tuple[Path, ...]:
    """The verified jars of the class path, in the lock's order.

    Args:
        progress: Told, in a few words, what is being done.
        libs_dir: A folder of the user's own jars. Used as it is: nothing is fetched into it.
        cache_dir: Where fetched jars are kept; `default_cache_dir()` when absent.
        locked: What must be there; the committed lock when absent.

    Raises:
        JarsDiffer: a jar's content is not the locked one, or a jar is missing from `libs_dir`
            or is one too many.
        JarsUnreachable: a jar is not cached and could not be fetched.
    """
    locked = read_lock() if locked is None else locked
    if libs_dir is None:
        libs_dir = (cache_dir or default_cache_dir()) / "libs"
        _fetch_missing(libs_dir, locked, progress)
    verify(libs_dir, locked)
    return tuple(libs_dir / jar.file_name for jar in locked)


def verify(libs_dir: Path, locked: Iterable[LockedJar]) -> None:
    """Refuse a folder that is not exactly what the lock lists.

    Raises:
        JarsDiffer: names each jar that is missing, is not locked, or has other content.
    """
    by_name = {jar.file_name: jar for jar in locked}
    present = {path.name for path in libs_dir.glob("*.jar")}
    faults = [f"{name} is missing" for name in sorted(by_name.keys() - present)]
    faults += [f"{name} is not in the lock" for name in sorted(present - by_name.keys())]
    faults += [
        f"{name} has SHA-256 {digest}, the lock says {by_name[name].sha256}"
        for name in sorted(present & by_name.keys())
        if (digest := _sha256(libs_dir / name)) != by_name[name].sha256
    ]
    if faults:
        raise JarsDiffer(
            f"the jars in {libs_dir} are not those of deploy/embedded/kafka-jars.lock: "
            f"{'; '.join(faults)}. Remove what should not be there and start again, or give "
            "another folder."
        )


def write_lock(path: Path = LOCK_FILE) -> tuple[LockedJar, ...]:
    """Resolve ROOTS anew, fetch every jar, and write the lock from what was received."""
    coordinates = resolve(ROOTS)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
        files = pool.map(lambda coordinate: download(coordinate, Path(scratch)), coordinates)
        digests = [_sha256(file) for file in files]
    jars = tuple(map(LockedJar, coordinates, digests))
    head = "# Made by `python -m deploy.embedded.jars --lock`; group:artifact:version sha256\n"
    path.write_text(head + "".join(f"{jar.coordinate} {jar.sha256}\n" for jar in jars))
    return jars


def _fetch_missing(libs_dir: Path, locked: tuple[LockedJar, ...], progress: Progress) -> None:
    missing = [jar for jar in locked if not (libs_dir / jar.file_name).exists()]
    if not missing:
        return
    libs_dir.mkdir(parents=True, exist_ok=True)
    progress(f"fetching {len(missing)} jars of Apache Kafka {KAFKA_VERSION} (about 40 MB, once)")
    # Beside the cache, so that the move into place is one atomic rename on one file system:
    # two processes that start together, or one that is killed, leave no half-written jar.
    with (
        tempfile.TemporaryDirectory(prefix="fetch-", dir=libs_dir.parent) as scratch,
        ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool,
    ):
        received = pool.map(lambda jar: _receive(jar, Path(scratch)), missing)
        for count, (jar, file) in enumerate(zip(missing, received, strict=True), start=1):
            file.replace(libs_dir / jar.file_name)
            if count % _PROGRESS_EVERY == 0:
                progress(f"{count} of {len(missing)} jars fetched")


def _receive(jar: LockedJar, scratch_dir: Path) -> Path:
    file = download(jar.coordinate, scratch_dir)
    digest = _sha256(file)
    if digest != jar.sha256:
        raise JarsDiffer(
            f"{jar.coordinate} came from the Maven repository with SHA-256 {digest}, "
            f"deploy/embedded/kafka-jars.lock says {jar.sha256}. Do not run it: fetch again, and "
            "if it still differs find out who changed the mirror."
        )
    return file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _main() -> None:
    parser = argparse.ArgumentParser(description="Fetch Kafka's jars, or regenerate their lock.")
    parser.add_argument("--lock", action="store_true", help="resolve anew and write the lock")
    parser.add_argument("--cache-dir", type=Path, help="where fetched jars are kept")
    arguments = parser.parse_args()
    try:
        if arguments.lock:
            _say(f"{len(write_lock())} jars locked in {LOCK_FILE.name}")
        else:
            _say(f"{len(obtain_jars(_say, cache_dir=arguments.cache_dir))} jars ready")
    except EmbeddedHalt as error:
        sys.exit(str(error))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    _main()
