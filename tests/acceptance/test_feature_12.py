"""Feature 12: dated duties, quotas and admissibility, with their cost in the plan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.plan.conftest import crews, demand, replace
from tests.plan.wide import second_plant, wide

import quayline.scenario.template
from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.plan.check import faults
from quayline.plan.inputs.rules import duty_on
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path

QUOTA = 49_000


@pytest.mark.parametrize(
    ("into", "origin", "day", "rate"),
    [
        ("us", "KR", date(2025, 4, 2), 0.0), ("us", "KR", date(2025, 4, 3), 0.25),
        ("us", "KR", date(2025, 10, 31), 0.25),
        ("us", "KR", date(2025, 11, 1), 0.15), ("us", "CN", date(2024, 9, 26), 0.275),
        ("us", "CN", date(2024, 9, 27), 1.025), ("canada", "KR", date(2026, 3, 1), 0.0),
        ("canada", "CN", date(2025, 6, 1), 1.061), ("canada", "CN", date(2026, 1, 16), 0.061),
    ],
)  # fmt: skip
def test_the_table_of_duties_is_dated(into: str, origin: str, day: date, rate: float) -> None:
    scenario = load("busan")
    market = next(m for m in scenario.markets if m.id == into)
    duty = duty_on(scenario, market, day, origin)
    assert duty is not None
    assert duty.rate == pytest.approx(rate)


def test_a_quota_of_49_000_exhausts(tmp_path: Path) -> None:
    """A plant abroad could ship 60,000 cars in the year; 49,000 come at the low rate, and none at the high one."""
    folder = tmp_path / "case"
    quayline.scenario.template.new(folder)
    plant = second_plant(15_000.0, 4000, ramp=False)
    scenario = wide(load(folder), plant, 0.0, 8000.0, (QUOTA, 3.0))
    ports = [port.model_copy(update={"yard_cars": 100_000}) for port in scenario.logistics.ports]
    scenario = demand(
        replace(scenario, logistics__ports=ports), [("overseas", "volt-60", f"2026-0{m}", 20_000) for m in (4, 5, 6)]
    )
    answer = plan(scenario, crews(scenario), PlanParams(), 1)
    assert faults(scenario, crews(scenario), answer, PlanParams()) == []
    from_abroad = answer.orders.filter(pl.col("plant_idx") == 1)
    assert from_abroad.height == QUOTA
    assert answer.alternates["capacity_cars"].sum() > 60_000
    assert answer.orders["planned_build_on"].null_count() > 0


def test_us_cars_of_model_year_2027_are_never_planned() -> None:
    scenario = load("busan", {"horizon.end": "2027-03-31"})
    rule = next(r for r in scenario.trade.admissibility if r.country == "US" and r.model_year_from == 2027)
    params, crew = PlanParams(), balance(scenario, BalanceParams())
    answer = plan(scenario, crew, params, 1)
    market = [m.id for m in scenario.markets].index("us")
    years = {m.id: m.model_years for m in scenario.vehicles.models if m.brand == rule.brand}
    first = {
        k: min(row.from_ for row in years[v.model] if row.model_year >= 2027)
        for k, v in enumerate(scenario.vehicles.variants)
        if v.model in years and any(row.model_year >= 2027 for row in years[v.model])
    }
    sold = answer.orders.filter(pl.col("market_idx") == market).drop_nulls("planned_build_on")
    barred = [
        built >= first.get(variant, date.max) and max(wanted, delivered) >= rule.from_
        for variant, built, wanted, delivered in sold.select(
            "variant_idx", "planned_build_on", "requested_on", "planned_delivery_on"
        ).iter_rows()
    ]
    assert first
    assert sold.height > 0
    assert not np.any(barred)
    assert "not-admissible" in set(answer.orders.filter(pl.col("market_idx") == market)["reason"])
