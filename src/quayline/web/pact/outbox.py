"""Events to the data recipient: sent in the background, again with growing pauses, given up after three days."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import httpx

from quayline.web.pact.credentials import is_safe

if TYPE_CHECKING:
    from quayline.web.pact.credentials import Recipient

MAX_PENDING = 1000
MAX_ANSWER_BYTES = 64 * 2**10
LONGEST_PAUSE_S = 3600.0
GIVE_UP_S = 72 * 3600.0
TIMEOUT_S = 15.0
_WORTH_ANOTHER_TRY = frozenset({401, 408, 425, 429})

log = logging.getLogger(__name__)


class FullError(Exception):
    """Too many events wait for the recipient."""


class RefusedError(Exception):
    """The recipient does not take the event and will not take it later."""


class Outbox:
    """Sends events to one recipient. What is not sent when the process ends is lost."""

    def __init__(self, recipient: Recipient, first_pause_s: float = 1.0, give_up_s: float = GIVE_UP_S):
        self._recipient = recipient
        self._first_pause_s, self._give_up_s = first_pause_s, give_up_s
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, event: dict[str, Any]) -> None:
        """Send `event` as soon as the recipient takes it; raises FullError when too many wait."""
        if len(self._tasks) >= MAX_PENDING:
            raise FullError
        task = asyncio.get_running_loop().create_task(self._deliver(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stops sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, event: dict[str, Any]) -> None:
        """By exponential backoff, as the specification asks for."""
        pause_s, waited_s = self._first_pause_s, 0.0
        while True:
            try:
                async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
                    await self._send(client, event)
                log.info("sent %s %s", event["type"], event["id"])
                return
            except RefusedError as fault:
                log.warning("%s %s: %s", event["type"], event["id"], fault)
                return
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
                if waited_s + pause_s > self._give_up_s:
                    log.warning("%s %s given up: %r", event["type"], event["id"], fault)
                    return
                log.info("%s %s not sent, again in %.0f s: %r", event["type"], event["id"], pause_s, fault)
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _send(self, client: httpx.AsyncClient, event: dict[str, Any]) -> None:
        status, _ = await _ask(
            client, "POST", f"{self._recipient.url}/3/events",
            content=json.dumps(event).encode(),
            headers={
                "Authorization": f"Bearer {await self._token(client)}",
                "Content-Type": "application/cloudevents+json; charset=UTF-8",
            },
        )  # fmt: skip
        if 400 <= status < 500 and status not in _WORTH_ANOTHER_TRY:
            raise RefusedError(f"the recipient answers {status}")
        if not 200 <= status < 300:
            raise ValueError(f"the recipient answers {status}")

    async def _token(self, client: httpx.AsyncClient) -> str:
        """An access token, from the endpoint that the recipient names by OpenID Connect, else from `/auth/token`."""
        url = f"{self._recipient.url}/auth/token"
        status, found = await _ask(client, "GET", f"{self._recipient.url}/.well-known/openid-configuration")
        if status == 200 and isinstance(found, dict) and isinstance(found.get("token_endpoint"), str):
            url = found["token_endpoint"]
            if not is_safe(url):
                raise RefusedError(f"the recipient's token endpoint {url!r} is not safe")
        status, found = await _ask(
            client, "POST", url, data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(self._recipient.id, self._recipient.secret),
        )  # fmt: skip
        if status != 200 or not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise ValueError(f"the recipient gives no token (status {status})")
        token: str = found["access_token"]
        return token


async def _ask(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> tuple[int, Any]:
    """Status and JSON of an answer (None where it is none); ValueError for one beyond `MAX_ANSWER_BYTES`."""
    auth = options.pop("auth", None)
    request = client.build_request(method, url, **options)
    answer = await client.send(request, auth=auth, stream=True)
    content = b""
    try:
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > MAX_ANSWER_BYTES:
                raise ValueError(f"the recipient answers with more than {MAX_ANSWER_BYTES} bytes")
    finally:
        await answer.aclose()
    try:
        return answer.status_code, json.loads(content)
    except (ValueError, RecursionError):
        return answer.status_code, None
