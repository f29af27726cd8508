"""Is a plan what it claims to be? Recomputed from the scenario and the plan alone, by the definition."""

from __future__ import annotations

import calendar
from collections import Counter
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.checks.co2 import co2_faults
from quayline.plan.checks.earlier import earlier_faults, frozen_orders
from quayline.plan.checks.launch import launch_faults
from quayline.plan.checks.line import line_faults
from quayline.plan.checks.parts import part_faults
from quayline.plan.checks.people import people_faults
from quayline.plan.checks.reasons import reason_faults
from quayline.plan.checks.value import value_faults
from quayline.plan.checks.ways import way_faults
from quayline.plan.params import PlanParams
from quayline.plan.search.launch import decided
from quayline.records.reasons import LATE, STRANDED, UNBUILT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.inputs.earlier import Earlier
    from quayline.records.stages import Balance, Plan
    from quayline.scenario.schema import Scenario


def faults(
    scenario: Scenario, balance: Balance, plan: Plan, params: PlanParams | None = None, earlier: Earlier | None = None
) -> list[str]:
    """What is wrong with `plan`, in words; empty when it keeps every rule and its objective is what it says.

    `params` are the settings that it was made with (none: the defaults). The availability is read off the plan's
    own capacity and must be the same in all weeks. `earlier`: what it was made again from.
    """
    settings = params or PlanParams()
    found = launch_faults(scenario, plan)
    scenario = decided(scenario, plan)
    for part in (
        _orders_complete(scenario, plan),
        _tables_agree(scenario, plan),
        _first_in_first_out(scenario, plan, earlier),
        reason_faults(plan),
        earlier_faults(scenario, plan, earlier) if earlier else (),
        line_faults(scenario, plan),
        part_faults(scenario, plan, earlier),
        people_faults(scenario, balance, plan),
        co2_faults(scenario, plan),
        way_faults(scenario, plan, settings),
        value_faults(scenario, balance, plan, settings),
    ):
        found += part
    return found


