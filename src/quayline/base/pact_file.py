"""Reads PACT footprints from JSON: every fault with its JSON path, and remarks on what is allowed but odd."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from quayline.base.pact import GEOGRAPHIES, Part, ProductFootprint, property_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

MAX_BYTES = 8 * 2**20
MAX_FAULTS = 200

Told = tuple[str, str]
"""A JSON path, and what is to be said of what stands there."""

_PARTS_OF_TOTAL = (
    "fossil_ghg_emissions", "land_use_change_ghg_emissions", "land_management_biogenic_co2_emissions",
    "land_management_biogenic_co2_removals", "technological_co2_removals", "ccs_technological_co2_capture",
    "biogenic_non_co2_emissions",
)  # fmt: skip
_EXPECTED = ("packaging_emissions_included", "ccs_technological_co2_capture_included", "primary_data_share", "dqi")
"""Properties that the methodology asks for though the schema lets them be left out."""


@dataclass
class Found:
    """What a text holds. `footprints` are those without fault, by their JSON path."""

    footprints: dict[str, ProductFootprint] = field(default_factory=dict)
    faults: list[Told] = field(default_factory=list)
    remarks: list[Told] = field(default_factory=list)


def read_footprints(content: bytes) -> Found:
    """The footprints of a JSON text: one, the answer of a data owner (`data`), or an event that carries some."""
    found = Found()
    try:
        value = parse_json(content)
    except ValueError as fault:
        found.faults.append(("$", str(fault)))
        return found
    for path, item in _items(value, found.faults):
        _take(item, path, found)
    del found.faults[MAX_FAULTS:]
    return found


def parse_json(content: bytes) -> Any:
    """JSON data, strictly: ValueError for bad UTF-8, a name that stands twice, NaN, or nesting without end."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES} bytes, got {len(content)}")
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        raise ValueError(f"expected JSON: {fault.msg} in line {fault.lineno}, column {fault.colno}") from fault
    except UnicodeDecodeError as fault:
        raise ValueError(f"expected text in UTF-8, got the byte 0x{content[fault.start]:02x}") from fault
    except RecursionError as fault:
        raise ValueError("expected a footprint, got JSON nested too deeply") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the property {twice!r} stands twice in one object")
    return seen


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _items(value: Any, faults: list[Told]) -> Iterator[tuple[str, Any]]:
    """(path, footprint as data) of what a text holds."""
    if not isinstance(value, dict):
        faults.append(("$", f"expected an object, got {_shown(value)}"))
        return
    path, inner = "", cast("Any", value)
    if "data" in value and "pcf" not in value:
        path, inner = "data", value["data"]
        if isinstance(inner, dict) and "pfs" in inner:
            path, inner = "data.pfs", inner["pfs"]
    if isinstance(inner, list):
        if not inner:
            faults.append((path, "expected at least one footprint, got none"))
        yield from ((f"{path}[{k}]", item) for k, item in enumerate(inner))
    else:
        yield path, inner


def _take(item: Any, path: str, found: Found) -> None:
    version = item.get("specVersion") if isinstance(item, dict) else None
    if isinstance(version, str) and not version.startswith("3."):
        found.faults.append((_join(path, "specVersion"), f"expected version 3 of the data model, got {version!r}"))
        return
    try:
        footprint = ProductFootprint.model_validate(item)
    except ValidationError as error:
        told = map(message_of, error.errors(include_url=False, include_context=False))
        found.faults += [(_join(path, at), message) for at, message in told]
        return
    wrong = [(_join(path, at), message) for at, message in _contradictions(footprint)]
    found.faults += wrong
    found.remarks += [(_join(path, at), message) for at, message in _oddities(footprint)]
    if not wrong:
        found.footprints[path] = footprint


