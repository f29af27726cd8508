"""Re-planning: nothing changes on unchanged data, the frozen horizon stands, change has its price."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_calloffs import part

from quayline.base.errors import InfeasibleError
from quayline.plan.check import faults
from quayline.plan.inputs.earlier import Earlier, frozen_until, matched
from quayline.plan.inputs.orders import day_of
from quayline.plan.params import PlanParams
from quayline.plan.replanning.nervousness import nervousness
from quayline.plan.solve import plan
from quayline.scenario.markets import Admissibility
from quayline.scenario.plant import Replanning

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

ROUNDED, EXACT = PlanParams(exact_cars=0), PlanParams()
ON = date(2026, 3, 11)


def with_rules(scenario: Scenario, weeks: int = 2, usd: float = 200.0) -> Scenario:
    return replace(scenario, plant__replanning=Replanning.model_construct(frozen_weeks=weeks, change_usd_per_car=usd))


def again(scenario: Scenario, old: Plan, before: Scenario, params: PlanParams = ROUNDED, on: date = ON) -> Plan:
    made = plan(scenario, crews(scenario), params, 1, earlier=Earlier(old, on, before))
    assert faults(scenario, crews(scenario), made, params, Earlier(old, on, before)) == []
    return made


def tables(made: Plan) -> dict[str, object]:
    return {one.name: getattr(made, one.name) for one in fields(made) if one.name != "status"}


def assert_same(one: Plan, two: Plan) -> None:
    for name, table in tables(one).items():
        other = tables(two)[name]
        same = table.equals(other) if isinstance(table, pl.DataFrame) else table == other
        assert same, f"{name} differs"


@pytest.fixture(scope="module")
def before(starter: Scenario) -> Scenario:
    return with_rules(starter)


@pytest.fixture(scope="module")
def old(before: Scenario) -> Plan:
    return plan(before, crews(before), ROUNDED, 1)


@pytest.mark.parametrize("weeks", [0, 2, 9, 60])
def test_unchanged_data_changes_nothing(starter: Scenario, old: Plan, weeks: int) -> None:
    scenario = with_rules(starter, weeks)
    made = again(scenario, old, scenario)
    assert_same(made, old)
    change = nervousness(made, Earlier(old, ON, scenario))
    assert change.num_changes == 0
    assert change.instability == 0
    assert change.words == "nothing changes"


@pytest.mark.parametrize("usd", [0.0, 200.0])
def test_unchanged_data_changes_nothing_in_the_exact_search(small: Scenario, usd: float) -> None:
    scenario = with_rules(small, 1, usd)
    first = plan(scenario, crews(scenario), EXACT, 1)
    assert_same(again(scenario, first, scenario, EXACT, date(2026, 1, 14)), first)


def surged(scenario: Scenario, factor: float = 1.3) -> Scenario:
    rows = [(d.market, d.variant, d.month, int(d.cars * (factor if d.month >= "2026-04" else 1)))
            for d in scenario.demand]  # fmt: skip
    return demand(scenario, rows)


def test_what_is_frozen_stands_and_keeps_its_orders(before: Scenario, old: Plan) -> None:
    more = surged(before)
    made = again(more, old, before)
    both = matched(made.orders, old.orders)
    open_from = day_of(frozen_until(more, ON))
    kept = both.filter(pl.col("planned_build_on_before") < open_from)
    assert kept.height > 100
    assert (kept["planned_build_on"] == kept["planned_build_on_before"]).all()
    sailed = kept.drop_nulls("planned_sailing_idx_before")
    assert (sailed["planned_sailing_idx"] >= 0).all()
    frozen = pl.col("date") < open_from
    assert made.days.filter(frozen).equals(old.days.filter(frozen))
    assert made.orders["planned_build_on"].drop_nulls().len() > old.orders["planned_build_on"].drop_nulls().len()


def test_a_second_re_plan_changes_nothing(before: Scenario, old: Plan) -> None:
    more = surged(before)
    made = again(more, old, before)
    assert_same(again(more, made, more), made)


def test_change_has_its_price(before: Scenario, old: Plan) -> None:
    """The dearer a change, the fewer cars move."""
    moved = []
    for usd in (0.0, 300.0, 1e6):
        more = surged(replace(before, plant__replanning__change_usd_per_car=usd))
        made = again(more, old, before)
        moved.append(nervousness(made, Earlier(old, ON, before)).num_moved)
    assert moved[0] >= moved[1] >= moved[2]
    assert moved[0] > moved[2]


def test_a_mode_stands_for_its_notice(before: Scenario, old: Plan) -> None:
    more = surged(replace(before, plant__change__notice_months=3), 3.0)
    made = again(more, old, before)
    months = pl.col("from_on") < date(2026, 6, 1)
    assert made.weeks.filter(months)["mode_idx"].equals(old.weeks.filter(months)["mode_idx"])


def test_cars_that_a_new_rule_bars_are_counted_with_their_reason(before: Scenario, old: Plan) -> None:
    bar = Admissibility.model_validate({
        "id": "no-more", "country": "US", "brand": before.vehicles.models[-1].brand, "model_year_from": 2000,
        "from": "2026-03-01", "reason": "a test",
    })  # fmt: skip
    shut = replace(before, trade__admissibility=[bar])
    made = again(shut, old, before)
    abroad = made.orders.filter(pl.col("market_idx") == 1)
    stranded = abroad.filter(pl.col("reason") == "stranded")
    frozen = old.orders.filter(
        (pl.col("market_idx") == 1) & (pl.col("planned_build_on") < day_of(frozen_until(before, ON)))
    )
    assert stranded.height == frozen.height > 0
    assert stranded["planned_build_on"].equals(frozen["planned_build_on"])
    assert stranded["planned_delivery_on"].null_count() == stranded.height
    assert abroad["planned_delivery_on"].null_count() == abroad.height
    assert_same(again(shut, made, shut), made)


def test_what_was_called_off_comes_though_its_cars_are_dropped(before: Scenario) -> None:
    """Exports end; packs due before the day arrive as ordered, later ones are not ordered any more."""
    pack = part(opening_stock=60, store_units=1500, minimum_order=20, lead_time="56 days",
                supply=[{"from": "2025-01-01", "units_per_week": 120}])  # fmt: skip
    electric = replace(before, parts=[pack])
    old = plan(electric, crews(electric), ROUNDED, 1)
    due = pl.col("order_on") < ON
    assert old.calloffs.filter(due, pl.col("arrives_on") > ON).height > 3
    assert old.calloffs.filter(~due).height > 1
    fewer = [(d.market, d.variant, d.month, 0 if d.market == "overseas" and d.month >= "2026-05" else d.cars)
             for d in electric.demand]  # fmt: skip
    made = again(demand(electric, fewer), old, electric)
    assert made.build["cars"].sum() < old.build["cars"].sum() - 100
    assert made.calloffs.filter(due).equals(old.calloffs.filter(due))
    assert made.calloffs.filter(~due)["units"].sum() < old.calloffs.filter(~due)["units"].sum()
    assert made.parts["closing"].max() > old.parts["closing"].max()


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.4, 3.0]), min_size=12, max_size=12), st.sampled_from([0, 2, 6]))
@settings(max_examples=6)
def test_whatever_demand_does_frozen_orders_keep_their_day(
    before: Scenario, old: Plan, factors: list[float], weeks: int
) -> None:
    """`again` holds the whole plan against the checker: orders cancelled in frozen weeks take no other order's car, and
    new ones wanted in them come within their customer's patience or not at all."""
    scenario = with_rules(before, weeks)
    rows = [(d.market, d.variant, d.month, int(d.cars * f))
            for d, f in zip(scenario.demand, 2 * factors, strict=False)]  # fmt: skip
    made = again(demand(scenario, rows), old, before)
    assert made.days["cars"].sum() == made.weeks["built_cars"].sum()


