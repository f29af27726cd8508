"""The parts of the plan: orders, calendar, schedules, the table of constraints, and the check that finds faults."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace as changed
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import crews, demand

import quayline.plan.constraints
from quayline.plan.check import faults
from quayline.plan.constraints import ALL, Constraint
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import build_model
from quayline.plan.params import PlanParams
from quayline.plan.search.modes import nearest_schedule, whole_shifts
from quayline.plan.search.whole import _steps
from quayline.plan.solve import plan
from quayline.records.reasons import LATE, UNBUILT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

DOCS = Path(__file__).parents[2] / "docs" / "plan.md"


def test_orders_are_spread_evenly(starter: Scenario) -> None:
    orders = draw_orders(starter, 3)
    april = orders.filter(
        (pl.col("requested_on").dt.month() == 4) & (pl.col("market_idx") == 0) & (pl.col("variant_idx") == 0)
    )
    a_day = april["requested_on"].value_counts()["count"]
    assert april.height == 520
    assert a_day.max() - a_day.min() <= 1
    assert orders["order_id"].to_list() == list(range(orders.height))
    key = orders.select("requested_on", "market_idx", "variant_idx")
    assert key.equals(key.sort("requested_on", "market_idx", "variant_idx"))


def test_orders_follow_the_take_rates(starter: Scenario) -> None:
    orders = draw_orders(demand(starter, [("home", "hatch-hybrid", "2026-03", 20_000)]), 1)
    shares = np.bincount(orders["colour_idx"].to_numpy()) / orders.height
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert float((orders["options"] & 1).mean()) == pytest.approx(0.25, abs=0.02)


def test_orders_built_before_the_horizon_are_not_ours(starter: Scenario) -> None:
    orders = draw_orders(demand(starter, [("home", "hatch-hybrid", "2026-01", 310)]), 1)
    assert orders["standard_build_on"].min() >= starter.horizon.start
    assert orders.height == 310 - 14 * 10


def test_calendar_counts_days_and_hours(starter: Scenario) -> None:
    calendar = make_calendar(starter)
    stop = calendar.week_of(date(2026, 4, 6))
    assert len(calendar.weeks[stop].workdays) == 0
    assert calendar.weeks[stop].free_days == (date(2026, 4, 11), date(2026, 4, 12))
    assert calendar.normal_h[:, 0].tolist() == [40.0, 40.0, 80.0]
    assert calendar.overtime_h[:, 0].tolist() == [5.0, 5.0, 10.0]
    assert calendar.weekend_shifts[:, 0].tolist() == [0, 0, 0]  # 40 h and 5 h leave no 8 h below 48 h
    assert calendar.allowed[2].tolist() == [False, False, True, True, True, True]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4),
    st.floats(0, 2),
    st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=2, max_size=3),
)
def test_schedule_is_the_best_of_all(stay: int, change: float, worth: list[list[int]]) -> None:
    share = np.array(worth, float)
    found = nearest_schedule(share, np.ones(share.shape, bool), 0, stay, change)

    def value(schedule: tuple[int, ...]) -> float:
        starts = [t for t in range(5) if schedule[t] != (schedule[t - 1] if t else 0)]
        if any(starts[k + 1] - starts[k] < stay for k in range(len(starts) - 1)):
            return -np.inf
        return sum(share[m, t] for t, m in enumerate(schedule)) - change * len(starts)

    best = max(value(one) for one in product(range(len(worth)), repeat=5))
    assert value(tuple(found.tolist())) == pytest.approx(best)


def test_whole_shifts_keep_the_month(starter: Scenario) -> None:
    shifts = whole_shifts(np.array([1.6, 1.7, 0.2, 1.9]), np.full(4, 2.0), np.array([0, 0, 0, 1]), 3)
    assert shifts.tolist() == [1.0, 2.0, 0.0, 2.0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=20), st.integers(0, 9))
def test_rounding_keeps_order(first: list[float], turn: int) -> None:
    """Of two cumulative flows, the lower stays the lower; whole flows stay as they are."""
    offset = (turn * 1000 + 0.5) / 10_000
    more = np.array(first)
    less = np.diff(np.minimum(np.cumsum(more), np.cumsum(more) * 0.9), prepend=0.0)
    assert (np.cumsum(_steps(less, offset)) <= np.cumsum(_steps(more, offset))).all()
    assert (_steps(more, offset) >= 0).all()
    assert _steps(np.floor(more), offset).tolist() == np.floor(more).tolist()


def test_the_documentation_lists_every_family_as_it_is() -> None:
    rows = re.findall(r"^\| ([a-z0-9 ]+) \| (.+) \| `(constraints/\w+\.py)` \| ([^|]+) \|$", DOCS.read_text(), re.M)
    code = {id(one): module.__name__ for module in _family_modules() for one in vars(module).values()}
    here = [(one.name, one.formula, f"constraints/{code[id(one)].rsplit('.', 1)[1]}.py", one.unit) for one in ALL]
    assert rows == here


def _family_modules() -> list[ModuleType]:
    names = (found.name for found in pkgutil.iter_modules(quayline.plan.constraints.__path__))
    return [importlib.import_module(f"quayline.plan.constraints.{name}") for name in names]


def test_every_family_of_the_package_is_registered() -> None:
    written = {one.name for module in _family_modules() for one in vars(module).values() if isinstance(one, Constraint)}
    assert written == {one.name for one in ALL}
    assert len(written) == len(ALL)


def test_every_row_speaks_and_rests_on_statements_that_are_written(starter: Scenario) -> None:
    params = PlanParams()
    balance, calendar = crews(starter), make_calendar(starter)
    programme = pack(starter, balance, calendar, draw_orders(starter, 1), params, 0.85)
    model = build_model(starter, balance, programme, params)
    assert list(model.rows) == [one.name for one in ALL]
    for one in ALL:
        num = model.rows[one.name].stop - model.rows[one.name].start
        for row in {0, num // 2, num - 1} if num else set():
            assert one.words(model.build, row)
            for path in one.statement(model.build, row):
                around = path[: max(path.rfind("."), path.rfind("["))]  # where the statement itself is a default
                assert {path, around} & set(starter._places), path


@pytest.fixture(scope="module")
def late_plan(starter: Scenario) -> tuple[Scenario, Plan]:
    rows = [
        *[("home", "hatch-hybrid", f"2026-0{m}", 3000) for m in (2, 3, 4)],
        *[("overseas", "volt-60", f"2026-0{m}", 300) for m in (4, 5, 6)],
    ]
    scenario = demand(starter, rows)
    return scenario, plan(scenario, crews(scenario), PlanParams(exact_cars=0), 1)


def test_reasons_are_known_and_where_they_belong(late_plan: tuple[Scenario, Plan]) -> None:
    orders = late_plan[1].orders
    assert set(orders.filter(pl.col("planned_build_on").is_null())["reason"]) <= set(UNBUILT)
    late = orders.filter(pl.col("reason").is_in(list(LATE)))
    assert late.height > 0
    assert (late["planned_delivery_on"] > late["requested_on"]).all()


def _orders(answer: Plan, **columns: pl.Expr) -> Plan:
    return changed(answer, orders=answer.orders.with_columns(**columns))


def _weeks(answer: Plan, **columns: pl.Expr) -> Plan:
    return changed(answer, weeks=answer.weeks.with_columns(**columns))


FIRST = pl.col("order_id") == pl.col("order_id").min()
BREAKS: dict[str, Callable[[Plan], Plan]] = {
    "an order lost": lambda a: changed(a, orders=a.orders.slice(1)),
    "a car forgotten": lambda a: changed(a, build=a.build.slice(1)),
    "a booking forgotten": lambda a: changed(a, bookings=a.bookings.slice(1)),
    "a wrong reason": lambda a: _orders(a, reason=pl.lit("repair")),
    "a day too early": lambda a: _orders(a, planned_delivery_on=pl.col("planned_delivery_on") - timedelta(days=1)),
    "built on a Sunday": lambda a: _orders(
        a, planned_build_on=pl.when(FIRST).then(pl.lit(date(2026, 1, 11))).otherwise(pl.col("planned_build_on"))
    ),
    "hours from nowhere": lambda a: _weeks(a, overtime_h=pl.col("overtime_h") + 1.0),
    "capacity from nowhere": lambda a: _weeks(a, capacity_cars=pl.col("capacity_cars") + pl.int_range(pl.len())),
    "a mode for a month": lambda a: _weeks(
        a, mode_idx=pl.when(pl.col("from_on").dt.month() == 2).then(pl.lit(0, pl.Int16)).otherwise(pl.lit(1, pl.Int16))
    ),
    "a better objective": lambda a: changed(a, objective_usd=a.objective_usd + 1000.0),
    "a bound below": lambda a: changed(a, bound_usd=a.objective_usd - 1000.0),
    "no shortfall": lambda a: changed(a, years=a.years.with_columns(built_cars=pl.col("built_cars") + 1)),
    "more shifts": lambda a: changed(
        a, days=a.days.with_columns(num_shifts=pl.col("num_shifts") + pl.lit(1, pl.Int16))
    ),
    "orders swapped": lambda a: _orders(a, planned_build_on=pl.col("planned_build_on").reverse()),
    "an early ship": lambda a: _orders(a, planned_sailing_idx=pl.col("planned_sailing_idx") * 0),
}


@pytest.mark.parametrize("name", BREAKS)
def test_check_finds_what_is_broken(late_plan: tuple[Scenario, Plan], name: str) -> None:
    scenario, answer = late_plan
    params = PlanParams(exact_cars=0)
    assert faults(scenario, crews(scenario), answer, params) == []
    assert faults(scenario, crews(scenario), BREAKS[name](answer), params) != []


@pytest.mark.parametrize(
    "wrong",
    [
        {"gap_share": -0.1},
        {"most_nodes": 0},
        {"safety_s": 0},
        {"tolerance_share": 1.1},
        {"ahead_weeks": 0},
        {"exact_cars": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PlanParams(**wrong)  # type: ignore[arg-type]
