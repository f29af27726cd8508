"""Published cars beside those built here, at equal boundaries and with intervals, and how sure a claim is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.carbon.footprint.drawn import drawn, moves
from quayline.carbon.footprint.solve import BOUNDARIES
from quayline.carbon.uncertainty import interval, lower_share
from quayline.records.schemas import CARBON, FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from quayline.carbon.footprint.products import Products
    from quayline.carbon.footprint.solve import Footprints
    from quayline.scenario.claims import Claim, LineUp
    from quayline.scenario.schema import Scenario

COVERAGE = 0.9
Total = tuple[float, "NDArray[np.float64]"]
"""A footprint as given, and in each draw."""


@dataclass(frozen=True)
class Drawn:
    """Every factor of the run in each draw, drawn once for all that is compared."""

    scenario: Scenario
    made: Footprints
    values: NDArray[np.float64]
    seed: int

    @classmethod
    def of(cls, scenario: Scenario, made: Footprints, products: Products, num_draws: int, seed: int) -> Drawn:
        """Draws for the factors of `made`."""
        return cls(scenario, made, drawn(scenario, made.bills.activities, products, num_draws, seed), seed)

    def own(self, variant_at: int, boundary: str, market: str | None = None) -> Total | None:
        """Mean of a variant's cars built here to a boundary, in a market or all: as given, and in each draw."""
        classes, mine = self.made.bills.table, self._classes(variant_at, market)
        if not mine.any():
            return None
        weight = (mine.cast(pl.Float64) * classes["cars"]).to_numpy() / classes.filter(mine)["cars"].sum()
        bills = self.made.bills
        row_class = np.repeat(np.arange(len(bills.starts) - 1), np.diff(bills.starts))
        within = np.isin(bills.stage_idx, [FOOTPRINT_STAGES.index(stage) for stage in stages_to(boundary)])
        amount = np.where(within, bills.amount * weight[row_class], 0.0)
        by_factor = np.bincount(bills.factor_idx, amount, minlength=len(bills.activities))
        nominal = float((by_factor * self.made.factors["kgco2e"].to_numpy()).sum())
        used = np.flatnonzero(by_factor)
        return nominal, (self.values[:, used] * by_factor[used]).sum(axis=1)

    def market_based(self, variant_at: int, boundary: str, market: str | None) -> float:
        """The mean of `own` with the plant's electricity at its market-based factor."""
        mine = self._classes(variant_at, market).to_numpy()[self.made.bills.of_car]
        cars = self.made.cars.filter(pl.Series(mine))
        more = sum(
            float((cars[f"{stage}_market_kgco2e"] - cars[f"{stage}_kgco2e"]).sum())
            for stage in ("plant_electricity", "plant_base")
        )
        return (float(cars[f"{boundary}_kgco2e"].sum()) + more) / cars.height

    def _classes(self, variant_at: int, market: str | None) -> pl.Series:
        """Which classes are of cars of a variant built here, in a market or all."""
        classes = self.made.bills.table
        mine = (classes["variant_idx"] == variant_at) & (classes["plant_idx"] == 0)
        if market is not None:
            mine &= classes["market_idx"] == [m.id for m in self.scenario.markets].index(market)
        return mine

    def published(self, car: LineUp, boundary: str) -> Total | None:
        """A published figure at a boundary, by its adjustments where it is another; None where it has none."""
        added = [row for row in car.adjustments if row.to == boundary]
        if car.boundary != boundary and not added:
            return None
        at = f"carbon.line_up[{car.id}]"
        parts = {f"{at}.total": car.total_kgco2e_per_car}
        if car.boundary != boundary:
            parts |= {f"{at}.adjustments[{row.to},{row.name}].amount": row.amount_kgco2e_per_car for row in added}
        moved = moves(self.scenario, list(parts), len(self.values), self.seed)
        total = np.zeros(len(self.values))
        for path, value in parts.items():
            total += value * moved[path]
        return sum(parts.values()), total


def stages_to(boundary: str) -> list[str]:
    """All stages within a boundary, in their order."""
    found: list[str] = []
    for name, stages in BOUNDARIES.items():
        found += stages
        if name == boundary:
            return found
    raise KeyError(boundary)


