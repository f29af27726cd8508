"""The check of a plan that was made again: what was frozen stands, order by order, and modes within their notice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.inputs.earlier import Earlier
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario


def open_from(scenario: Scenario, on: date) -> date:
    """The first day that is not frozen: the first Monday from `on`, and the frozen weeks later."""
    frozen = scenario.plant.replanning.frozen_weeks if scenario.plant.replanning else 0
    monday = next(on + timedelta(days=k) for k in range(7) if (on + timedelta(days=k)).weekday() == 0)
    return monday + timedelta(weeks=frozen)


def frozen_orders(scenario: Scenario, plan: Plan, earlier: Earlier) -> pl.DataFrame:
    """Orders of both plans with a frozen car before; `b_*` are the columns of before."""
    keys = ["market_idx", "variant_idx", "requested_on", "rank"]
    nth = pl.col("order_id").rank("ordinal").over(keys[:3]).alias("rank")
    before = earlier.plan.orders.with_columns(nth).select(
        *keys, pl.col("planned_build_on", "planned_sailing_idx", "planned_delivery_on").name.prefix("b_")
    )
    both = plan.orders.with_columns(nth).join(before, on=keys, how="inner")
    return both.filter(pl.col("b_planned_build_on") < open_from(scenario, earlier.on))


def earlier_faults(scenario: Scenario, plan: Plan, earlier: Earlier) -> Iterator[str]:
    """Whatever of the frozen horizon does not stand."""
    first = open_from(scenario, earlier.on)
    both = frozen_orders(scenario, plan, earlier)
    moved = both.filter(pl.col("planned_build_on").ne_missing(pl.col("b_planned_build_on")))
    if moved.height:
        yield f"{moved.height} frozen orders are not built on their day, first order {moved['order_id'][0]}"
    months = {day.replace(day=1) for day in earlier.plan.weeks.filter(pl.col("from_on") < first)["from_on"]}
    notice = scenario.plant.change.notice_months
    for old, new in zip(earlier.plan.weeks.iter_rows(named=True), plan.weeks.iter_rows(named=True), strict=True):
        day = old["from_on"]
        ahead = 12 * (day.year - earlier.on.year) + day.month - earlier.on.month
        if (day.replace(day=1) in months or ahead < notice) and new["mode_idx"] != old["mode_idx"]:
            yield f"the week of {day} changes its mode within the notice or the frozen horizon"
        same = all(abs(new[name] - old[name]) <= 1e-6 for name in ("overtime_h", "weekend_h"))
        if day < first and not same:
            yield f"the frozen week of {day} changes its hours"
