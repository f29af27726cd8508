"""Feature 2: a dated calendar. Busan stands from 31 December 2024 to 9 February 2025 and sells what it built before."""

from __future__ import annotations

from datetime import date

import polars as pl
from tests.acceptance.busan import early_plan

STOP = (date(2024, 12, 31), date(2025, 2, 9))


def test_nothing_is_built_in_january_2025_and_sales_come_from_what_was_built_before() -> None:
    plan = early_plan("busan")
    built = plan.orders.filter(pl.col("planned_build_on").is_not_null())
    assert built.filter(pl.col("planned_build_on").is_between(*STOP)).is_empty()
    assert plan.days.filter(pl.col("date").is_between(*STOP), pl.col("cars") > 0).is_empty()
    assert built.filter(pl.col("planned_build_on") < STOP[0]).height > 30_000
    assert built.filter(pl.col("planned_build_on") > STOP[1]).height > 20_000
    korea = built.filter(pl.col("market_idx") == 0, pl.col("requested_on").dt.strftime("%Y-%m") == "2025-01")
    before = korea.filter(pl.col("planned_build_on") < STOP[0])
    assert korea.height == 2_595  # sold at home that month, 6 imports left out
    assert before.height > 2_000
    in_january = pl.col("planned_delivery_on").dt.strftime("%Y-%m") == "2025-01"
    handed_over = built.filter(pl.col("market_idx") == 0, in_january)["planned_build_on"]
    assert len(handed_over) > 0
    assert handed_over.max() < STOP[0]


def test_holidays_and_weekends_without_a_shift_are_not_worked() -> None:
    days = early_plan("busan").days.filter(pl.col("cars") > 0)
    holidays = {date(2024, 10, 3), date(2024, 10, 9), date(2024, 12, 25), date(2025, 3, 3)}
    assert holidays.isdisjoint(days["date"].to_list())
    assert days.filter(~pl.col("is_weekend"))["date"].dt.weekday().max() <= 5


def test_the_line_runs_at_the_speed_of_its_mode() -> None:
    """45 cars an hour, 15.5 h a day and the availability that the plan starts from make 641 or 642 cars a day."""
    days = early_plan("busan").days.filter(pl.col("date").dt.strftime("%Y-%m") == "2024-11", ~pl.col("is_weekend"))
    plain = days.filter(pl.col("overtime_h") == 0, pl.col("num_shifts") == 2)
    assert plain.height > 10
    assert plain["cars"].max() <= 642
