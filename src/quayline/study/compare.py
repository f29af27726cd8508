"""Two runs side by side: what a change of the world, or of a decision, did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quayline.store.folder import RunFolder


@dataclass(frozen=True)
class Row:
    """One measure in both runs; None where a run has no such figure."""

    group: str
    measure: str
    unit: str
    left: float | None
    right: float | None

    @property
    def change(self) -> float | None:
        """Right less left."""
        return None if self.left is None or self.right is None else self.right - self.left


_MEASURES = (
    ("cars_ordered", "cars ordered", "cars"), ("cars_built", "cars built", "cars"),
    ("cars_scrapped", "cars scrapped", "cars"),
    ("cars_unbuilt", "orders unbuilt", "cars"), ("cars_delivered", "cars delivered", "cars"),
    ("cars_late", "cars late", "cars"), ("late_days_mean", "delay of late cars", "days"),
    ("wait_days_median", "median days after the day wanted", "days"),
    ("landed_usd_per_car", "landed cost", "USD/car"), ("margin_usd_per_car", "margin of all parties", "USD/car"),
    ("maker_margin_usd_per_car", "of it the maker", "USD/car"),
    ("brand_margin_usd_per_car", "of it the brand", "USD/car"),
    ("escapes_per_100_cars", "defects at customers", "per 100 cars"),
    ("gate_kgco2e_per_car", "footprint to the gate", "kgCO2e/car"),
    ("customer_kgco2e_per_car", "footprint to the customer", "kgCO2e/car"),
    ("life_kgco2e_per_car", "footprint over life", "kgCO2e/car"),
)  # fmt: skip


def compare(left: RunFolder, right: RunFolder) -> list[Row]:
    """Volume, lateness, landed cost, margin by party and CO2 of both runs, for the plant and each agreement."""
    a, b = left.summary, right.summary
    rows: list[Row] = []
    for group in _keys(a["groups"], b["groups"]):
        one, two = a["groups"].get(group, {}), b["groups"].get(group, {})
        rows += [
            Row(group, text, unit, one.get(key), two.get(key)) for key, text, unit in _MEASURES
            if one.get(key) is not None or two.get(key) is not None
        ]  # fmt: skip
        rows += _inner(group, "unbuilt: {}", "cars", one, two, "unbuilt_reasons", 0)
        rows += _inner(group, "late: {}", "cars", one, two, "late_reasons", 0)
        rows += _inner(group, "landed in {}", "USD/car", one, two, "landed_usd_by_market", None)
        rows += _inner(group, "duty in {}", "USD/car", one, two, "duty_usd_by_market", None)
        rows += _inner(group, "built in {}", "cars", one, two, "built_by_year", 0)
    rows.append(Row("plant", "costs of no car", "USD", a["nobody_usd"], b["nobody_usd"]))
    rows += _inner("parties", "received less paid: {}", "USD", a, b, "parties_usd", 0.0)
    years_a, years_b = ({row["year"]: row for row in run["path"]} for run in (a, b))
    for year in _keys(years_a, years_b):
        pair = [years.get(year, {}).get("counted_kgco2e") for years in (years_a, years_b)]
        rows.append(Row("plant", f"scope 1 and 2 in {year}", "tCO2e", *(v and v / 1000 for v in pair)))
    return rows


def _keys(a: dict[Any, Any], b: dict[Any, Any]) -> list[Any]:
    return [*a, *(key for key in b if key not in a)]


def _inner(
    group: str, text: str, unit: str, a: dict[str, Any], b: dict[str, Any], key: str, missing: float | None
) -> list[Row]:
    one, two = a.get(key, {}), b.get(key, {})
    return [
        Row(group, text.format(name), unit, one.get(name, missing), two.get(name, missing))
        for name in sorted(_keys(one, two))
    ]
