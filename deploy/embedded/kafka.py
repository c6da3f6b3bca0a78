"""A single-node Apache Kafka (KRaft) as a child process of this one.

What it acknowledges is in files of its data folder: killed and started again on the same folder,
it still has it. It listens on the loopback address, in plain text, and is for one machine only.

`EmbeddedKafka` is tethered (see `tether`): it dies with the thread that started it. Start it from
the main thread, or from one that lives as long as the broker should.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.embedded.broker_files import log4j2_properties, server_properties
from deploy.embedded.child import kill_group, last_lines, spawn
from deploy.embedded.errors import BrokerFailed
from deploy.embedded.jars import KAFKA_VERSION, obtain_jars
from deploy.embedded.java import find_java

# Kafka keeps a data folder from joining another cluster by its id; a lone node has no other.
# 16 bytes in URL-safe base64: "constat-embedded".
_CLUSTER_ID = "Y29uc3RhdC1lbWJlZGRlZA"
_LAST_LINES = 20
_POLL_S = 0.1
_METADATA_TIMEOUT_S = 2.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KafkaOptions:
    """How the embedded broker runs. The defaults suit a demo and the tests.

    Attributes:
        port, controller_port: On 127.0.0.1; 0 takes a free one at the first start.
        java: The `java` executable to use; found when absent (see `java`).
        libs_dir: A folder of the user's own jars; fetched ones are used when absent.
        cache_dir: Where fetched jars are kept; a folder of the user's cache when absent.
        heap_mb: The JVM's heap, in MiB.
        start_timeout_s: How long the broker may take to answer a metadata request.
        stop_timeout_s: How long it may take to end after SIGTERM, before SIGKILL.
    """

    port: int = 0
    controller_port: int = 0
    java: Path | None = None
    libs_dir: Path | None = None
    cache_dir: Path | None = None
    heap_mb: int = 512
    start_timeout_s: float = 90.0
    stop_timeout_s: float = 15.0


class EmbeddedKafka:
    """The broker's life: `start`, then `bootstrap` for clients, then `stop`.

    Also a context manager that starts on entry, without showing progress, unless it is started
    already.
    """

    def __init__(self, data_dir: Path, options: KafkaOptions | None = None) -> None:
        """Nothing is started or written yet.

        Args:
            data_dir: Everything the broker writes, logs included. One broker at a time.
            options: See `KafkaOptions`.
        """
        self._data_dir = data_dir.absolute()
        self._options = options or KafkaOptions()
        self._port = self._options.port
        self._controller_port = self._options.controller_port
        self._process: psutil.Popen | None = None

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:PORT`, for clients. The port is 0 until the first start chooses one."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id; None when it is not running."""
        return self._process.pid if self._process is not None and self.is_alive() else None

    @property
    def log_path(self) -> Path:
        """The broker's own log, at WARN."""
        return self._data_dir / "broker.log"

    def start(self, progress: Progress = lambda _: None) -> None:
        """Fetch what is missing, format a fresh folder, start, and wait until it answers.

        Does nothing when the broker is alive. After a stop or a death it starts again, on the
        same port and with the same data.

        Args:
            progress: Told, in a few words, what is being done.

        Raises:
            JarsUnreachable, JarsDiffer, JavaMissing: see `jars` and `java`.
            BrokerFailed: it died or stayed silent; carries the last lines of its log.
        """
        if self.is_alive():
            return
        command = self._prepare(progress)
        progress(f"starting Apache Kafka {KAFKA_VERSION} on {self.bootstrap}")
        self._process = spawn(command, self._output_path)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        progress(f"Apache Kafka answers on {self.bootstrap}")

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after the time-out. Does nothing when it is not running."""
        if self._process is None or not self.is_alive():
            self._process = None
            return
        self._process.terminate()
        try:
            self._process.wait(self._options.stop_timeout_s)
        except psutil.TimeoutExpired:
            kill_group(self._process.pid)
            self._process.wait()
        self._process = None

    def is_alive(self) -> bool:
        """Whether the broker's process is running."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _output_path(self) -> Path:
        """What the JVM itself prints: mostly why it did not start."""
        return self._data_dir / "broker.out"

    def _prepare(self, progress: Progress) -> list[str]:
        """Write the configuration, format the storage once; the broker's command line."""
        java = find_java(self._options.java)
        jars = obtain_jars(progress, libs_dir=self._options.libs_dir, cache_dir=self._options.cache_dir)
        class_path = os.pathsep.join(map(str, jars))
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._choose_ports()
        properties, log4j2 = self._write_configuration()
        if not (self._data_dir / "logs" / "meta.properties").exists():
            progress("formatting Kafka's storage")
            self._format([str(java), "-XX:TieredStopAtLevel=1", "-cp", class_path], properties)
        return [
            str(java),
            f"-Xmx{self._options.heap_mb}m",
            f"-Dlog4j2.configurationFile={log4j2.as_uri()}",
            *("-cp", class_path, "kafka.Kafka", str(properties)),
        ]

    def _choose_ports(self) -> None:
        # Both are held while choosing, so that they differ.
        with ExitStack() as held:
            self._port = self._port or _free_port(held)
            self._controller_port = self._controller_port or _free_port(held)

    def _write_configuration(self) -> tuple[Path, Path]:
        properties = self._data_dir / "server.properties"
        log_dir = self._data_dir / "logs"
        properties.write_text(server_properties(log_dir, self._port, self._controller_port))
        log4j2 = self._data_dir / "log4j2.properties"
        log4j2.write_text(log4j2_properties(self.log_path))
        return properties, log4j2

    def _format(self, java: list[str], properties: Path) -> None:
        tool = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)]
        try:
            answer = subprocess.run(
                [*java, *tool, "--ignore-formatted"],
                capture_output=True,
                text=True,
                timeout=self._options.start_timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BrokerFailed(f"formatting {self._data_dir} did not end in time") from error
        if answer.returncode != 0:
            raise BrokerFailed(
                f"Kafka cannot format its storage in {self._data_dir}; check that the folder can "
                f"be written and has room. It says:\n{(answer.stdout + answer.stderr).strip()}"
            )

    def _wait_until_it_answers(self) -> None:
        deadline_s = time.monotonic() + self._options.start_timeout_s
        while not (self._accepts() and self._answers()):
            if not self.is_alive():
                raise self._failed("ended while it was starting")
            if time.monotonic() > deadline_s:
                raise self._failed(f"did not answer within {self._options.start_timeout_s:.0f} s")
            time.sleep(_POLL_S)

    def _accepts(self) -> bool:
        # Spares librdkafka's client its refused connections, and the user their error lines.
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=_POLL_S).close()
        except OSError:
            return False
        return True

    def _answers(self) -> bool:
        admin = AdminClient({"bootstrap.servers": self.bootstrap}, logger=logging.getLogger(__name__))
        try:
            return bool(admin.list_topics(timeout=_METADATA_TIMEOUT_S).brokers)
        except KafkaException:
            return False

    def _failed(self, what: str) -> BrokerFailed:
        said = [last_lines(path, _LAST_LINES) for path in (self.log_path, self._output_path)]
        return BrokerFailed(
            f"the embedded Kafka {what} (folder {self._data_dir}, {self.bootstrap}). The last "
            "lines of broker.log and broker.out:\n" + "\n".join(filter(None, said))
        )


def _free_port(held: ExitStack) -> int:
    listener = held.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    return port
