"""Events between data owner and recipient, in the structured form of CloudEvents 1.0."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quayline.base.pact import Time
from quayline.base.pact_file import message_of
from quayline.web.pact.criteria import Criteria, criteria

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.base.pact import ProductFootprint

_PREFIX = "org.wbcsd.pact.ProductFootprint"
CREATED, FULFILLED, REJECTED, PUBLISHED = (
    f"{_PREFIX}.{name}.3"
    for name in ("RequestCreatedEvent", "RequestFulfilledEvent", "RequestRejectedEvent", "PublishedEvent")
)
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Event(BaseModel):
    """A CloudEvent with its data as an object."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    type: Literal[
        "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3",
        "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3",
        "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3",
        "org.wbcsd.pact.ProductFootprint.PublishedEvent.3",
    ]
    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: Time
    data: dict[str, Any]


def read_event(value: Any) -> Event:
    """The event of JSON data; ValueError with everything that is wrong in it."""
    try:
        event = Event.model_validate(value)
    except ValidationError as error:
        raise ValueError("; ".join(f"{at}: {text}" for at, text in map(message_of, error.errors()))) from error
    if event.type == PUBLISHED:
        ids = event.data.get("pfIds")
        if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
            raise ValueError("data.pfIds: expected the ids of footprints")
    return event


def requested(event: Event) -> Criteria:
    """What a RequestCreatedEvent asks for; ValueError where it names no criterion or a wrong one."""
    pairs = []
    for name, value in event.data.items():
        if name == "comment":
            continue
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise ValueError(f"data.{name[:60]}: expected text")
        pairs += [(name, one) for one in values]
    if not pairs:
        raise ValueError("data: expected at least one criterion, such as productId")
    return criteria(pairs)


def answer_to(event: Event, found: Sequence[ProductFootprint], source: str) -> dict[str, Any]:
    """The event that fulfils or rejects a request."""
    if found:
        return new_event(FULFILLED, source, {"requestEventId": event.id, "pfs": [one.to_json() for one in found]})
    error = {"code": "NotFound", "message": "No footprint of this data owner meets the criteria."}
    return new_event(REJECTED, source, {"requestEventId": event.id, "error": error})


def new_event(kind: str, source: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event of ours, now."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"type": kind, "specversion": "1.0", "id": str(uuid4()), "source": source, "time": now, "data": data}
