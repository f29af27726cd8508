"""Which footprints a data recipient asks for: OR within a criterion, AND between criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.base.pact import time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from quayline.base.pact import ProductFootprint

NAMES = ("productId", "companyId", "geography", "classification", "validOn", "validAfter", "validBefore", "status")
_TIMES = NAMES[4:7]
_BY_LOWER = {name.lower(): name for name in NAMES}
MAX_VALUES = 500


@dataclass(frozen=True)
class Criteria:
    """The criteria given: texts in small letters, or times, by name."""

    texts: dict[str, frozenset[str]]
    times: dict[str, tuple[datetime, ...]]

    def match(self, footprint: ProductFootprint) -> bool:
        """Whether a footprint fulfils every criterion."""
        start, end = footprint.validity()
        held = {
            "validOn": lambda moment: start <= moment <= end,
            "validAfter": lambda moment: start > moment,
            "validBefore": lambda moment: end < moment,
        }
        return all(wanted & _values(footprint, name) for name, wanted in self.texts.items()) and all(
            any(held[name](moment) for moment in wanted) for name, wanted in self.times.items()
        )


def criteria(pairs: Iterable[tuple[str, str]]) -> Criteria:
    """The criteria of (name, value) pairs; names in any case. Raises ValueError for what is none, or no time."""
    texts: dict[str, set[str]] = {}
    times: dict[str, list[datetime]] = {}
    for num, (given, value) in enumerate(pairs, 1):
        name = _BY_LOWER.get(given.lower())
        if num > MAX_VALUES:
            raise ValueError(f"expected at most {MAX_VALUES} criteria")
        if name is None:
            raise ValueError(f"there is no criterion {given[:60]!r}; expected {', '.join(NAMES)}")
        if name in _TIMES:
            times.setdefault(name, []).append(_moment(name, value))
        else:
            texts.setdefault(name, set()).add(value.lower())
    return Criteria(
        {name: frozenset(values) for name, values in texts.items()},
        {name: tuple(moments) for name, moments in times.items()},
    )


def _moment(name: str, value: str) -> datetime:
    try:
        return time_of(value.replace(" ", "+"))  # a plus that was not encoded arrives as a blank
    except ValueError as fault:
        raise ValueError(f"{name}: {fault}, got {value[:60]!r}") from fault


def _values(footprint: ProductFootprint, name: str) -> set[str]:
    """What a footprint says on a criterion, in small letters. A subdivision lies in its country."""
    pcf = footprint.pcf
    said: dict[str, Sequence[str | None]] = {
        "productId": footprint.product_ids,
        "companyId": footprint.company_ids,
        "classification": footprint.product_classifications or [],
        "status": [footprint.status],
        "geography": [
            pcf.geography_region_or_subregion, pcf.geography_country, pcf.geography_country_subdivision,
            (pcf.geography_country_subdivision or "").partition("-")[0],
        ],
    }  # fmt: skip
    return {value.lower() for value in said[name] if value}
