"""Runs the service until it is stopped, with bounded connections, over TLS where there is a certificate."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import uvicorn

from quayline.base.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

MAX_CONNECTIONS = 64
MAX_HEAD_BYTES = 32 * 2**10


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens (port 0: any that is free); RunError where none can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise RunError(f"{host}:{port}: cannot listen there: {fault.strerror or fault}") from fault


def server_of(app: FastAPI, certificate: Path | None = None, key: Path | None = None) -> uvicorn.Server:
    """A server for sockets of `listen`: TLS with `certificate` and `key`, plain HTTP without.

    Raises RunError where the certificate or its key cannot be used.
    """
    config = uvicorn.Config(
        app, ssl_certfile=certificate, ssl_keyfile=key, server_header=False, ws="none", http="h11", loop="asyncio",
        limit_concurrency=MAX_CONNECTIONS, h11_max_incomplete_event_size=MAX_HEAD_BYTES, log_level="info",
        timeout_keep_alive=5, timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        config.load()
    except (ssl.SSLError, OSError) as fault:
        raise RunError(f"{certificate}, {key}: no certificate and key in PEM that fit: {fault}") from fault
    return uvicorn.Server(config)
