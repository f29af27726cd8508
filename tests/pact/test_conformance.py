"""The public conformance cases of PACT v3 for a data owner, by their numbers, over real HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.pact.required import CARBON, PRODUCT, footprint
from tests.pact.running import Recipient, receiving, serving, until

from quayline.base.pact_file import read_footprints
from quayline.web.pact.app import pact_app
from quayline.web.pact.credentials import Client
from quayline.web.pact.credentials import Recipient as Address
from quayline.web.pact.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quayline.base.pact import ProductFootprint

CLIENT = Client("recipient", "a-secret-of-the-test")
CLOUD = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
CLASS = "urn:pact:productclassification:un-cpc:49113"


def made() -> list[ProductFootprint]:
    """Five footprints of two companies, in three places and two statuses."""
    rows = (
        ("car-a", "one", {"geographyCountry": "KR"}, "Active"), ("car-b", "one", {"geographyCountry": "CN"}, "Active"),
        ("car-c", "one", {"geographyCountrySubdivision": "KR-26"}, "Active"), ("car-d", "two", {}, "Active"),
        ("car-e", "two", {"geographyRegionOrSubregion": "Eastern Asia"}, "Deprecated"),
    )  # fmt: skip
    texts = []
    for k, (product, company, place, status) in enumerate(rows):
        one = footprint(
            id=f"00000000-0000-4000-8000-00000000000{k}", productIds=[f"urn:x:{product}"], status=status,
            companyIds=[f"urn:y:{company}"], **place,
        )  # fmt: skip
        if product == "car-b":
            one |= {"productClassifications": [CLASS], "validityPeriodStart": "2030-01-01T00:00:00Z",
                    "validityPeriodEnd": "2031-01-01T00:00:00Z"}  # fmt: skip
        texts.append(one)
    return list(read_footprints(json.dumps({"data": texts}).encode()).footprints.values())


@pytest.fixture(scope="module")
def recipient() -> Iterator[Recipient]:
    """The data recipient that takes the callbacks."""
    with receiving() as seen:
        yield seen


@pytest.fixture(scope="module")
def base(recipient: Recipient) -> Iterator[str]:
    """The address of the service."""
    outbox = Outbox(Address(recipient.url, "owner", "secret-of-the-owner"), first_pause_s=0.02)
    with serving(pact_app(made(), CLIENT, outbox)) as url:
        yield url


@pytest.fixture(scope="module")
def http(base: str) -> Iterator[httpx.Client]:
    """A client with a valid token."""
    with httpx.Client(base_url=base) as client:
        token = client.post("/auth/token", data={"grant_type": "client_credentials"}, auth=(CLIENT.id, CLIENT.secret))
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield client


def listed(http: httpx.Client, query: str = "") -> list[str]:
    """Products that a list shows, by the ends of their URNs; all pages."""
    names, url = [], f"/3/footprints{query}"
    while url:
        answer = http.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        names += [one["productIds"][0].removeprefix("urn:x:") for one in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")
    return names


def event(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A CloudEvent of the recipient."""
    return {
        "type": f"org.wbcsd.pact.ProductFootprint.{kind}.3", "specversion": "1.0", "id": "test-run-id-12345",
        "source": "https://webhook.example.com", "time": "2026-05-19T10:30:00Z", "data": data,
    } | changes  # fmt: skip


def post(http: httpx.Client, value: Any, **headers: str) -> httpx.Response:
    """The answer to an event."""
    return http.post("/3/events", content=json.dumps(value), headers=CLOUD | headers)


def token_of(base: str, secret: str, path: str = "/auth/token", verify: Any = True) -> httpx.Response:
    """The answer to the client credentials."""
    url = path if path.startswith("http") else base + path
    return httpx.post(url, data={"grant_type": "client_credentials"}, auth=(CLIENT.id, secret), verify=verify)


def test_case_1_token_with_valid_credentials(base: str) -> None:
    answer = token_of(base, CLIENT.secret)
    assert answer.status_code == 200
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    assert answer.json()["access_token"]
    assert answer.headers["cache-control"] == "no-store"


