"""Access tokens by OAuth 2.0 client credentials (RFC 6749, 4.4): signed, short-lived, kept nowhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.web.pact.credentials import Client

LIFE_S = 3600
MAX_TOKEN_CHARS = 200


class InvalidTokenError(Exception):
    """A token that this process did not sign."""


class ExpiredTokenError(Exception):
    """A token whose time is over."""


class Tokens:
    """Signs and checks tokens with a key that lives as long as the process."""

    def __init__(self, now_s: Callable[[], float] = time.time):
        self._now_s = now_s
        self._key = secrets.token_bytes(32)

    def issue(self) -> str:
        """A token for the next `LIFE_S` seconds."""
        said = f"{int(self._now_s()) + LIFE_S}.{secrets.token_urlsafe(16)}"
        return f"{said}.{self._signature(said).decode()}"

    def check(self, token: str) -> None:
        """Raises InvalidTokenError or ExpiredTokenError unless the token holds."""
        said, _, signature = token.rpartition(".")
        if len(token) > MAX_TOKEN_CHARS or not hmac.compare_digest(self._signature(said), signature.encode()):
            raise InvalidTokenError
        if self._now_s() >= int(said.split(".")[0]):
            raise ExpiredTokenError

    def _signature(self, said: str) -> bytes:
        signed = hmac.digest(self._key, said.encode("utf-8", "surrogateescape"), hashlib.sha256)
        return base64.urlsafe_b64encode(signed).rstrip(b"=")


def is_client(client: Client, authorization: str) -> bool:
    """Whether a header `Basic …` carries the client's name and secret; a near miss takes as long as any other."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    name, _, secret = text.partition(":")
    # RFC 6749 has both percent-encoded before they are joined; most clients do not.
    plain = _same(name, client.id) & _same(secret, client.secret)
    encoded = _same(unquote_plus(name), client.id) & _same(unquote_plus(secret), client.secret)
    return plain | encoded


def _same(given: str, wanted: str) -> bool:
    """Equal, compared by digests so that neither length nor a common beginning shows in the time."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, wanted)]
    return hmac.compare_digest(*digests)
