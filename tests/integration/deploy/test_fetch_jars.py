"""Fetching jars over HTTP, from a small repository that the test serves on the loopback address."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.embedded.errors import JarsDiffer, JarsUnreachable
from deploy.embedded.jars import LockedJar, obtain_jars
from deploy.embedded.maven import Coordinate

CONTENT = b"a jar, as far as its hash goes"
ALPHA = LockedJar(Coordinate("org.example", "alpha", "1.0"), hashlib.sha256(CONTENT).hexdigest())


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without writing each request to stderr."""

    def log_message(self, format: str, *args: object) -> None:
        return


def silent(_: str) -> None:
    return


def close(server: ThreadingHTTPServer) -> None:
    """End the server, if it still runs: from here on its port refuses connections."""
    server.shutdown()
    server.server_close()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The folder that is served: a Maven repository with one jar."""
    jar = tmp_path / "repository" / "org" / "example" / "alpha" / "1.0" / ALPHA.file_name
    jar.parent.mkdir(parents=True)
    jar.write_bytes(CONTENT)
    return tmp_path / "repository"


@pytest.fixture
def server(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """The repository's server; jgo's own configuration names it as the only one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(repository)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    config = tmp_path / "jgo.conf"
    config.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    yield server
    close(server)
    thread.join()


def test_a_jar_is_fetched_once_and_then_needs_no_network(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    cache, said = tmp_path / "cache", list[str]()
    first = obtain_jars(said.append, cache_dir=cache, locked=(ALPHA,))
    assert [path.read_bytes() for path in first] == [CONTENT]
    assert any("fetching 1 jars" in text for text in said)
    close(server)
    said.clear()
    assert obtain_jars(said.append, cache_dir=cache, locked=(ALPHA,)) == first
    assert said == []


@pytest.mark.usefixtures("server")
def test_a_jar_of_other_content_is_refused_and_not_kept(repository: Path, tmp_path: Path) -> None:
    next(repository.rglob("*.jar")).write_bytes(b"tampered with")
    with pytest.raises(JarsDiffer, match=r"org\.example:alpha:1\.0"):
        obtain_jars(silent, cache_dir=tmp_path / "cache", locked=(ALPHA,))
    assert list((tmp_path / "cache").rglob("*.jar")) == []


@pytest.mark.usefixtures("server")
def test_a_jar_that_no_repository_has_is_named_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    absent = LockedJar(Coordinate("org.example", "absent", "2.0"), ALPHA.sha256)
    with pytest.raises(JarsUnreachable, match=r"org\.example:absent:2\.0.*CONSTAT_KAFKA_BOOTSTRAP"):
        obtain_jars(silent, cache_dir=tmp_path / "cache", locked=(absent,))


def test_a_repository_that_does_not_answer_is_the_same_typed_error(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    close(server)
    with pytest.raises(JarsUnreachable, match="a folder"):
        obtain_jars(silent, cache_dir=tmp_path / "cache", locked=(ALPHA,))
