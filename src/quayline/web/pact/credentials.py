"""Who may call the service and where answers go: from the environment, or a pair made for this process."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quayline.base.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENT = ("QUAYLINE_PACT_CLIENT_ID", "QUAYLINE_PACT_CLIENT_SECRET")
CALLBACK = ("QUAYLINE_PACT_CALLBACK_URL", "QUAYLINE_PACT_CALLBACK_ID", "QUAYLINE_PACT_CALLBACK_SECRET")
LEAST_SECRET_CHARS = 16


@dataclass(frozen=True)
class Client:
    """The data recipient's name and secret at this service."""

    id: str
    secret: str
    is_new: bool = False


@dataclass(frozen=True)
class Recipient:
    """Where the data recipient takes events, and our name and secret there."""

    url: str
    id: str
    secret: str


def client_of(environment: Mapping[str, str]) -> Client:
    """The pair of the environment, else a new one. Raises RunError for half a pair or a short secret."""
    given = _all_or_none(environment, CLIENT)
    if given is None:
        return Client(f"recipient-{secrets.token_hex(4)}", secrets.token_urlsafe(32), is_new=True)
    name, secret = given
    if len(secret) < LEAST_SECRET_CHARS:
        raise RunError(f"{CLIENT[1]}: expected a secret of at least {LEAST_SECRET_CHARS} characters")
    if ":" in name:
        raise RunError(f"{CLIENT[0]}: expected a name without a colon, got {name!r}")
    return Client(name, secret)


def recipient_of(environment: Mapping[str, str]) -> Recipient | None:
    """Where answers go, or None. Raises RunError for a part of it, or an address that needs no TLS."""
    given = _all_or_none(environment, CALLBACK)
    if given is None:
        return None
    url, name, secret = given
    if not is_safe(url):
        raise RunError(f"{CALLBACK[0]}: expected an address with https (http only on this machine), got {url!r}")
    return Recipient(url.rstrip("/"), name, secret)


def is_safe(url: str) -> bool:
    """Whether secrets may be sent to `url`: over TLS, or to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _all_or_none(environment: Mapping[str, str], names: tuple[str, ...]) -> list[str] | None:
    given = [environment.get(name, "") for name in names]
    if not any(given):
        return None
    if lacking := [name for name, value in zip(names, given, strict=True) if not value]:
        raise RunError(f"expected {', '.join(names)} together; {', '.join(lacking)} is not set")
    return given
