"""What a plan must do: keep every rule, build ahead of a stop, mind dates of duty and sale, lose no order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from highspy import HighsBasis
from tests.plan.conftest import crews, demand, replace

from quayline.base.errors import InfeasibleError
from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.search.answer import Answer
from quayline.plan.solve import plan
from quayline.scenario.markets import Admissibility
from quayline.scenario.plant import Holiday, Stop

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

EXACT = PlanParams(gap_share=0.0)
ROUNDED = PlanParams(exact_cars=0)


def made(scenario: Scenario, params: PlanParams = ROUNDED, seed: int = 1, usd_per_line_h: float = 2000.0) -> Plan:
    balance = crews(scenario, usd_per_line_h)
    answer = plan(scenario, balance, params, seed)
    assert faults(scenario, balance, answer, params) == []
    return answer


def built(answer: Plan) -> int:
    return int(answer.orders["planned_build_on"].is_not_null().sum())


@pytest.mark.parametrize("params", [EXACT, ROUNDED], ids=["exact", "rounded"])
def test_starter_keeps_every_rule(starter: Scenario, params: PlanParams) -> None:
    answer = made(starter, params)
    assert answer.gap < 0.02
    assert built(answer) > 0.5 * answer.orders.height


def test_rounded_is_near_exact(starter: Scenario) -> None:
    exact, rounded = made(starter, PlanParams(gap_share=0.0001)), made(starter)
    assert rounded.objective_usd <= exact.bound_usd + 1
    assert rounded.objective_usd >= exact.objective_usd - 0.01 * abs(exact.objective_usd)


def test_same_seed_same_plan(starter: Scenario) -> None:
    first, second = made(starter, seed=7), made(starter, seed=7)
    assert first.orders.equals(second.orders)
    assert first.weeks.equals(second.weeks)
    assert first.objective_usd == second.objective_usd


def test_seed_changes_looks_only(starter: Scenario) -> None:
    first, second = made(starter, seed=7).orders, made(starter, seed=8).orders
    looks = ["colour_idx", "options"]
    assert first.drop(looks).equals(second.drop(looks))
    assert not first.select(looks).equals(second.select(looks))


def test_every_order_is_built_or_has_a_reason(starter: Scenario) -> None:
    rows = [("home", "hatch-hybrid", f"2026-0{m}", 5000) for m in range(2, 6)]
    answer = made(demand(replace(starter, plant__export__yard_cars=10_000), rows))
    unbuilt = answer.orders.filter(pl.col("planned_build_on").is_null())
    assert unbuilt.height > 0
    assert set(unbuilt["reason"]) == {"capacity"}
    assert built(answer) == answer.build["cars"].sum()


def test_builds_ahead_of_a_stop(small: Scenario) -> None:
    days = {"from": "2026-02-02", "to": "2026-02-20"}
    stop = Stop.model_validate({"id": "refit", **days, "reason": "new robots", "paid_share": "100 %"})
    stopped = replace(small, plant__calendar__stops=[stop])
    busy = [("home", "hatch-hybrid", "2026-01", 1100), ("home", "hatch-hybrid", "2026-02", 1200)]
    small, stopped = demand(small, busy), demand(stopped, busy)
    calm, ahead = made(small, usd_per_line_h=500.0), made(stopped, usd_per_line_h=500.0)
    before = pl.col("from_on") < date(2026, 2, 2)
    assert ahead.weeks.filter(before)["built_cars"].sum() > 1.1 * calm.weeks.filter(before)["built_cars"].sum()
    assert ahead.weeks.filter(before)["overtime_h"].sum() > calm.weeks.filter(before)["overtime_h"].sum()
    assert (
        ahead.weeks.filter(pl.col("from_on").is_between(date(2026, 2, 2), date(2026, 2, 20)))["built_cars"].sum() == 0
    )


def test_a_stop_is_paid(small: Scenario) -> None:
    """The same plan costs the paid share of the mode's normal hours more; a holiday inside the stop costs nothing."""
    days = {"from": "2026-02-02", "to": "2026-02-20"}
    holiday = Holiday.model_validate({"date": "2026-02-12", "name": "Day off"})
    value = {}
    for share in ("0 %", "70 %"):
        stop = Stop.model_validate({"id": "refit", **days, "reason": "new robots", "paid_share": share})
        case = replace(small, plant__calendar__stops=[stop], plant__calendar__holidays=[holiday])
        value[share] = made(case, usd_per_line_h=500.0)
    assert value["70 %"].weeks["paid_stop_h"].sum() == pytest.approx(0.7 * 14 * 8)
    assert value["0 %"].orders.equals(value["70 %"].orders)
    gap_usd = value["0 %"].objective_usd - value["70 %"].objective_usd
    assert gap_usd == pytest.approx(0.7 * 14 * 8 * 500.0)


