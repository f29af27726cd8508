"""Properties over all families of constraints at once: more of anything never worsens, names mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_calloffs import part
from tests.plan.wide import second_plant, wide

from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.plant import Turnover

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

GAP = 0.002
PARAMS = PlanParams(gap_share=GAP)


@pytest.fixture(scope="module")
def tight(starter: Scenario) -> Scenario:
    """The starter with a little of everything and more demand than it can serve."""
    rows = [*[("home", "hatch-hybrid", f"2026-0{m}", 900) for m in (2, 3, 4, 5)],
            *[("home", "volt-60", f"2026-0{m}", 60) for m in (3, 4, 5)],
            *[("overseas", "volt-60", f"2026-0{m}", 350) for m in (4, 5, 6)]]  # fmt: skip
    pack = part(opening_stock=120, minimum_order=20, store_units=260, order="300 USD",
                supply=[{"from": "2025-01-01", "units_per_week": 60}])  # fmt: skip
    turnover = Turnover.model_construct(
        hire_usd=800.0, training_weeks=2, leave_usd=3000.0, most_hired_per_month=30
    )
    scenario = demand(wide(starter, second_plant(cars_per_week=15), charter_ceu=30.0, boxes_per_day=2), rows)
    services = [s.model_copy(update={"capacity_ceu": s.capacity_ceu and min(s.capacity_ceu, 60.0)})
                for s in scenario.logistics.services]  # fmt: skip
    return replace(scenario, parts=[pack], plant__crew__turnover=turnover, logistics__services=services,
                   plant__export__yard_cars=150, plant__export__trucked_per_day=12)  # fmt: skip


def of_all(scenario: Scenario, path: str, **changes: Callable[[Any], Any]) -> Scenario:
    """Every member of the list at `path` with fields changed by functions of the old value."""
    owner = scenario
    for name in path.split("__"):
        owner = getattr(owner, name)
    rows = [one.model_copy(update={k: f(getattr(one, k)) for k, f in changes.items()}) for one in owner]  # type: ignore[attr-defined]
    return replace(scenario, **{path: rows})


MORE: dict[str, Callable[[Scenario], Scenario]] = {
    "speed": lambda s: of_all(s, "plant__modes", speed_jph=lambda jph: 1.1 * jph),
    "overtime": lambda s: replace(s, plant__overtime__shift_h=1.5),
    "weekend shifts": lambda s: replace(s, plant__overtime__weekend_shifts_per_month=4),
    "people to hire": lambda s: replace(s, plant__crew__turnover__most_hired_per_month=100),
    "mix limit": lambda s: of_all(s, "vehicles__mix_limits", most_jph=lambda jph: 1.3 * jph),
    "launch ramp": lambda s: of_all(s, "vehicles__models", ramp=lambda rows: [
        row.model_copy(update={"cars": 2 * row.cars}) for row in rows]),
    "the other plant": lambda s: of_all(s, "alternates", cars_per_week=lambda cars: 2 * cars),
    "space on ships": lambda s: of_all(s, "logistics__services", capacity_ceu=lambda ceu: ceu and 1.5 * ceu),
    "space for boxes": lambda s: of_all(s, "logistics__services", capacity_boxes=lambda num: num and 2 * num),
    "places in ports": lambda s: of_all(s, "logistics__ports", yard_cars=lambda cars: 2 * cars),
    "places at the plant": lambda s: replace(s, plant__export__yard_cars=400),
    "trucks": lambda s: replace(s, plant__export__trucked_per_day=40),
    "parts": lambda s: of_all(s, "parts", opening_stock=lambda units: units, supply=lambda rows: [
        row.model_copy(update={"units_per_week": 2 * row.units_per_week}) for row in rows]),
    "places for parts": lambda s: of_all(s, "parts", store_units=lambda units: 2 * units),
    "quota": lambda s: of_all(s, "trade__duties", quota_cars=lambda cars: cars and 2 * cars),
    "time": lambda s: of_all(s, "markets", patience_days=lambda days: days + 28),
}  # fmt: skip


def made(scenario: Scenario) -> Plan:
    answer = plan(scenario, crews(scenario), PARAMS, 1)
    assert faults(scenario, crews(scenario), answer, PARAMS) == []
    return answer


@pytest.fixture(scope="module")
def least(tight: Scenario) -> Plan:
    """The plan that all others are compared with."""
    return made(tight)


@given(st.lists(st.sampled_from(sorted(MORE)), min_size=1, max_size=3, unique=True))
@settings(max_examples=8)
def test_more_of_anything_never_worsens(tight: Scenario, least: Plan, names: list[str]) -> None:
    """The optimum does not fall: what was earned with less is within the proven bound of what there is with more, and
    the plan found with more is within its gap of it."""
    more = tight
    for name in names:
        more = MORE[name](more)
    after = made(more)
    assert after.bound_usd >= least.objective_usd - 0.01
    assert after.objective_usd >= least.objective_usd - GAP * abs(least.objective_usd)


def renamed(thing: Any, names: dict[str, str]) -> Any:
    """A copy in which every text that is one of `names` is another; 'a,b' stay what they are."""
    if isinstance(thing, BaseModel):
        return thing.model_copy(update={k: renamed(getattr(thing, k), names) for k in type(thing).model_fields})
    if isinstance(thing, list | tuple):
        return type(thing)(renamed(one, names) for one in thing)
    return names.get(thing, thing) if isinstance(thing, str) else thing


def ids_of(scenario: Scenario) -> list[str]:
    """The ids that a user is free to choose."""
    v, sea, t = scenario.vehicles, scenario.logistics, scenario.trade
    groups = (v.models, v.variants, v.options, v.mix_limits, scenario.markets, sea.ports, sea.lanes, sea.services,
              t.duties, t.subsidies, t.port_fees, scenario.alternates, scenario.parts, scenario.plant.modes,
              scenario.plant.patterns, scenario.agreements)  # fmt: skip
    return [one.id for group in groups for one in group]


@given(st.randoms(use_true_random=False))
@settings(max_examples=3)
def test_swapping_names_changes_nothing(tight: Scenario, least: Plan, random: Any) -> None:
    """Other ids everywhere give the same plan: days, modes, cars, ships, call-offs and contribution."""
    ids = ids_of(tight)
    fresh = [f"n{k:03}" for k in range(len(ids))]
    random.shuffle(fresh)
    two = made(renamed(tight, dict(zip(ids, fresh, strict=True))))
    assert two.objective_usd == pytest.approx(least.objective_usd, abs=0.01)
    for name in ("weeks", "days", "build", "bookings", "alternates"):
        assert getattr(two, name).drop("marginal_usd", strict=False).equals(
            getattr(least, name).drop("marginal_usd", strict=False)
        ), name
    looks = ["colour_idx", "options", "reason_text"]
    assert two.orders.drop(looks).equals(least.orders.drop(looks))
    assert two.calloffs["units"].equals(least.calloffs["units"])
