"""Cameras on the network that the tests start for themselves."""

from __future__ import annotations

import base64
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def rtsp_server(folder: Path) -> Iterator[str]:
    """Serves the files of a folder over RTSP, each once per connection; gives the address to put their name after."""
    port, control = free_port(), free_port()
    program = Path(sys.executable).with_name("rtsp-server")
    command = [str(program), "-d", str(folder), "-H", "127.0.0.1", "-p", str(port), "-cp", str(control)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"rtsp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    pause = threading.Event()
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        pause.wait(0.1)
    raise AssertionError(f"nothing listens on port {port}")


@contextlib.contextmanager
def locked_rtsp_camera() -> Iterator[str]:
    """Answers every RTSP request with 401."""

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := connection.recv(4096).decode(errors="replace"):
                sequence = next((line for line in request.splitlines() if line.startswith("CSeq")), "CSeq: 0")
                head = f'RTSP/1.0 401 Unauthorized\r\n{sequence}\r\nWWW-Authenticate: Basic realm="street"\r\n\r\n'
                connection.sendall(head.encode())

    with socket.create_server(("127.0.0.1", 0)) as server:
        closing = threading.Event()

        def serve() -> None:
            while not closing.is_set():
                with contextlib.suppress(TimeoutError):
                    threading.Thread(target=answer, args=[server.accept()[0]], daemon=True).start()

        server.settimeout(0.1)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        finally:
            closing.set()
            thread.join()


@contextlib.contextmanager
def mjpeg_camera(pictures: Sequence[bytes], login: str | None = None, pause_s: float = 0.02) -> Iterator[str]:
    """Sends JPEG pictures as multipart over HTTP, then ends; asks for a login if given one."""

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            expected = login and f"Basic {base64.b64encode(login.encode()).decode()}"
            if expected and self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="street"')
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            with contextlib.suppress(OSError):
                self._send()

        def _send(self) -> None:
            for picture in pictures:
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")
                self.wfile.flush()
                threading.Event().wait(pause_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/live"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
