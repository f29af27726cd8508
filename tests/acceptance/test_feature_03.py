"""Feature 3: pre-build before a stop. The overtime of December 2024 comes out of the optimiser by itself."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from tests.acceptance.busan import early_plan

from quayline.scenario.loader import load

DECEMBER = (date(2024, 12, 2), date(2024, 12, 30))
REFIT = "plant.calendar.stops[refit-2025]"
WITHOUT_STOP = {f"{REFIT}.from": "2030-12-30", f"{REFIT}.to": "2030-12-31"}


def _extra_h(scenario: str, **settings: str) -> float:
    """Hours of overtime and weekend shifts in December 2024."""
    weeks = early_plan(scenario, tuple(settings.items())).weeks
    december = weeks.filter(pl.col("from_on").is_between(*DECEMBER))
    return float(december["overtime_h"].sum() + december["weekend_h"].sum())


def test_december_works_overtime_before_the_stop_and_not_without_it() -> None:
    assert _extra_h("busan") > 4
    assert _extra_h("busan", **WITHOUT_STOP) == 0


def test_overtime_comes_last_where_a_waiting_car_costs_least() -> None:
    weeks = early_plan("busan").weeks
    extra = weeks.select("from_on", extra=pl.col("overtime_h") + pl.col("weekend_h"))
    assert extra.filter(pl.col("from_on") < date(2024, 11, 1))["extra"].sum() == 0
    assert extra.filter(pl.col("from_on") > date(2025, 2, 9))["extra"].sum() == 0


def test_cars_built_ahead_are_wanted_in_the_stop() -> None:
    orders = early_plan("busan").orders
    ahead = orders.filter(
        pl.col("standard_build_on").is_between(date(2024, 12, 31), date(2025, 2, 9)),
        pl.col("planned_build_on") < date(2024, 12, 31),
    )
    assert ahead.height > 1_000


def test_the_stop_stands_in_the_scenario_with_its_source() -> None:
    (stop,) = (stop for stop in load("busan").plant.calendar.stops if stop.id == "refit-2025")
    assert (stop.from_, stop.to) == (date(2024, 12, 31), date(2025, 2, 9))
    assert stop.paid_share == pytest.approx(0.7)
