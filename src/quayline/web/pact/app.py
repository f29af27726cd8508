"""The routes of a data owner: token, list, one footprint, events. All that it serves is fixed when it starts."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from quayline.base.pact_file import parse_json
from quayline.web.pact.criteria import criteria
from quayline.web.pact.events import (
    CREATED,
    FULFILLED,
    PUBLISHED,
    REJECTED,
    answer_to,
    new_event,
    read_event,
    requested,
)
from quayline.web.pact.outbox import FullError
from quayline.web.pact.tokens import LIFE_S, ExpiredTokenError, InvalidTokenError, Tokens, is_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from quayline.base.pact import ProductFootprint
    from quayline.web.pact.credentials import Client
    from quayline.web.pact.outbox import Outbox

PAGE = 100
MOST_A_PAGE = 1000
MAX_EVENT_BYTES = 2**20
MAX_FORM_BYTES = 4096
MAX_SEEN = 10_000
_CODES = {400: "BadRequest", 401: "BadRequest", 403: "AccessDenied", 404: "NotFound", 405: "NotImplemented"}
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class PactError(Exception):
    """An answer that is no success: status, code of the specification, words, further headers."""

    def __init__(self, status: int, message: str, code: str = "", **headers: str):
        super().__init__(message)
        self.status, self.message = status, message
        self.code = code or _CODES.get(status, "InternalError")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class OwnerService:
    """What the routes share."""

    def __init__(self, footprints: Sequence[ProductFootprint], client: Client, outbox: Outbox | None, tokens: Tokens):
        self.footprints = list(footprints)
        self.by_id = {str(one.id): one.to_json() for one in footprints}
        self.client, self.outbox, self.tokens = client, outbox, tokens
        self.seen: OrderedDict[bytes, None] = OrderedDict()

    def answer(self, content: bytes, event: dict[str, Any]) -> None:
        """Posts the answer to a request, once: a sender that hears nothing sends the same bytes again."""
        assert self.outbox is not None
        digest = hashlib.sha256(content).digest()
        if digest in self.seen:
            return
        self.outbox.post(event)
        self.seen[digest] = None
        if len(self.seen) > MAX_SEEN:
            self.seen.popitem(last=False)


def pact_app(
    footprints: Sequence[ProductFootprint], client: Client, outbox: Outbox | None = None,
    tokens: Tokens | None = None, announce: bool = False,
) -> FastAPI:  # fmt: skip
    """The service that lists `footprints` to `client` and sends its answers through `outbox`.

    `announce` tells the recipient at the start which footprints there are. Nothing outlives the process.
    """
    service = OwnerService(footprints, client, outbox, tokens or Tokens())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if outbox is not None and announce:
            outbox.post(new_event(PUBLISHED, "//quayline/3/events", {"pfIds": list(service.by_id)}))
        yield
        if outbox is not None:
            await outbox.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    app.add_exception_handler(PactError, _told)
    app.add_exception_handler(HTTPException, _told_by_framework)
    app.add_exception_handler(Exception, _told_nothing)
    _add_tokens(app, service)
    _add_footprints(app, service)
    _add_events(app, service)
    return app


def _add_tokens(app: FastAPI, service: OwnerService) -> None:
    """OAuth 2.0 client credentials, and the discovery of OpenID Connect."""

    @app.get("/.well-known/openid-configuration", dependencies=[Depends(_over_tls)])
    async def discover(request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}"
        return _json({
            "issuer": base, "token_endpoint": f"{base}/auth/token", "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        })  # fmt: skip

    @app.post("/auth/token", dependencies=[Depends(_over_tls)])
    async def token(request: Request) -> Response:
        form = parse_qs((await _body(request, MAX_FORM_BYTES)).decode("latin-1"), max_num_fields=20)
        if not is_client(service.client, request.headers.get("authorization", "")):
            return _json(
                {"error": "invalid_client", "error_description": "The client is not known, or its secret is wrong."},
                401, {"WWW-Authenticate": 'Basic realm="pact"'},
            )  # fmt: skip
        if form.get("grant_type") != ["client_credentials"]:
            kind = "unsupported_grant_type" if "grant_type" in form else "invalid_request"
            return _json({"error": kind, "error_description": "Expected grant_type=client_credentials."}, 400)
        return _json({"access_token": service.tokens.issue(), "token_type": "Bearer", "expires_in": LIFE_S})


def _add_footprints(app: FastAPI, service: OwnerService) -> None:
    """ListFootprints and GetFootprint."""
    guards = [Depends(_over_tls), Depends(_bearer(service.tokens))]

    @app.get("/3/footprints", dependencies=guards)
    @app.get("/3/footprints/", dependencies=guards)
    async def list_footprints(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        limit = _whole(pairs, "limit", PAGE, least=1)
        offset = _whole(pairs, "offset", 0, least=0)
        try:
            wanted = criteria([pair for pair in pairs if pair[0].lower() not in ("limit", "offset")])
        except ValueError as fault:
            raise PactError(400, str(fault)) from fault
        chosen = [str(one.id) for one in service.footprints if wanted.match(one)]
        end = offset + min(limit, MOST_A_PAGE)
        answer = _json({"data": [service.by_id[name] for name in chosen[offset:end]]})
        if end < len(chosen):
            answer.headers["Link"] = _next(request, pairs, limit, end)
        return answer

    @app.get("/3/footprints/{name}", dependencies=guards)
    async def get_footprint(name: str) -> Response:
        found = service.by_id.get(name.lower())
        if found is None:
            raise PactError(404, f"There is no footprint {name[:60]!r}.")
        return _json({"data": found})


def _add_events(app: FastAPI, service: OwnerService) -> None:
    """Requests of the recipient, answered by events of ours; notices of others are taken and end here."""

    @app.post("/3/events", dependencies=[Depends(_over_tls), Depends(_bearer(service.tokens))])
    async def events(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/cloudevents+json":
            raise PactError(400, "Expected the content type application/cloudevents+json.")
        content = await _body(request, MAX_EVENT_BYTES)
        try:
            event = read_event(parse_json(content))
            wanted = requested(event) if event.type == CREATED else None
        except ValueError as fault:
            raise PactError(400, str(fault)) from fault
        if event.type in (FULFILLED, REJECTED):
            raise PactError(400, "This data owner sent no request, so there is none to answer.")
        if wanted is not None:
            if service.outbox is None:
                raise PactError(400, "No address for answers is agreed with this client, so none can be sent.")
            found = [one for one in service.footprints if wanted.match(one)]
            try:
                service.answer(content, answer_to(event, found, f"//{request.url.netloc}/3/events"))
            except FullError as fault:
                raise PactError(503, "Too many answers wait to be sent; try again later.") from fault
        return Response(headers=_HEADERS)


async def _over_tls(request: Request) -> None:
    """Refuses what a proxy in front took over plain HTTP."""
    if request.headers.get("x-forwarded-proto", "https").split(",")[0].strip().lower() != "https":
        raise PactError(403, "Use HTTPS.")


def _bearer(tokens: Tokens) -> Any:
    async def check(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise InvalidTokenError
            tokens.check(token.strip())
        except InvalidTokenError as fault:
            raise PactError(401, "Expected a valid access token.", WWW_Authenticate='Bearer realm="pact"') from fault
        except ExpiredTokenError as fault:
            challenge = 'Bearer realm="pact", error="invalid_token"'
            raise PactError(401, "The access token has expired.", "TokenExpired", WWW_Authenticate=challenge) from fault

    return check


async def _body(request: Request, most: int) -> bytes:
    """The body, read no further than `most` bytes."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise PactError(413, f"Expected at most {most} bytes.", "BadRequest", Connection="close")
    return content


