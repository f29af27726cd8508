"""The scenario and the plant's load as arrays. GWh, kt, MW, MWh and millions of USD, so that figures are near 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.carbon.factors import gas_direct, gas_upstream, grid, market_based
from quayline.carbon.pathway.load import CARRIERS, HOURS
from quayline.carbon.pathway.matching import Hours
from quayline.carbon.pathway.profiles import hours_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.pathway.load import Load
    from quayline.scenario.pathway import Pathway
    from quayline.scenario.schema import Scenario

REST = "the rest of"


@dataclass(frozen=True)
class Use:
    """A use of energy and what it takes without levers: `gwh` (years,), over the hours of profile `profile_idx`."""

    id: str
    name: str
    carrier: str
    profile_idx: int
    gwh: NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """All that the model needs. Arrays over paths and years have the shape (num_paths, num_years)."""

    years: NDArray[np.int64]
    path_names: tuple[str, ...]
    weights: NDArray[np.float64]
    discount: NDArray[np.float64]
    stands: NDArray[np.float64]  # years that each year stands for: 1, the last also for those after it
    uses: tuple[Use, ...]
    pattern_idx: NDArray[np.int64]
    hours: Hours
    source_ids: tuple[str, ...]
    grid_kt: NDArray[np.float64]
    plain_kt: NDArray[np.float64]
    gas_kt: float
    gas_upstream_kt: float
    electricity_musd: NDArray[np.float64]
    gas_musd: NDArray[np.float64]
    surplus_musd: float
    trading_kt: float
    allowance_musd: NDArray[np.float64]
    free_kt: float
    counts_market: bool
    base_kt: float
    cap_kt: NDArray[np.float64]
    discount_share: float

    @property
    def num_paths(self) -> int:
        """Paths of the grid."""
        return len(self.path_names)

    @property
    def num_years(self) -> int:
        """Years of decisions."""
        return len(self.years)


def decision_years(scenario: Scenario) -> NDArray[np.int64]:
    """The years in which levers are chosen."""
    assert scenario.pathway is not None
    return np.arange(scenario.pathway.from_year, scenario.horizon.plant_until + 1)


def pack(scenario: Scenario, load: Load) -> Case:
    """The case of a scenario that has levers."""
    way = scenario.pathway
    assert way is not None
    years, goals = load.years, scenario.carbon.plant
    uses, shape = _uses(scenario, load)
    sources = [lever for lever in way.levers if lever.kind in ("solar", "ppa")]
    profiles = {profile.id: hours_of(scenario, profile) for profile in way.profiles}
    store = [lever for lever in way.levers if lever.kind == "storage"]
    hours = Hours(
        shape, np.array([profiles[lever.profile] / 1e3 for lever in sources]).reshape(len(sources), HOURS),
        np.array([lever.kind == "solar" for lever in sources], bool),
        store[0].efficiency_share if store else 1.0, store[0].hours if store else 0.0,
    )  # fmt: skip
    grid_kt = _grid(scenario, way, years)
    trading = way.trading
    return Case(
        years=years, path_names=tuple(path.id for path in way.grid_paths),
        weights=np.array([path.weight_share for path in way.grid_paths]),
        discount=_discount(way, len(years)), stands=np.append(np.ones(len(years) - 1), 1.0 + way.years_after),
        uses=uses, pattern_idx=load.pattern_idx, hours=hours, source_ids=tuple(lever.id for lever in sources),
        grid_kt=grid_kt, plain_kt=np.array([market_based(scenario, years, row) for row in grid_kt]),
        gas_kt=gas_direct(scenario), gas_upstream_kt=gas_upstream(scenario),
        electricity_musd=_prices(scenario, way, "electricity", years), gas_musd=_prices(scenario, way, "gas", years),
        surplus_musd=way.surplus_usd_per_kwh,
        trading_kt=trading.electricity_kgco2e_per_kwh if trading else 0.0,
        allowance_musd=_allowances(way, years),
        free_kt=trading.allocation_kgco2e * trading.free_share / 1e6 if trading else 0.0,
        counts_market=goals.basis == "market", base_kt=goals.base_kgco2e / 1e6, cap_kt=_caps(scenario, years),
        discount_share=way.discount_share,
    )  # fmt: skip


def _uses(scenario: Scenario, load: Load) -> tuple[tuple[Use, ...], NDArray[np.float64]]:
    """The uses named and what they leave of each shop's energy, and the profiles (patterns, profiles, 8760)."""
    assert scenario.pathway is not None
    uses: list[Use] = []
    shapes: list[NDArray[np.float64]] = []
    for k, shop in enumerate(scenario.plant.shops):
        for c, carrier in enumerate(CARRIERS):
            gwh = load.kwh[:, k, c] / 1e6
            if not gwh.any():
                continue
            named = [use for use in scenario.pathway.uses if (use.shop, use.carrier) == (shop.id, carrier)]
            uses += [Use(use.id, use.name, carrier, len(shapes), use.share * gwh) for use in named]
            rest = 1.0 - sum(use.share for use in named)
            if rest > 1e-9:
                uses.append(Use(f"{shop.id}-{carrier}-rest", f"{REST} {shop.name.lower()}, {carrier}", carrier,
                                len(shapes), rest * gwh))  # fmt: skip
            shapes.append(load.shape[:, k, c])
    return tuple(uses), np.stack(shapes, axis=1)


def _discount(way: Pathway, num_years: int) -> NDArray[np.float64]:
    """Present value of a USD in each year; the last year stands for those after it as well."""
    found = (1.0 + way.discount_share) ** -np.arange(num_years + way.years_after, dtype=np.float64)
    return np.append(found[: num_years - 1], found[num_years - 1 :].sum())


def _grid(scenario: Scenario, way: Pathway, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """The grid's factor by path and year: the path's own rows, or carbon.grid."""
    found = []
    for path in way.grid_paths:
        rows = sorted((row.year, row.factor_kgco2e_per_kwh) for row in way.grid_years if row.path == path.id)
        own = np.interp(years, [year for year, _ in rows], [factor for _, factor in rows]) if rows else None
        found.append(grid(scenario, scenario.plant.place.country, years) if own is None else own)
    return np.array(found)


def _prices(scenario: Scenario, way: Pathway, carrier: str, years: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = sorted((row.year, row.price_usd_per_kwh) for row in way.prices if row.carrier == carrier)
    if not rows:
        costs = scenario.plant.costs
        now = costs.electricity_usd_per_kwh if carrier == "electricity" else costs.gas_usd_per_kwh
        return np.full(len(years), now)
    return np.interp(years, [year for year, _ in rows], [price for _, price in rows])


def _allowances(way: Pathway, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Millions of USD for a kt in each year: the latest price begun, none before the first."""
    found = np.zeros(len(years))
    if way.trading is not None:
        for row in sorted(way.trading.prices, key=lambda row: row.from_year):
            found[years >= row.from_year] = row.price_usd_per_t / 1e3
    return found


def _caps(scenario: Scenario, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """The most that may count in each year: a target holds from its year until the next; none before the first."""
    goals, found = scenario.carbon.plant, np.full(len(years), np.inf)
    for target in sorted(goals.targets, key=lambda target: target.year):
        found[years >= target.year] = goals.base_kgco2e / 1e6 * (1.0 - target.reduction_share)
    return found