def line_up_table(draw: Drawn, groups: pl.DataFrame) -> pl.DataFrame:
    """`carbon.line_up`: published cars as given, then at the boundaries that adjustments lead to, then own variants."""
    scenario, rows = draw.scenario, []
    for car in scenario.carbon.line_up:
        for boundary in [car.boundary, *dict.fromkeys(row.to for row in car.adjustments)]:
            note = "; ".join(
                f"{row.name} {row.amount_kgco2e_per_car:+,.0f} kg" for row in car.adjustments if row.to == boundary
            )
            kind = "published" if boundary == car.boundary else "adjusted"
            rows.append(_row(car.id, car.car, car.brand, boundary, car.electricity, car.built_in, car.year, kind, note,
                             False, draw.published(car, boundary)))  # fmt: skip
    models = {model.id: model for model in scenario.vehicles.models}
    calibrated = set(groups.filter("is_calibrated")["variant_idx"])
    classes = draw.made.bills.table.filter(pl.col("plant_idx") == 0)
    for k in classes["variant_idx"].unique().sort().to_list():
        variant = scenario.vehicles.variants[k]
        year = classes.filter(pl.col("variant_idx") == k)["year"].min()
        for boundary in dict.fromkeys(["gate", scenario.carbon.boundary]):
            rows.append(_row(
                variant.id, variant.name, models[variant.model].brand, boundary, "location", scenario.plant.name,
                year, "simulated", "", k in calibrated, draw.own(k, boundary),
            ))  # fmt: skip
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["line_up"].columns})


def _row(
    name: str, car: str, brand: str, boundary: str, electricity: str, built_in: str, year: Any, kind: str, note: str,
    is_calibrated: bool, found: Total | None,
) -> dict[str, Any]:  # fmt: skip
    assert found is not None
    width = interval(found[1], COVERAGE)
    return {
        "id": name, "car": car, "brand": brand, "total_kgco2e": found[0], "low_kgco2e": width.low,
        "high_kgco2e": width.high, "boundary": boundary, "electricity": electricity,
        "built_in": built_in, "year": year, "kind": kind,
        "note": note, "is_calibrated": is_calibrated,
    }  # fmt: skip


def claim_table(draw: Drawn) -> pl.DataFrame:
    """`carbon.claims`: for each claim and each of its variants, against each other car and against all together."""
    rows = [row for claim in draw.scenario.carbon.claims for row in _claim(draw, claim)]
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["claims"].columns})


def _claim(draw: Drawn, claim: Claim) -> Iterator[dict[str, Any]]:
    variants = [variant.id for variant in draw.scenario.vehicles.variants]
    cars = {car.id: car for car in draw.scenario.carbon.line_up}
    others = {name: draw.published(cars[name], claim.boundary) for name in claim.beside}
    for variant in claim.variants:
        own = draw.own(variants.index(variant), claim.boundary, claim.market)
        if own is None:
            continue  # none was built: there is nothing to claim
        market = draw.market_based(variants.index(variant), claim.boundary, claim.market)
        for name, other in others.items():
            yield _compared(claim, variant, name, own, market, other) | {"electricity": cars[name].electricity}
        if len(others) == 1:
            continue
        known = [other[1] for other in others.values() if other is not None]
        least = None
        if len(known) == len(others):
            lowest = np.min(known, axis=0)
            least = (min(other[0] for other in others.values() if other is not None), lowest)
        how = {cars[name].electricity for name in claim.beside}
        counted = how.pop() if len(how) == 1 else "unknown"
        yield _compared(claim, variant, "", own, market, least) | {"electricity": counted}


def _compared(
    claim: Claim, variant: str, beside: str, own: Total, market_kgco2e: float, other: Total | None,
) -> dict[str, Any]:  # fmt: skip
    share = None if other is None else lower_share(own[1], other[1])
    gap = None if other is None else interval(other[1] - own[1], COVERAGE)
    return {
        "claim": claim.id, "text": claim.text, "boundary": claim.boundary, "market": claim.market or "",
        "variant": variant, "beside": beside, "own_kgco2e": own[0], "own_market_kgco2e": market_kgco2e,
        "other_kgco2e": None if other is None else other[0],
        "low_kgco2e": None if gap is None else gap.low, "high_kgco2e": None if gap is None else gap.high,
        "lower_share": None if share is None else share.share,
        "standard_error": None if share is None else share.standard_error,
    }  # fmt: skip