def overseas(starter: Scenario, num_cars: int = 120) -> Scenario:
    """Only the electric car overseas, wanted from May to July, with no quiet on the line."""
    rows = [("overseas", "volt-60", f"2026-0{m}", num_cars) for m in (5, 6, 7)]
    return demand(replace(starter, agreements=[]), rows)


def test_a_duty_date_makes_imports_earlier(starter: Scenario) -> None:
    scenario = overseas(starter)
    duties = scenario.trade.duties
    level = replace(scenario, trade__duties=duties[:1])
    dear = [duties[0], duties[1].model_copy(update={"rate": 0.9, "from_": date(2026, 5, 20)})]
    raised = replace(scenario, trade__duties=dear)
    first, second = made(level), made(raised)
    early = pl.col("planned_delivery_on") < date(2026, 5, 20)
    assert second.orders.filter(early).height > first.orders.filter(early).height


def test_barred_model_years_are_never_planned(starter: Scenario) -> None:
    scenario = overseas(starter, 1400)
    volt = scenario.vehicles.models[1]
    kind = type(volt.model_years[0])
    years = [volt.model_years[0], kind.model_validate({"model_year": 2027, "from": "2026-04-01"})]
    models = [scenario.vehicles.models[0], volt.model_copy(update={"model_years": years})]
    rule = {"id": "bar", "country": "US", "brand": volt.brand, "model_year_from": 2027, "from": "2026-03-01",
            "reason": "a rule"}  # fmt: skip
    barred = replace(scenario, vehicles__models=models, trade__admissibility=[Admissibility.model_validate(rule)])
    answer = made(barred)
    assert built(made(replace(scenario, vehicles__models=models))) > built(answer)
    assert answer.orders["planned_build_on"].drop_nulls().max() < date(2026, 4, 1)
    assert "not-admissible" in set(answer.orders["reason"])
    later = replace(barred, trade__admissibility=[Admissibility.model_validate({**rule, "from": "2026-06-01"})])
    assert built(made(later)) >= built(answer)


def test_agreement_minimum_pays_for_poor_cars(starter: Scenario) -> None:
    prices = [
        p.model_copy(update={"price_usd_per_car": 21000.0}) if p.variant == "volt-60" else p for p in starter.prices
    ]
    rows = [("home", "volt-60", f"2026-0{m}", 150) for m in (4, 5, 6)]
    poor = demand(replace(starter, prices=prices), rows)
    assert built(made(replace(poor, agreements=[]))) == 0
    agreement = starter.agreements[0]
    minimum = agreement.minimums[0].model_copy(update={"cars": 200})
    bound = replace(
        poor, agreements=[agreement.model_copy(update={"minimums": [minimum], "shortfall_fee_usd_per_car": 9000.0})]
    )
    answer = made(bound)
    assert answer.years["built_cars"].to_list() == [200]
    assert answer.years["shortfall_cars"].to_list() == [0]


def test_ramp_holds_the_launch(starter: Scenario) -> None:
    answer = made(demand(starter, [("home", "volt-60", "2026-02", 400), ("home", "volt-60", "2026-03", 400)]))
    weekly = answer.build.filter(pl.col("variant_idx") == 1).group_by("week_idx").agg(pl.col("cars").sum())
    cars = dict(weekly.iter_rows())
    assert [cars.get(w, 0) <= most for w, most in ((4, 10), (5, 25), (6, 50), (7, 80))] == [True] * 4
    assert cars.get(3, 0) == 0
    assert "plan-ramp" in set(answer.orders["reason"])