def test_new_orders_that_frozen_weeks_would_make_wait_too_long_are_given_up(before: Scenario, old: Plan) -> None:
    """Six weeks are frozen, three times as many hatches are wanted in them: `again` finds none that waits longer than
    its customer does. Those given up say why, are new, and stay given up; who had an order before keeps it."""
    scenario = with_rules(before, 6)
    more = demand(scenario, [(d.market, d.variant, d.month, d.cars * (3 if d.month in ("2026-02", "2026-03") else 1))
                             for d in scenario.demand])  # fmt: skip
    made = again(more, old, before)
    given_up = matched(made.orders, old.orders).filter(pl.col("reason") == "frozen")
    assert given_up.height > 10
    assert given_up["order_id_before"].null_count() == given_up.height
    assert given_up["planned_build_on"].null_count() == given_up.height
    assert_same(again(more, made, more), made)


def test_a_stop_in_a_frozen_week_is_refused_in_words(before: Scenario, old: Plan) -> None:
    stop = before.plant.calendar.stops[0].model_copy(update={"id": "new", "from_": date(2026, 3, 16),
                                                             "to": date(2026, 3, 18)})  # fmt: skip
    with pytest.raises(InfeasibleError, match="working days of the frozen weeks"):
        again(replace(before, plant__calendar__stops=[stop]), old, before)


def test_another_horizon_is_refused_in_words(before: Scenario, old: Plan) -> None:
    with pytest.raises(InfeasibleError, match="horizon"):
        again(replace(before, horizon__end=date(2026, 5, 29)), old, before)


def test_nervousness_by_hand(before: Scenario, old: Plan) -> None:
    """One car moved by two weeks, one dropped."""
    from dataclasses import replace as put
    from datetime import timedelta

    orders = old.orders
    open_ids = orders.filter(pl.col("planned_build_on") >= date(2026, 3, 30))["order_id"].to_list()
    moved, dropped = open_ids[0], open_ids[-1]
    day = pl.col("planned_build_on")
    changed = orders.with_columns(
        pl.when(pl.col("order_id") == moved).then(day + timedelta(days=14))
        .when(pl.col("order_id") == dropped).then(None).otherwise(day).alias("planned_build_on")
    )  # fmt: skip
    monday = date(2026, 3, 9)
    change = nervousness(put(old, orders=changed), Earlier(old, ON, before))
    assert (change.num_moved, change.num_dropped, change.num_added) == (1, 1, 0)
    assert change.weeks_moved == pytest.approx(2.0)
    assert change.num_planned == orders.filter(pl.col("planned_build_on") >= monday).height

    def week(order: int) -> int:
        return int((orders["planned_build_on"][order] - monday).days // 7)

    weights = 0.9 ** week(moved) + 0.9 ** (week(moved) + 2) + 0.9 ** week(dropped)
    assert change.instability == pytest.approx(0.1 * weights / change.num_planned)