def _orders_complete(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """Every order of the demand is there once, on its day, with an answer and a reason where one is due."""
    market_at = {m.id: i for i, m in enumerate(scenario.markets)}
    variant_at = {v.id: i for i, v in enumerate(scenario.vehicles.variants)}
    wanted: Counter[tuple[int, int, date]] = Counter()
    for row in scenario.demand:
        year, month = int(row.month[:4]), int(row.month[5:])
        num_days = calendar.monthrange(year, month)[1]
        lead = timedelta(days=ceil(scenario.markets[market_at[row.market]].lead_days))
        days = (2 * np.arange(row.cars) + 1) * num_days // max(2 * row.cars, 1)
        for day, cars in zip(*np.unique(days, return_counts=True), strict=True):
            requested = date(year, month, 1 + int(day))
            if scenario.horizon.start <= requested - lead <= scenario.horizon.end:
                wanted[market_at[row.market], variant_at[row.variant], requested] += int(cars)
    orders = plan.orders
    have = Counter(
        {
            (m, v, day): cars
            for m, v, day, cars in orders.group_by("market_idx", "variant_idx", "requested_on").len().iter_rows()
        }
    )
    for m, v, day in sorted(key for key in {*wanted, *have} if wanted[key] != have[key])[:5]:
        yield f"market {m}, variant {v}, {day}: {have[m, v, day]} orders, demand gives {wanted[m, v, day]}"
    in_order = orders.sort("requested_on", "market_idx", "variant_idx", maintain_order=True)["order_id"]
    if in_order.to_list() != list(range(orders.height)):
        yield "order_id does not ascend by (requested_on, market, variant)"
    leads = pl.Series([ceil(m.lead_days) for m in scenario.markets], dtype=pl.Int64)
    expected = leads.gather(orders["market_idx"].cast(pl.UInt32))
    if ((orders["requested_on"] - orders["standard_build_on"]).dt.total_days() != expected).any():
        yield "a standard build day is not the requested day less the market's lead"
    yield from _reasons(scenario, orders)


def _reasons(scenario: Scenario, orders: pl.DataFrame) -> Iterator[str]:
    tolerance = pl.Series([m.tolerance_days for m in scenario.markets], dtype=pl.Float64)
    frame = orders.with_columns(
        tolerance.gather(orders["market_idx"].cast(pl.UInt32)).alias("tolerance"),
        (pl.col("planned_delivery_on") - pl.col("requested_on")).dt.total_days().alias("late"),
    )
    unbuilt = pl.col("planned_build_on").is_null()
    stranded = ~unbuilt & pl.col("reason").is_in(list(STRANDED))
    late = ~unbuilt & (pl.col("late") > pl.col("tolerance"))
    wrong = {
        "an unbuilt order has no reason for it": unbuilt & ~pl.col("reason").is_in(list(UNBUILT)),
        "an order planned late has no reason for it": late & ~pl.col("reason").is_in(list(LATE)),
        "an order in time has a reason": ~unbuilt & ~late & ~stranded & (pl.col("reason") != ""),
        "an order has a day of build but none of delivery": (unbuilt | stranded)
        != pl.col("planned_delivery_on").is_null(),
    }  # fmt: skip
    for text, rule in wrong.items():
        rows = frame.filter(rule)
        if rows.height:
            yield f"{text}: order {rows['order_id'][0]} and {rows.height - 1} more"


def _tables_agree(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """Weeks, days, builds and bookings are sums over the orders."""
    monday = scenario.horizon.start - timedelta(days=scenario.horizon.start.weekday())
    week = ((pl.col("planned_build_on") - pl.lit(monday)).dt.total_days() // 7).cast(pl.Int16).alias("week_idx")
    built = plan.orders.filter(pl.col("planned_build_on").is_not_null()).with_columns(week)
    for name, keys, table, column in (
        ("build", ["week_idx", "variant_idx", "market_idx", "plant_idx"], plan.build, "cars"),
        ("weeks", ["week_idx"], plan.weeks, "built_cars"),
        ("days", ["planned_build_on"], plan.days.rename({"date": "planned_build_on"}), "cars"),
        ("bookings", ["planned_sailing_idx", "variant_idx", "market_idx", "plant_idx"],
         plan.bookings.rename({"sailing_idx": "planned_sailing_idx"}), "cars"),
        ("alternates", ["week_idx", "plant_idx"], plan.alternates, "cars"),
    ):  # fmt: skip
        own = {"weeks": pl.col("plant_idx") == 0, "days": pl.col("plant_idx") == 0,
               "alternates": pl.col("plant_idx") > 0}.get(name, pl.lit(True))  # fmt: skip
        mine = built.filter(own).drop_nulls(keys).group_by(keys).agg(pl.len().cast(pl.Int64).alias("orders"))
        both = (
            table.group_by(keys).agg(pl.col(column).sum().cast(pl.Int64)).join(mine, on=keys, how="full", coalesce=True)
        )
        wrong = both.filter(pl.col(column).fill_null(0) != pl.col("orders").fill_null(0))
        if wrong.height:
            yield f"table {name} differs from the orders in {wrong.height} rows, first {wrong.row(0)}"


def _first_in_first_out(scenario: Scenario, plan: Plan, earlier: Earlier | None) -> Iterator[str]:
    """Within a market and variant no order is delivered, and on one way built or shipped, before one wanted earlier;
    orders with a frozen car keep it."""
    pair = ["market_idx", "variant_idx"]
    built = plan.orders.filter(pl.col("planned_delivery_on").is_not_null()).sort("order_id")
    if earlier:
        built = built.join(frozen_orders(scenario, plan, earlier).select("order_id"), on="order_id", how="anti")
    for column, keys in (
        ("planned_delivery_on", pair), ("planned_build_on", [*pair, "plant_idx", "lane_idx"]),
        ("planned_sailing_idx", [*pair, "plant_idx", "lane_idx"]),
    ):  # fmt: skip
        step = built.select(pl.col(column).cast(pl.Int64).diff().over(keys).alias("step"))
        if (step["step"].drop_nulls() < 0).any():
            yield f"{column} does not ascend with the orders of {', '.join(keys)}"