def test_quota_runs_out(starter: Scenario) -> None:
    scenario = overseas(starter)
    first = scenario.trade.duties[0]
    free = replace(scenario, trade__duties=[first])
    tight = replace(scenario, trade__duties=[first.model_copy(update={"quota_cars": 100, "over_quota_rate": 3.0})])
    assert built(made(free)) > 100
    assert built(made(tight)) == 100


@pytest.mark.parametrize("change", ["speed", "ship", "overtime", "yard"])
def test_more_of_anything_never_worsens(starter: Scenario, change: str) -> None:
    rows = [*[("home", "hatch-hybrid", f"2026-0{m}", 1500) for m in (2, 3, 4)],
            *[("overseas", "volt-60", f"2026-0{m}", 300) for m in (4, 5, 6)]]  # fmt: skip
    scenario = demand(starter, rows)
    modes = [m.model_copy(update={"speed_jph": m.speed_jph * 1.1}) for m in scenario.plant.modes]
    services = [s.model_copy(update={"capacity_ceu": 400.0}) for s in scenario.logistics.services]
    more = {
        "speed": lambda: replace(scenario, plant__modes=modes),
        "ship": lambda: replace(scenario, logistics__services=services),
        "overtime": lambda: replace(scenario, plant__overtime__shift_h=1.5),
        "yard": lambda: replace(scenario, plant__export__yard_cars=5000),
    }[change]()
    params = PlanParams(gap_share=0.002)
    before, after = made(scenario, params), made(more, params)
    assert after.bound_usd >= before.objective_usd
    assert after.objective_usd >= before.objective_usd - 0.002 * abs(after.objective_usd)


def test_availability_scales_capacity(small: Scenario) -> None:
    balance = crews(small)
    slow = plan(small, balance, ROUNDED, 1, availability_share=0.2)
    full = plan(small, balance, ROUNDED, 1)
    assert faults(small, balance, slow, ROUNDED) == []
    ratio = slow.weeks["most_cars"].sum() / full.weeks["most_cars"].sum()
    assert ratio == pytest.approx(0.2 / small.plant.availability_share)
    assert built(slow) < built(full)
    with pytest.raises(ValueError, match=r"availability_share is 1\.5"):
        plan(small, balance, ROUNDED, 1, availability_share=1.5)


def test_no_orders_is_a_plan_too(starter: Scenario) -> None:
    answer = made(demand(starter, [("home", "hatch-hybrid", "2025-01", 10)]))
    assert answer.orders.height == 0
    assert answer.build.height == 0


def test_no_mode_in_a_month_is_said(starter: Scenario) -> None:
    modes = [m.model_copy(update={"from_": date(2026, 3, 1)}) for m in starter.plant.modes]
    with pytest.raises(InfeasibleError, match=r"horizon\.start = 2026-01-05: one line mode in 2026-01"):
        made(replace(starter, plant__modes=modes))


def test_no_duty_on_the_day_of_arrival_is_said(starter: Scenario) -> None:
    scenario = replace(overseas(starter), trade__duties=starter.trade.duties[1:])
    with pytest.raises(InfeasibleError, match=r"trade\.duties has no rate from PT into US on 2026-01"):
        made(scenario)


def test_a_mode_stays_its_minimum(small: Scenario) -> None:
    slow = small.plant.modes[0]
    fast = slow.model_copy(update={"id": "fast", "speed_jph": 20.0})
    scenario = replace(
        small, plant__modes=[slow, fast], plant__change__cost_usd=1000.0, plant__change__minimum_months=3,
        plant__overtime__shift_h=0.0, horizon__end=date(2026, 5, 29), plant__shops=small.plant.shops[2:],
    )  # fmt: skip
    scenario = demand(
        scenario,
        [("home", "hatch-hybrid", f"2026-0{m}", n) for m, n in ((1, 600), (2, 5000), (3, 600), (4, 600), (5, 600))],
    )
    params = PlanParams(gap_share=0.0, exact_cars=1000)
    balance = crews(scenario, [2000.0, 6000.0])
    answer = plan(scenario, balance, params, 1)
    assert faults(scenario, balance, answer, params) == []
    assert answer.weeks.filter(pl.col("mode_idx") == 1)["from_on"].dt.month().n_unique() == 3


