"""What the service does beyond the conformance cases: hostile input, expiry, callbacks that fail, credentials."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.pact.running import Recipient, receiving, serving, until
from tests.pact.test_conformance import CLIENT as PAIR
from tests.pact.test_conformance import CLOUD, event, made, post

from quayline.base.errors import RunError
from quayline.web.pact.app import MAX_EVENT_BYTES, pact_app
from quayline.web.pact.credentials import CALLBACK, CLIENT, client_of, is_safe, recipient_of
from quayline.web.pact.credentials import Client as Pair
from quayline.web.pact.credentials import Recipient as Address
from quayline.web.pact.outbox import Outbox
from quayline.web.pact.serve import listen, server_of
from quayline.web.pact.tokens import LIFE_S, ExpiredTokenError, InvalidTokenError, Tokens, is_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    """A clock that a test moves."""

    now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def base(clock: Clock) -> Iterator[str]:
    """A service without an address for answers."""
    with serving(pact_app(made(), PAIR, tokens=Tokens(clock))) as url:
        yield url


@pytest.fixture
def http(base: str) -> Iterator[httpx.Client]:
    """A client with a valid token."""
    with httpx.Client(base_url=base) as client:
        token = client.post("/auth/token", data={"grant_type": "client_credentials"}, auth=(PAIR.id, PAIR.secret))
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield client


def test_a_token_ends(http: httpx.Client, clock: Clock) -> None:
    clock.now_s += LIFE_S - 1
    assert http.get("/3/footprints").status_code == 200
    clock.now_s += 2
    answer = http.get("/3/footprints")
    assert (answer.status_code, answer.json()["code"]) == (401, "TokenExpired")


def test_tokens_cannot_be_made_or_stretched() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue()
    tokens.check(token)
    until_s, nonce, signature = token.split(".")
    for wrong in ("", ".", "a.b.c", f"{int(until_s) + 1}.{nonce}.{signature}", token[:-1], f"{token}=", f"{token}é",
                  Tokens(clock).issue(), "9" * 10_000, f"{until_s}.{nonce}."):  # fmt: skip
        with pytest.raises(InvalidTokenError):
            tokens.check(wrong)
    clock.now_s += LIFE_S
    with pytest.raises(ExpiredTokenError):
        tokens.check(token)


@pytest.mark.parametrize(("header", "is_right"), [
    ("Basic bmFtZTpwYXNzIHdvcmQ=", True),  # name:pass word
    ("basic bmFtZTpwYXNzIHdvcmQ=", True), ("Basic bmFtZTpwYXNzJTIwd29yZA==", True),  # percent-encoded, RFC 6749
    ("Basic bmFtZTpwYXNzIHdvcmR4", False), ("Basic bmFtZQ==", False), ("Basic !!!", False), ("Basic //8=", False),
    ("Bearer bmFtZTpwYXNzIHdvcmQ=", False), ("", False), ("Basic", False),
])  # fmt: skip
def test_client_credentials(header: str, is_right: bool) -> None:
    assert is_client(Pair("name", "pass word"), header) is is_right


@pytest.mark.parametrize(("form", "status", "error"), [
    ("", 400, "invalid_request"), ("grant_type=password", 400, "unsupported_grant_type"),
    ("grant_type=client_credentials&grant_type=client_credentials", 400, "unsupported_grant_type"),
])  # fmt: skip
def test_other_grants_are_refused(base: str, form: str, status: int, error: str) -> None:
    answer = httpx.post(f"{base}/auth/token", content=form, auth=(PAIR.id, PAIR.secret))
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_form_without_end_is_refused(base: str) -> None:
    answer = httpx.post(f"{base}/auth/token", content=b"a" * 5000, auth=(PAIR.id, PAIR.secret))
    assert answer.status_code == 413


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"null", b"\xff", b'{"a":' * 90_000, b'{"type": "a", "type": "b"}',
    json.dumps(event("PublishedEvent", {})).encode(), json.dumps(event("PublishedEvent", {"pfIds": [1]})).encode(),
    json.dumps(event("PublishedEvent", {"pfIds": ["a"]}, specversion="0.3")).encode(),
    json.dumps(event("PublishedEvent", {"pfIds": ["a"]}, time="now")).encode(),
    json.dumps(event("PublishedEvent", {"pfIds": ["a"]}, id="")).encode(),
    json.dumps(event("UnknownEvent", {})).encode(),
    json.dumps(event("RequestCreatedEvent", {})).encode(),
    json.dumps(event("RequestCreatedEvent", {"a": "b"})).encode(),
    json.dumps(event("RequestCreatedEvent", {"productId": [1]})).encode(),
    json.dumps(event("RequestFulfilledEvent", {"requestEventId": "a", "pfs": []})).encode(),
    json.dumps(event("RequestRejectedEvent", {"requestEventId": "a", "error": {}})).encode(),
])  # fmt: skip
def test_wrong_events_are_refused(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/3/events", content=content, headers=CLOUD)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")


def test_events_of_another_type_or_without_end(http: httpx.Client) -> None:
    sent = json.dumps(event("PublishedEvent", {"pfIds": ["a"]}))
    assert http.post("/3/events", content=sent, headers={"Content-Type": "application/json"}).status_code == 400
    assert http.post("/3/events", content=b" " * (MAX_EVENT_BYTES + 1), headers=CLOUD).status_code == 413


def test_a_request_that_cannot_be_answered_is_refused_at_once(http: httpx.Client) -> None:
    answer = post(http, event("RequestCreatedEvent", {"productId": ["urn:x:car-a"]}))
    assert answer.status_code == 400
    assert "No address for answers" in answer.json()["message"]


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/", 404), ("GET", "/docs", 404), ("GET", "/openapi.json", 404), ("GET", "/2/footprints", 404),
    ("GET", "/3/footprints/a/b", 404), ("GET", "/3/events/", 404),
    ("DELETE", "/3/footprints", 405), ("GET", "/3/events", 405), ("GET", "/auth/token", 405),
])  # fmt: skip
def test_other_paths_and_methods(http: httpx.Client, method: str, path: str, status: int) -> None:
    answer = http.request(method, path, follow_redirects=True)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


def owner_with(recipient: Recipient, give_up_s: float = 60.0, announce: bool = False) -> Any:
    """The service with an address for answers, tried again soon."""
    outbox = Outbox(Address(recipient.url, "owner", "owners-secret"), first_pause_s=0.02, give_up_s=give_up_s)
    return serving(pact_app(made(), PAIR, outbox, announce=announce))


def test_the_recipient_is_told_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    with receiving() as recipient, owner_with(recipient, announce=True):
        until(lambda: recipient.events)
        assert recipient.events[0]["type"] == "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"
        assert recipient.events[0]["data"]["pfIds"] == [str(one.id) for one in made()]
        assert recipient.logins == ["Basic b3duZXI6b3duZXJzLXNlY3JldA=="]
        assert recipient.paths == ["/.well-known/openid-configuration", "/auth/token", "/3/events"]


def test_it_is_told_again_when_it_fails() -> None:
    with receiving() as recipient:
        recipient.failures += [500, 503, 429]
        recipient.token_endpoint = f"{recipient.url}/other/token"
        with owner_with(recipient, announce=True):
            until(lambda: recipient.events)
        assert recipient.failures == []
        assert len(recipient.logins) == 4
        assert "/other/token" in recipient.paths


@pytest.mark.parametrize(("failures", "give_up_s", "words"), [
    ([400], 60.0, "the recipient answers 400"), ([500] * 9, 0.05, "given up"),
])  # fmt: skip
def test_it_is_left_in_peace(failures: list[int], give_up_s: float, words: str, caplog: Any) -> None:
    with receiving() as recipient, caplog.at_level(logging.INFO, "quayline.web.pact.outbox"):
        recipient.failures += failures
        with owner_with(recipient, give_up_s, announce=True):
            until(lambda: words in caplog.text)
        assert recipient.events == []


@pytest.mark.parametrize(("endpoint", "padding", "words"), [
    ("http://elsewhere.example/token", 0, "is not safe"), ("", 70_000, "more than"),
])  # fmt: skip
def test_a_recipient_that_misbehaves(endpoint: str, padding: int, words: str, caplog: Any) -> None:
    with receiving() as recipient, caplog.at_level(logging.INFO, "quayline.web.pact.outbox"):
        recipient.token_endpoint, recipient.padding = endpoint, padding
        with owner_with(recipient, 0.05, announce=True):
            until(lambda: words in caplog.text)
        assert recipient.events == []


def test_when_too_many_wait_the_sender_is_told_so_and_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quayline.web.pact.outbox.MAX_PENDING", 1)
    with receiving() as recipient:
        recipient.failures += [500] * 1000
        with owner_with(recipient) as url, httpx.Client(base_url=url) as client:
            form = {"grant_type": "client_credentials"}
            token = client.post("/auth/token", data=form, auth=(PAIR.id, PAIR.secret)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            first, second = (event("RequestCreatedEvent", {"productId": [f"urn:x:car-{k}"]}) for k in "ab")
            assert post(client, first).status_code == 200
            assert [post(client, second).status_code for _ in range(2)] == [503, 503]
            recipient.failures.clear()
            until(lambda: recipient.events)
            until(lambda: post(client, second).status_code == 200)
            until(lambda: len(recipient.events) == 2)
            assert [e["data"]["pfs"][0]["productIds"][0] for e in recipient.events] == ["urn:x:car-a", "urn:x:car-b"]


def test_a_port_that_is_taken_and_a_file_that_is_no_certificate(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(RunError, match="cannot listen there"):
        listen("127.0.0.1", taken.getsockname()[1])
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(RunError, match="no certificate and key"):
        server_of(pact_app(made(), PAIR), tmp_path / "none.pem", tmp_path / "none.pem")


def test_secrets_come_from_the_environment() -> None:
    assert client_of({CLIENT[0]: "a", CLIENT[1]: "b" * 16}) == Pair("a", "b" * 16)
    one, other = client_of({}), client_of({})
    assert one.is_new
    assert len(one.secret) >= 32
    assert one.secret != other.secret
    assert recipient_of({}) is None
    told = dict(zip(CALLBACK, ("https://a.example/pact/", "b", "c"), strict=True))
    assert recipient_of(told) == Address("https://a.example/pact", "b", "c")


@pytest.mark.parametrize(("environment", "words"), [
    ({CLIENT[0]: "a"}, f"{CLIENT[1]} is not set"), ({CLIENT[0]: "a", CLIENT[1]: "short"}, "at least 16"),
    ({CLIENT[0]: "a:b", CLIENT[1]: "b" * 16}, "without a colon"),
    ({CALLBACK[0]: "https://a.example"}, "together"),
    (dict(zip(CALLBACK, ("http://a.example", "b", "c"), strict=True)), "https"),
])  # fmt: skip
def test_half_a_pair_or_a_weak_secret_is_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(RunError, match=words):
        (client_of(environment), recipient_of(environment))


@pytest.mark.parametrize(("url", "safe"), [
    ("https://a.example", True), ("http://127.0.0.1:8080", True), ("http://localhost", True), ("http://[::1]:1", True),
    ("http://a.example", False), ("http://127.0.0.1.example", False), ("ftp://127.0.0.1", False), ("//a", False),
    ("https://", False), ("http://127.0.0.1:x", False),
])  # fmt: skip
def test_where_secrets_may_go(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


def test_serving_beyond_this_machine_needs_a_certificate(quayline: Any, tmp_path: Any) -> None:
    answer = quayline("pact", "serve", tmp_path, "--host", "0.0.0.0")
    assert answer.code == 2
    assert "needs --tls-certificate" in answer.err
