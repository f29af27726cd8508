"""The front of contribution against tonnes of a scenario, and what changes from one point to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.balance.solve import balance
from quayline.plan.model.carried import Served, carried_t, cars_by_way
from quayline.plan.uncertainty.front import Front
from quayline.plan.uncertainty.recourse import recourse_of
from quayline.study.settled import in_words, settled

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario
    from quayline.study.run import Params

_MOST_CHANGES = 3


@dataclass(frozen=True)
class FrontRow:
    """One point: tonnes that its cars carry to their customers, contribution with its proven bound, contribution a
    tonne, the worth of one tonne more with the modes held, cars, modes, and what changed from the point before."""

    tonnes: float
    contribution_usd: float
    bound_usd: float
    usd_per_t: float | None
    marginal_usd_per_t: float
    cars: float
    modes: str
    change: str


def front(scenario: Scenario, num: int, params: Params, seed: int = 1) -> list[FrontRow]:
    """At most `num` points from the least tonnes to those of the best plan; volumes in parts of cars."""
    crews = balance(scenario, params.balance)
    model, _ = recourse_of("the scenario", scenario, crews, params.plan, seed)
    rows: list[FrontRow] = []
    before: dict[Served, float] = {}
    for point in Front(model, carried_t(model), params.plan).points(num):
        cars = cars_by_way(model, point.x)
        modes = in_words(settled(scenario, point.schedule))
        changes = _changes(scenario, before, cars)
        if rows and modes != rows[-1].modes:
            changes.append(f"modes: {modes}")
        rows.append(FrontRow(
            round(point.tonnes, 6) + 0.0, point.contribution_usd, point.bound_usd,
            point.contribution_usd / point.tonnes if point.tonnes >= 1 else None, point.marginal_usd_per_t,
            round(sum(cars.values()), 6) + 0.0, modes, "; ".join(changes) if rows else "",
        ))  # fmt: skip
        before = cars
    return rows


def _changes(scenario: Scenario, before: dict[Served, float], after: dict[Served, float]) -> list[str]:
    """The ways whose cars changed most, in words, the largest first."""
    change = sorted((-abs(cars - before.get(way, 0.0)), way) for way, cars in after.items())
    words = []
    for less, way in change[:_MOST_CHANGES]:
        if less > -0.5:
            break
        sign = "+" if after[way] > before.get(way, 0.0) else "−"
        words.append(f"{sign}{-less:,.0f} {_way_words(scenario, way)}")
    if len(change) > _MOST_CHANGES and change[_MOST_CHANGES][0] <= -0.5:
        words.append("others less")
    return words


def _way_words(scenario: Scenario, way: Served) -> str:
    plant = scenario.plant if way.plant == 0 else scenario.alternates[way.plant - 1]
    lane = f" by {scenario.logistics.lanes[way.lane].id}" if way.lane >= 0 else " by road"
    variant, market = scenario.vehicles.variants[way.variant].id, scenario.markets[way.market].id
    return f"{variant} for {market} from {plant.id}{lane}"