def test_beyond_the_quota_the_higher_rate_is_paid(starter: Scenario) -> None:
    scenario = overseas(starter)
    first = scenario.trade.duties[0]
    dearer = first.model_copy(update={"quota_cars": 100, "over_quota_rate": 0.1})
    free, over = made(replace(scenario, trade__duties=[first])), made(replace(scenario, trade__duties=[dearer]))
    more_usd = (0.1 - 0.025) * 39500 * 0.7
    assert built(over) == built(free)
    assert over.gap < 1e-3
    assert free.objective_usd - over.objective_usd == pytest.approx((built(free) - 100) * more_usd, rel=1e-6)


def test_prices_are_those_of_the_week_wanted(small: Scenario) -> None:
    price = small.prices[0]
    later = price.model_copy(update={"from_": date(2026, 2, 2), "price_usd_per_car": price.price_usd_per_car + 500})
    before, after = made(small), made(replace(small, prices=[*small.prices, later]))
    after_date = int((before.orders["requested_on"] >= date(2026, 2, 2)).sum())
    assert built(before) == built(after) == before.orders.height
    assert after.objective_usd - before.objective_usd == pytest.approx(500.0 * after_date)


def test_capacity_is_worth_something_only_where_scarce(starter: Scenario) -> None:
    """Scarce weeks are worth about a car's contribution, idle ones nothing."""
    rows = [("home", "hatch-hybrid", f"2026-0{m}", 5000) for m in (2, 3, 4)]
    scenario = demand(starter, rows)
    answer = made(scenario)
    assert answer.weeks.filter(pl.col("num_workdays") > 0)["marginal_usd"].max() > 1000
    free = replace(starter, plant__change__pace_usd=0.0)
    calm = made(demand(free, [("home", "hatch-hybrid", "2026-04", 40)]))
    assert calm.weeks["marginal_usd"].max() < 1e-6


def test_a_price_on_the_pace_levels_the_weeks(starter: Scenario) -> None:
    """Cars a day step less from week to week, and no order is lost for it."""

    def steps(pace_usd: float) -> tuple[float, int]:
        answer = made(replace(starter, plant__change__pace_usd=pace_usd))
        working = answer.weeks.filter(pl.col("num_workdays") > 0)
        pace = working["built_cars"] / working["num_workdays"]
        return float(pace.diff().abs().sum()), answer.orders["planned_build_on"].null_count()

    free, level = steps(0.0), steps(100.0)
    assert level[0] < 0.8 * free[0]
    assert level[1] == free[1]


def test_a_limit_of_the_search_gives_the_best_plan_with_its_gap(starter: Scenario) -> None:
    modes = [m.model_copy(update={"speed_jph": 6.3 + 1.3 * k}) for k, m in enumerate(starter.plant.modes)]
    rows = [*[("home", "hatch-hybrid", f"2026-0{m}", cars) for m, cars in ((2, 420), (3, 690), (5, 510))],
            *[("overseas", "volt-60", f"2026-0{m}", 133) for m in (4, 5, 6)]]  # fmt: skip
    scenario = demand(replace(starter, plant__modes=modes), rows)
    stopped = made(scenario, PlanParams(gap_share=0.0, most_nodes=1), usd_per_line_h=500.0)
    best = made(scenario, PlanParams(gap_share=0.0, most_nodes=100_000), usd_per_line_h=500.0)
    assert stopped.status.endswith("; stopped by a limit of the search")
    assert "stopped" not in best.status
    assert stopped.gap > 0
    assert stopped.gap == pytest.approx(stopped.bound_usd / stopped.objective_usd - 1, rel=1e-3)
    assert stopped.objective_usd <= best.objective_usd + 1 <= stopped.bound_usd + 2


def test_a_stopped_search_says_how_near_it_is() -> None:
    told = Answer(np.zeros(0), 100.0, 103.0, np.zeros(0), True, HighsBasis()).status
    assert told == "within 3.000% of the best possible; stopped by a limit of the search"
