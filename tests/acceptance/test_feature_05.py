"""Feature 5: the sequence. ROADEF'2005 and CSPLib scores, spacing of battery-electric cars, levelling: all through the
stage that a run calls, from a scenario and a plan, and scored by the definition."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.sequence.cases import Case, read_csplib, read_roadef
from tests.sequence.made import plan_of, starter, with_rules

from quayline.scenario.vehicles import RatioRule, Selector
from quayline.sequence import check
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario


def staged(case: Case) -> tuple[Scenario, Plan]:
    """A public instance as a scenario and a plan: one variant, an option for each ratio, a colour for each colour.

    Each car of the day before is built on a day of its own, which leaves nothing to permute.
    """
    scenario = starter()
    vehicles = scenario.vehicles
    model, variant = vehicles.models[0], vehicles.variants[0]
    colours = [model.colours[0].model_copy(update={"id": f"c{c}"}) for c in range(case.paint.max() + 1)]
    options = [vehicles.options[0].model_copy(update={"id": f"o{r}"}) for r in range(len(case.ratios))]
    ratios = [
        RatioRule(
            id=f"r{r}", cars=Selector(options=[f"o{r}"]), at_most=at_most, of=of, priority="high" if high else "low"
        )
        for r, (at_most, of, high) in enumerate(case.ratios)
    ]
    update = {"models": [model.model_copy(update={"colours": colours})], "variants": [variant], "options": options}
    start = date(2025, 1, 1) - timedelta(days=case.fixed)
    scenario = scenario.model_copy(update={
        "vehicles": vehicles.model_copy(update=update),
        "horizon": scenario.horizon.model_copy(update={"start": start}),
    })  # fmt: skip
    scenario = with_rules(
        scenario, paint_batch_limit=case.limit, objectives=list(case.objectives), ratios=ratios
    )
    num = len(case.paint)
    day = np.minimum(np.arange(num), case.fixed)
    mask = (case.options.astype(np.int64) << np.arange(len(case.ratios))).sum(axis=1)
    return scenario, plan_of(scenario, day, np.zeros(num, np.int64), case.paint, mask)


def scored(case: Case, moves: int, seed: int = 1) -> tuple[tuple[int, int, int], int]:
    """Terms of the definition and mark of the day's sequence; the stage's own table must say the same."""
    scenario, plan = staged(case)
    answer = sequence(scenario, plan, SequenceParams(moves_per_day=moves, stall_moves=moves + 1), seed)
    order = answer.cars.sort("position")["order_id"].to_numpy()
    terms = case.terms(order)
    last = answer.days.row(-1, named=True)
    assert (last["high_after"], last["batches_after"], last["low_after"]) == terms
    assert order[: case.fixed].tolist() == list(range(case.fixed))
    assert case.longest_batch(order) <= case.limit
    return terms, case.mark(order)


ROADEF = {
    "022_3_4_EP_RAF_ENP": (31001, 36001),
    "022_3_4_RAF_EP_ENP": (11039001, 11044001),
    "064_38_2_RAF_EP_ENP_ch2": (27367052, 27367052),
    "064_38_2_EP_RAF_ENP_ch2": (34051, 34051),
}
"""Best marks known (set A) and a mark that the search must reach in a million moves."""


@pytest.mark.parametrize(("name", "best", "enough"), [(name, *marks) for name, marks in ROADEF.items()])
def test_roadef_scores(public_data, name, best, enough):
    case = read_roadef(public_data / "roadef2005" / "A" / name)
    _, mark = scored(case, 1_000_000)
    assert best <= mark <= enough


@pytest.mark.parametrize(("name", "fewest"), {"p00": 0, "p03": 0, "p07": 0, "p08": 0, "p09": 0}.items())
def test_csplib_scores(public_data, name, fewest):
    """All satisfiable: no violation (CSPLib prob001, results)."""
    (high, _, _), _ = scored(read_csplib(public_data / "csplib001" / "classic" / f"{name}.txt"), 20_000_000)
    assert high == fewest


def mixed_day(shares: dict[int, int], ratios: list[RatioRule], num: int = 300) -> tuple[Scenario, Plan, np.ndarray]:
    """A day of `num` cars that come in variant by variant: cars in a hundred by variant."""
    scenario = with_rules(starter(), paint_batch_limit=num, objectives=["high", "paint"], ratios=ratios)
    variant = np.repeat(list(shares), [num * share // 100 for share in shares.values()])
    nothing = np.zeros(len(variant), np.int64)
    return scenario, plan_of(scenario, nothing, variant, nothing, nothing), variant


def test_battery_electric_cars_keep_their_distance():
    """Three in ten cars are electric, and the sub-line of batteries takes one in three: none comes sooner."""
    electric = [
        v for v, variant in enumerate(starter().vehicles.variants)
        if next(m for m in starter().vehicles.models if m.id == variant.model).propulsion == "battery-electric"
    ]  # fmt: skip
    others = [v for v in range(len(starter().vehicles.variants)) if v not in electric]
    cars = Selector(propulsion=["battery-electric"])
    rule = RatioRule(id="one-in-three", cars=cars, at_most=1, of=3, priority="high")
    scenario, plan, variant = mixed_day({others[0]: 70, electric[0]: 30}, [rule])
    answer = sequence(scenario, plan, SequenceParams(), 1)
    at = np.flatnonzero(variant[answer.cars.sort("position")["order_id"].to_numpy()] == electric[0])
    assert len(at) == 90
    assert np.diff(at).min() >= 3
    assert check.faults(scenario, plan, answer) == []


def test_a_mix_is_levelled():
    """Ratios as wide as the shares: after any number of cars, each variant is within two cars of its share."""
    names = [variant.id for variant in starter().vehicles.variants][:2]
    rules = [
        RatioRule(id="at-most", cars=Selector(variants=[names[1]]), at_most=2, of=5, priority="high"),
        RatioRule(id="others", cars=Selector(variants=[names[0]]), at_most=3, of=5, priority="high"),
    ]
    scenario, plan, variant = mixed_day({0: 60, 1: 40}, rules)
    answer = sequence(scenario, plan, SequenceParams(moves_per_day=200_000), 1)
    order = answer.cars.sort("position")["order_id"].to_numpy()
    built = np.cumsum(variant[order] == 1)
    wanted = 0.4 * np.arange(1, len(order) + 1)
    assert np.abs(np.cumsum(variant == 1) - wanted).max() > 50  # as they came in
    assert np.abs(built - wanted).max() <= 2
    assert answer.days["high_after"].item() == 0
