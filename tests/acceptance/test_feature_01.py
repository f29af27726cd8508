"""Feature 1: master production schedule by variant, market and week. The balance closes every week, in whole cars."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import crews, demand
from tests.plan.wide import wide

import quayline.scenario.template
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from quayline.records.stages import Plan


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = Path(tmp_path_factory.mktemp("starter")) / "case"
    quayline.scenario.template.new(folder)
    rows = [*[("home", "hatch-hybrid", f"2026-0{m}", 900) for m in (2, 3, 4, 5, 6)],
            *[("overseas", "volt-60", f"2026-0{m}", 900) for m in (4, 5, 6)]]  # fmt: skip
    scenario = demand(wide(load(folder)), rows)
    return plan(scenario, crews(scenario), PlanParams(), 1)


def test_stock_production_and_sales_close_every_week(schedule: Plan) -> None:
    """Cars of the weekly table less those delivered are on their way, those delivered less those sold are in stock:
    never below zero, and nothing is left at the end."""
    first = schedule.weeks["from_on"][0] - timedelta(days=schedule.weeks["from_on"][0].weekday())
    weekly = schedule.build.group_by("market_idx", "variant_idx", "week_idx").agg(pl.col("cars").sum())
    served = schedule.orders.drop_nulls("planned_build_on")
    for key, cars in served.group_by("market_idx", "variant_idx"):
        mine = weekly.filter(pl.col("market_idx") == key[0], pl.col("variant_idx") == key[1])
        wanted, delivered = cars["requested_on"], cars["planned_delivery_on"]
        last = max(wanted.max(), delivered.max())
        for week in range((last - first).days // 7 + 1):
            sunday = first + timedelta(days=7 * week + 6)
            built = mine.filter(pl.col("week_idx") <= week)["cars"].sum()
            sold = int(((delivered <= sunday) & (wanted <= sunday)).sum())
            on_the_way, stock = built - int((delivered <= sunday).sum()), int((delivered <= sunday).sum()) - sold
            assert min(on_the_way, stock) >= 0
        assert (on_the_way, stock, sold) == (0, 0, cars.height)


def test_cars_are_whole_and_tables_agree(schedule: Plan) -> None:
    built = schedule.orders.drop_nulls("planned_build_on")
    assert schedule.build.schema["cars"].is_integer()
    assert schedule.build["cars"].min() >= 1
    assert schedule.build["cars"].sum() == built.height
    by_plant = dict(schedule.build.group_by("plant_idx").agg(pl.col("cars").sum()).iter_rows())
    assert by_plant == {0: schedule.weeks["built_cars"].sum(), 1: schedule.alternates["cars"].sum()}
    assert schedule.bookings["cars"].sum() == built["planned_sailing_idx"].drop_nulls().len()
    assert schedule.orders.height == built.height + (schedule.orders["planned_build_on"].is_null()).sum()