def _whole(pairs: list[tuple[str, str]], name: str, default: int, least: int) -> int:
    values = [value for key, value in pairs if key.lower() == name]
    if not values:
        return default
    is_whole = len(values) == 1 and values[0].isascii() and values[0].isdigit() and len(values[0]) <= 9
    if not is_whole or int(values[0]) < least:
        raise PactError(400, f"{name}: expected one whole number from {least}.")
    return int(values[0])


def _next(request: Request, pairs: list[tuple[str, str]], limit: int, offset: int) -> str:
    """The link to the next page (RFC 8288): absolute, at the host that the recipient called."""
    kept = [pair for pair in pairs if pair[0].lower() not in ("limit", "offset")]
    query = urlencode([*kept, ("limit", limit), ("offset", offset)])
    return f'<{request.url.scheme}://{request.url.netloc}{request.url.path}?{query}>; rel="next"'


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(value, status, {**_HEADERS, **(headers or {})})


async def _told(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, PactError)
    return _json({"code": fault.code, "message": fault.message}, fault.status, fault.headers)


async def _told_by_framework(_: Request, fault: Exception) -> Response:
    """Unknown paths and methods."""
    assert isinstance(fault, HTTPException)
    told = {"code": _CODES.get(fault.status_code, "InternalError"), "message": str(fault.detail)}
    return _json(told, fault.status_code, fault.headers)


async def _told_nothing(_: Request, __: Exception) -> Response:
    """A defect of ours: what it is stands in the log, not in the answer."""
    return _json({"code": "InternalError", "message": "The service failed."}, 500)