def test_case_2_no_token_with_invalid_credentials(base: str) -> None:
    answer = token_of(base, "wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "access_token" not in answer.json()


def test_case_3_one_footprint(http: httpx.Client) -> None:
    answer = http.get("/3/footprints/00000000-0000-4000-8000-000000000000")
    assert answer.status_code == 200
    found = answer.json()["data"]
    assert set(PRODUCT) <= set(found)
    assert set(CARBON) <= set(found["pcf"])
    assert read_footprints(answer.content).faults == []


def test_case_4_all_footprints(http: httpx.Client) -> None:
    assert listed(http) == ["car-a", "car-b", "car-c", "car-d", "car-e"]


def test_case_5_pages(http: httpx.Client, base: str) -> None:
    first = http.get("/3/footprints?limit=2&status=active")
    assert len(first.json()["data"]) == 2
    link = first.links["next"]["url"]
    assert link == f"{base}/3/footprints?status=active&limit=2&offset=2"
    second, again = http.get(link), http.get(link)
    assert second.status_code == 200
    assert second.json() == again.json()
    assert "link" not in second.headers
    assert listed(http, "?limit=1") == listed(http)
    assert http.get("/3/footprints?offset=2").json()["data"][0]["productIds"] == ["urn:x:car-c"]
    assert http.get("/3/footprints?offset=99").json() == {"data": []}
    assert http.get("/3/footprints?limit=0").status_code == 400  # a page of nothing would have itself as the next


@pytest.mark.parametrize("authorization", ["Bearer invalid-access-token", "Bearer", "Basic x", "", "Bearer a.b.c"])
@pytest.mark.parametrize("path", ["/3/footprints", "/3/footprints/00000000-0000-4000-8000-000000000000"])
def test_cases_6_and_7_invalid_token(http: httpx.Client, path: str, authorization: str) -> None:
    answer = http.get(path, headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message"}
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["non-existent-id", "00000000-0000-4000-8000-000000000009", "..%2f..%2fetc", "%00"])
def test_case_8_no_such_footprint(http: httpx.Client, name: str) -> None:
    answer = http.get(f"/3/footprints/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: Any) -> tuple[Path, Path]:
    """A certificate for this machine that the test makes itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on PATH to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(chain), "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


def test_cases_9_10_11_17_nothing_over_plain_http(certificate: tuple[Path, Path]) -> None:
    import ssl

    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    with serving(pact_app(made(), CLIENT), *certificate) as url:
        answer = token_of(url, CLIENT.secret, verify=trusted)
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert len(httpx.get(f"{url}/3/footprints", headers=bearer, verify=trusted).json()["data"]) == 5
        plain = url.replace("https", "http")
        with pytest.raises(httpx.HTTPError):
            token_of(plain, CLIENT.secret)
        for path in ("", "/00000000-0000-4000-8000-000000000000"):
            with pytest.raises(httpx.HTTPError):
                httpx.get(f"{plain}/3/footprints{path}", headers=bearer)
        with pytest.raises(httpx.HTTPError):
            httpx.post(f"{plain}/3/events", headers=bearer | CLOUD, content=b"{}")


def test_cases_9_10_11_17_nothing_that_a_proxy_took_over_plain_http(http: httpx.Client, base: str) -> None:
    plain = {"X-Forwarded-Proto": "http"}
    answers = [
        httpx.post(f"{base}/auth/token", data={"grant_type": "client_credentials"}, headers=plain,
                   auth=(CLIENT.id, CLIENT.secret)),
        http.get("/3/footprints", headers=plain),
        http.get("/3/footprints/00000000-0000-4000-8000-000000000000", headers=plain),
        post(http, event("PublishedEvent", {"pfIds": ["urn:gtin:4712345060507"]}), **plain),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 403
        assert set(answer.json()) == {"code", "message"}
    behind = http.get("/3/footprints?limit=1", headers={"X-Forwarded-Proto": "https"})
    assert behind.links["next"]["url"].startswith("https://")


def test_cases_12_and_13_a_request_is_fulfilled(http: httpx.Client, recipient: Recipient, base: str) -> None:
    recipient.events.clear()
    sent = event("RequestCreatedEvent", {"productId": ["urn:x:car-a"], "comment": "Please send PCF data."})
    answer = post(http, sent)
    assert (answer.status_code, answer.content) == (200, b"")
    until(lambda: recipient.events)
    (got,) = recipient.events
    assert got["type"] == "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"
    assert (got["specversion"], got["data"]["requestEventId"]) == ("1.0", "test-run-id-12345")
    assert got["source"] == f"//{base.removeprefix('http://')}/3/events"
    assert [one["productIds"] for one in got["data"]["pfs"]] == [["urn:x:car-a"]]
    assert read_footprints(json.dumps(got).encode()).faults == []
    assert recipient.types[-1] == "application/cloudevents+json; charset=UTF-8"
    assert got["id"] != sent["id"]
    assert post(http, sent).status_code == 200  # heard no answer, sent again: not answered twice
    post(http, event("RequestCreatedEvent", {"productId": ["urn:x:car-b"]}))
    until(lambda: len(recipient.events) > 1)
    assert [e["data"]["pfs"][0]["productIds"] for e in recipient.events[1:]] == [["urn:x:car-b"]]


def test_case_14_a_request_is_rejected(http: httpx.Client, recipient: Recipient) -> None:
    recipient.events.clear()
    assert post(http, event("RequestCreatedEvent", {"productId": ["urn:null"]})).status_code == 200
    until(lambda: recipient.events)
    (got,) = recipient.events
    assert got["type"] == "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"
    assert got["data"]["requestEventId"] == "test-run-id-12345"
    assert got["data"]["error"]["code"] == "NotFound"


def test_case_15_notices_are_taken(http: httpx.Client) -> None:
    answer = post(http, event("PublishedEvent", {"pfIds": ["urn:gtin:4712345060507"]}))
    assert (answer.status_code, answer.content) == (200, b"")


def test_case_16_events_with_an_invalid_token(http: httpx.Client) -> None:
    sent = event("PublishedEvent", {"pfIds": ["urn:gtin:4712345060507"]})
    assert post(http, sent, Authorization="Bearer invalid-access-token").status_code == 401


def test_cases_18_and_19_openid_connect(base: str) -> None:
    endpoint = httpx.get(f"{base}/.well-known/openid-configuration").json()["token_endpoint"]
    assert token_of(base, CLIENT.secret, endpoint).json()["access_token"]
    assert token_of(base, "wrong", endpoint).status_code == 401


@pytest.mark.parametrize(("query", "names"), [
    ("productId=URN:x:CAR-a", "a"),  # 20
    ("companyId=urn:y:one", "abc"),  # 21
    ("geography=KR", "ac"), ("geography=kr-26", "c"), ("geography=Eastern%20Asia", "e"),  # 22
    (f"classification={CLASS}", "b"),  # 23
    ("validOn=2026-01-15T10:15:30Z", "acde"), ("validOn=2030-06-01T00:00Z", "b"),  # 24
    ("validAfter=2029-12-31T00:00:00Z", "b"), ("validAfter=2029-12-31T02:00:00%2B02:00", "b"),  # 25
    ("validBefore=2029-06-01T00:00:00Z", "acde"), ("validBefore=2029-01-01T01:00:00+02:00", ""),  # 26
    ("status=Active", "abcd"), ("status=deprecated", "e"),  # 27
    ("status=Active&productId=urn:x:car-a", "a"), ("status=Active&productId=urn:x:car-e", ""),  # 28
    ("companyId=urn:y:one&companyId=urn:y:two&companyId=urn:y:another", "abcde"),  # 29
    ("productId=urn:x:car-a&productid=urn:x:car-d&geography=KR&geography=CN", "a"),
    ("productId=urn:bogus:product:nonexistent123", ""),  # 30
    ("companyId=urn:bogus:company:nonexistent456", ""),  # 31
    ("geography=XX", ""),  # 32
    ("classification=urn:bogus:classification:nonexistent789", ""),  # 33
    ("validOn=1900-01-01T00:00:00Z", ""),  # 34
    ("validAfter=2099-12-31T23:59:59Z", ""),  # 35
    ("validBefore=1900-01-01T00:00:00Z", ""),  # 36
    ("status=BogusStatusValue", ""),  # 37
    ("companyId=urn:bogus:company:5FIi8zS3&productId=urn:bogus:product:nonexistent123", ""),  # 38
    ("companyId=urn:bogus:company:n1&companyId=urn:bogus:company:n2&companyId=urn:bogus:company:n3", ""),  # 39
])  # fmt: skip
def test_cases_20_to_39_filters(http: httpx.Client, query: str, names: str) -> None:
    assert listed(http, f"?{query}") == [f"car-{name}" for name in names]


@pytest.mark.parametrize("query", [
    "$filter=created ge '2023-01-15T10:15:30Z'", "validOn=yesterday", "limit=-1", "limit=two", "limit=1&limit=2",
    "offset=1e3", "x-other-invoice=1", "&".join(["productId=urn:x:a"] * 501),
])  # fmt: skip
def test_case_40_malformed_requests(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/3/footprints?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")
    assert "data" not in answer.json()


def test_the_list_of_cases_is_the_published_one(public_data: Path) -> None:
    """Every number of the published list has its test here, so that a new case shows."""
    file = public_data / "pact" / "conformance-v3-test-cases-expected-results.md"
    if not file.is_file():
        pytest.skip(f"no {file}")
    import re

    published = {int(number) for number in re.findall(r"^## Test Case #(\d+)", file.read_text(), re.MULTILINE)}
    assert published == set(range(1, 41))