def _contradictions(footprint: ProductFootprint) -> Iterator[Told]:
    """What the specification forbids beyond the form of each property."""
    pcf = footprint.pcf
    if pcf.reference_period_end <= pcf.reference_period_start:
        yield "pcf.referencePeriodEnd", "expected a time after referencePeriodStart"
    start, end = footprint.validity()
    if end < start:
        yield "validityPeriodEnd", f"expected a time after the start of the validity, {start.isoformat()}"
    given = [property_name(name) for name in GEOGRAPHIES if getattr(pcf, name) is not None]
    if len(given) > 1:
        yield "pcf", f"expected at most one geography, got {', '.join(given)}"
    if pcf.packaging_emissions_included is False and pcf.packaging_ghg_emissions is not None:
        yield "pcf.packagingGhgEmissions", "expected nothing, since packagingEmissionsIncluded is false"
    if pcf.ccs_technological_co2_capture_included is False:
        for name in ("ccs_technological_co2_capture", "technological_co2_removals"):
            if getattr(pcf, name) is not None:
                yield f"pcf.{property_name(name)}", "expected nothing, since no capture is included"
    for names, where in ((footprint.company_ids, "companyIds"), (footprint.product_ids, "productIds"),
                         (footprint.product_classifications or [], "productClassifications")):  # fmt: skip
        if len(set(names)) < len(names):
            yield where, "expected each entry once"


def _oddities(footprint: ProductFootprint) -> Iterator[Told]:
    """What is allowed but worth a question to the sender."""
    pcf = footprint.pcf
    parts = sum((getattr(pcf, name) or Decimal(0) for name in _PARTS_OF_TOTAL), start=Decimal(0))
    if not _near(parts, pcf.pcf_excluding_biogenic_uptake):
        yield "pcf.pcfExcludingBiogenicUptake", f"its parts add up to {parts}, got {pcf.pcf_excluding_biogenic_uptake}"
    with_uptake = pcf.pcf_excluding_biogenic_uptake + (pcf.biogenic_co2_uptake or 0)
    if not _near(with_uptake, pcf.pcf_including_biogenic_uptake):
        yield (
            "pcf.pcfIncludingBiogenicUptake",
            f"the total without uptake and the uptake add up to {with_uptake}, got {pcf.pcf_including_biogenic_uptake}",
        )
    if pcf.declared_unit_of_measurement == "kilogram" and not _near(
        pcf.product_mass_per_declared_unit, pcf.declared_unit_amount
    ):
        yield "pcf.productMassPerDeclaredUnit", f"expected {pcf.declared_unit_amount} kg, the declared unit itself"
    for name in _EXPECTED:
        if getattr(pcf, name) is None:
            yield f"pcf.{property_name(name)}", "not given, though the methodology asks for it"
    if footprint.status == "Deprecated":
        yield "status", "a newer footprint has taken its place"
    yield from _unknown(footprint, "")


def _unknown(part: Part, path: str) -> Iterator[Told]:
    """Properties that version 3.0.3 does not have."""
    known = [property_name(name) for name in type(part).model_fields]
    for name in part.model_extra or {}:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield _join(path, name), f"no property of this version, so it is not read{hint}"
    for name in type(part).model_fields:
        value = getattr(part, name)
        for k, inner in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(inner, Part):
                at = _join(path, property_name(name)) + (f"[{k}]" if isinstance(value, list) else "")
                yield from _unknown(inner, at)


def _near(a: Decimal, b: Decimal) -> bool:
    """Equal but for rounding to three digits."""
    return abs(a - b) <= max(abs(a), abs(b)) / 1000


def _join(path: str, name: str) -> str:
    return f"{path}.{name}".strip(".") if name != "$" else path or name


def message_of(detail: ErrorDetails) -> Told:
    """A fault of a model as its JSON path and what was expected and found."""
    at = ""
    for step in detail["loc"]:
        at = f"{at}[{step}]" if isinstance(step, int) else _join(at, step)
    if detail["type"] == "missing":
        return at, "expected this property, got none"
    text = detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    return at or "$", f"{text[:1].lower()}{text[1:]}, got {_shown(detail['input'])}"


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."

