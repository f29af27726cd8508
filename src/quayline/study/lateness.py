"""Why a car is late: the milestone at which it lost most against its standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.reasons import WORDS
from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

DAY_MS = 86_400_000


def with_reasons(scenario: Scenario, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `late_days` and `reason` to the ledger's rows.

    A car is late when it is delivered more than its market's tolerance after the requested day. Its delay is split
    over milestones (planned build day, line-off, repair, port, sailing, transit); the largest slip is the reason.
    The plan's own reason stands for unbuilt orders and for cars whose plan lost most.
    """
    markets = pl.DataFrame({
        "market_idx": pl.Series([*range(len(scenario.markets))], dtype=pl.Int16),
        "tolerance_days": [m.tolerance_days for m in scenario.markets],
    })
    trips = sailings(scenario)
    departs = pl.Series([s.departs_on for s in trips], dtype=pl.Date)
    rows = rows.join(markets, on="market_idx", how="left", maintain_order="left").with_columns(
        _days("delivered_at", "requested_on").alias("late_days"),
        departs.gather(rows["planned_sailing_idx"].cast(pl.UInt32)).alias("planned_departs_on"),
    )
    slips = {
        "plan": _days("planned_build_on", "standard_build_on"),
        "line": _days("line_off_at", "planned_build_on") - 1 - pl.col("repair_h").fill_null(0) / 24,
        "repair": pl.col("repair_h").fill_null(0) / 24,
        "sailing": _days("departed_at", "planned_departs_on"),
    }
    rows = rows.with_columns(expr.fill_null(0.0).alias(f"slip_{name}") for name, expr in slips.items())
    rows = rows.with_columns(
        (pl.col("late_days") - pl.sum_horizontal("slip_plan", "slip_line", "slip_repair", "slip_sailing"))
        .fill_null(0.0)
        .alias("slip_transit")
    )
    worst = pl.max_horizontal(f"slip_{name}" for name in (*slips, "transit"))
    late = (pl.col("late_days") > pl.col("tolerance_days")).fill_null(False)
    never = pl.col("line_off_at").is_not_null() & pl.col("delivered_at").is_null()
    reason = (
        pl.when(pl.col("state") == "unbuilt").then(pl.col("plan_reason"))
        .when(pl.col("state") == "in-line").then(pl.lit("line-backlog"))
        .when(pl.col("state") == "scrapped").then(pl.lit("scrapped"))
        .when(never & (pl.col("barred_by") != "")).then(pl.lit("barred"))
        .when(never & (pl.col("num_rolled") > 0)).then(pl.lit("sailing-full"))
        .when(never & (pl.col("planned_sailing_idx").is_not_null())).then(pl.lit("missed-cut-off"))
        .when(never).then(pl.lit("plan-sailing"))
        .when(~late).then(pl.lit(""))
        .when((pl.col("slip_plan") >= worst) & (pl.col("plan_reason") != "")).then(pl.col("plan_reason"))
        .when(pl.col("slip_plan") >= worst).then(pl.lit("plan-cheaper"))
        .when(pl.col("slip_repair") >= worst).then(pl.lit("repair"))
        .when(pl.col("slip_line") >= worst).then(pl.lit("line"))
        .when((pl.col("slip_sailing") >= worst) & (pl.col("num_rolled") > 0)).then(pl.lit("sailing-full"))
        .when(pl.col("slip_sailing") >= worst).then(pl.lit("missed-cut-off"))
        .when(pl.col("plan_reason") != "").then(pl.col("plan_reason"))
        .otherwise(pl.lit("transit"))
    )  # fmt: skip
    return _with_texts(rows.with_columns(reason.alias("reason")))


def _with_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `reason_text`: the plan's own where the reason is the plan's, else what the simulation saw, with figures.
    The plan's limit stands behind its own reasons only."""
    ships = pl.col("num_rolled").fill_null(0)
    days = pl.col("slip_plan").round().cast(pl.Int64)
    slip, transit, repair = (pl.col(name).round(1) for name in ("slip_line", "slip_transit", "repair_h"))
    port_on = pl.col("port_at").dt.date()
    closed = pl.when(pl.col("closed_text") == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("; "), "closed_text"))
    told = {
        "line": pl.format("left the line {} days after its planned day {}, {}", slip, "planned_build_on", "held_text"),
        "line-backlog": pl.format("planned for {}, {}", "planned_build_on", "held_text"),
        "scrapped": pl.format("planned for {}, {}", "planned_build_on", "held_text"),
        "repair": pl.format("{} h by the clock in repair, {} visits{}", repair, "num_repairs", closed),
        "sailing-full": pl.format("{} ships left without it, full; it was booked for {}", ships, "planned_departs_on"),
        "missed-cut-off": pl.format("in the port on {}, too late for its ship of {}", port_on, "planned_departs_on"),
        "barred": pl.format("rule {} stops it; it was booked for {}", "barred_by", "planned_departs_on"),
        "transit": pl.format("{} days over the market's standard time from line to customer", transit),
        "plan-cheaper": pl.format("planned {} days after its standard day, within what its market tolerates; "
                                  "a level build or a fuller week is worth more than that costs", days),
    }  # fmt: skip
    text = pl.lit("")
    for code, words in told.items():
        text = pl.when(pl.col("reason") == code).then(words.fill_null(WORDS[code])).otherwise(text)
    is_plans = (pl.col("reason") == pl.col("plan_reason")) & (pl.col("plan_reason") != "")
    words = pl.col("reason").replace_strict(WORDS, return_dtype=pl.String)
    return rows.with_columns(
        pl.when(is_plans).then(pl.col("plan_text"))
        .when((text == "") & (pl.col("reason") != "")).then(words)
        .otherwise(text).alias("reason_text"),
        pl.when(is_plans).then(pl.col("binding_idx")).alias("binding_idx"),
    )  # fmt: skip


def _days(later: str, earlier: str) -> pl.Expr:
    """Days from one column to another, whichever of dates and times they are."""
    span = pl.col(later).cast(pl.Datetime("ms")) - pl.col(earlier).cast(pl.Datetime("ms"))
    return span.dt.total_milliseconds() / DAY_MS
