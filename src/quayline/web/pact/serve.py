"""Runs the service until it is stopped, on this machine alone unless it has a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

MAX_CONNECTIONS = 64
MAX_HEAD_BYTES = 32 * 2**10


def server_of(
    app: FastAPI, host: str, port: int, certificate: Path | None = None, key: Path | None = None
) -> uvicorn.Server:
    """A server with bounded connections and heads; TLS with `certificate` and `key`, plain HTTP without."""
    return uvicorn.Server(uvicorn.Config(
        app, host=host, port=port, ssl_certfile=certificate, ssl_keyfile=key, server_header=False, ws="none",
        limit_concurrency=MAX_CONNECTIONS, h11_max_incomplete_event_size=MAX_HEAD_BYTES, http="h11", loop="asyncio",
        timeout_keep_alive=5, timeout_graceful_shutdown=5, log_level="info",
    ))  # fmt: skip
