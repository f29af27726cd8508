"""A data owner's service and a data recipient that run over real HTTP on this machine, for as long as a test."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from quayline.web.pact.serve import listen, server_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

PATIENCE_S = 20.0


@contextmanager
def serving(app: FastAPI, certificate: Path | None = None, key: Path | None = None) -> Iterator[str]:
    """The address of `app`, served in a thread that has ended when the block has."""
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        server = server_of(app, certificate, key)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            until(lambda: server.started)
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def until(condition: Any) -> None:
    """Waits until `condition()` holds; AssertionError after `PATIENCE_S`."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Recipient:
    """What a data recipient's server saw and how it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[dict[str, Any]] = []
        self.types: list[str] = []
        self.logins: list[str] = []
        self.paths: list[str] = []
        self.failures: list[int] = []  # status codes of the next answers to events
        self.token_endpoint = ""  # named by discovery; '' for none
        self.padding = 0  # bytes beside each token


@contextmanager
def receiving() -> Iterator[Recipient]:
    """A data recipient of the standard library's server."""
    seen = Recipient()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def answer(self, status: int, value: Any = None) -> None:
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            seen.paths.append(self.path)
            if self.path == "/.well-known/openid-configuration" and seen.token_endpoint:
                self.answer(200, {"token_endpoint": seen.token_endpoint})
            else:
                self.answer(404)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            seen.paths.append(self.path)
            if self.path.endswith("token"):
                seen.logins.append(self.headers["Authorization"])
                self.answer(200, {"access_token": "let-me-in", "pad": "x" * seen.padding})
            elif self.headers["Authorization"] != "Bearer let-me-in":
                self.answer(401)
            elif seen.failures:
                self.answer(seen.failures.pop(0))
            else:
                seen.types.append(self.headers["Content-Type"])
                seen.events.append(json.loads(content))
                self.answer(200)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_S)
