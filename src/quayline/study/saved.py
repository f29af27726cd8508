"""What one run saved against another, by month of delivery, market and rule of duty, and from which month for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import date

    from quayline.scenario.markets import Duty
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder

_SUMS = ("cars", "contribution", "line", "duty", "freight", "carbon")


@dataclass(frozen=True)
class Saving:
    """What the left run has more or spends less than the right one, in a month, market or under a rule.

    `contribution_usd`: earned more before the plant's labour and overhead, which are the line's and only shared out
    among cars; `duty_usd`, `freight_usd`, `kgco2e`: spent and emitted less up to the customer.
    """

    month: str
    market: str
    rule: str
    left_cars: int
    right_cars: int
    contribution_usd: float
    duty_usd: float
    freight_usd: float
    kgco2e: float


@dataclass(frozen=True)
class Month:
    """A month of delivery: what was saved on its cars before the line, on the line (labour and overhead of its cars,
    and costs of no car), and all that was saved up to its end."""

    month: str
    cars_usd: float
    line_usd: float
    total_usd: float


@dataclass(frozen=True)
class Saved:
    """The rows by month, market and rule, the same by market and rule alone, and the sums by month.

    `ahead_from`: the month from which the sum never falls to zero or below again; None where it ends there.
    """

    rows: list[Saving]
    rules: list[Saving]
    months: list[Month]
    ahead_from: str | None


def saved(left: RunFolder, right: RunFolder) -> Saved:
    """What `left` saved against `right`. Costs of no car are spread over the months of their year in the horizon.

    The rule of a car is that in force for the other plants' cars on the day it arrives, whichever plant built it.
    """
    scenario = right.scenario if right.scenario.alternates else left.scenario
    sides = [_cars(run, scenario) for run in (left, right)]
    keys = ["month", "market", "rule"]
    rows = _differences(sides, keys)
    cars_usd: dict[str, float] = {}
    for row in rows:
        cars_usd[row.month] = cars_usd.get(row.month, 0.0) + row.contribution_usd
    line_usd = _nobody(left, right)
    for side, sign in zip(sides, (-1, 1), strict=True):
        for month, cents in side.group_by("month").agg(pl.col("line").sum()).sort("month").iter_rows():
            line_usd[month] = line_usd.get(month, 0.0) + sign * cents / 100
    months, total = [], 0.0
    for month in sorted({*cars_usd, *line_usd}):
        own, line = cars_usd.get(month, 0.0), line_usd.get(month, 0.0)
        total += own + line
        months.append(Month(month, own, line, round(total, 2)))
    return Saved(rows, _differences(sides, keys[1:]), months, ahead_from(months))


def ahead_from(months: list[Month]) -> str | None:
    """The first month from which the running total stays above zero to the end."""
    behind = [k for k, month in enumerate(months) if month.total_usd <= 0]
    first = behind[-1] + 1 if behind else 0
    return months[first].month if first < len(months) else None


def rule_on(scenario: Scenario, market: str, day: date) -> str:
    """The duty rows in force on `day` for cars that other plants send to `market`, in words; '' where there is none."""
    country = next(m.country for m in scenario.markets if m.id == market)
    home = scenario.plant.place.country
    origins = sorted({plant.place.country for plant in scenario.alternates} - {home, country})
    words = []
    for origin in origins:
        rows = [d for d in scenario.trade.duties if (d.into, d.origin) == (country, origin) and d.from_ <= day]
        if rows:
            words.append(_words(max(rows, key=lambda row: row.from_)))
    return "; ".join(words)


def _words(duty: Duty) -> str:
    quota = ""
    if duty.quota_cars is not None and duty.over_quota_rate is not None:
        quota = f" for {duty.quota_cars:,} cars a year, {duty.over_quota_rate:.1%} beyond"
    return f"{duty.rate:.1%}{quota} on cars from {duty.origin} since {duty.from_}"


def _cars(run: RunFolder, scenario: Scenario) -> pl.DataFrame:
    """Sums in whole cents and grams by month of delivery, market and rule of the run's built cars."""
    book = run.table("ledger", "orders").filter(pl.col("line_off_at").is_not_null())
    money = run.table("money", "cars").select("order_id", "labour_usd", "overhead_usd", "duty_usd", "freight_usd")
    line_usd = pl.col("labour_usd") + pl.col("overhead_usd")
    cars = book.join(money, on="order_id", maintain_order="left").select(
        "market",
        pl.coalesce("arrived_at", "delivered_at", "line_off_at").dt.date().alias("day"),
        pl.coalesce("delivered_at", "line_off_at").dt.strftime("%Y-%m").alias("month"),
        pl.lit(1, pl.Int64).alias("cars"),
        _whole(pl.col("margin_usd") + line_usd, 100, "contribution"), _whole(line_usd, 100, "line"),
        _whole(pl.col("duty_usd"), 100, "duty"), _whole(pl.col("freight_usd"), 100, "freight"),
        _whole(pl.col("customer_kgco2e"), 1000, "carbon"),
    )  # fmt: skip
    days = cars.select("market", "day").unique().sort("market", "day")
    rules = [rule_on(scenario, market, day) for market, day in days.iter_rows()]
    named = cars.join(days.with_columns(pl.Series("rule", rules, dtype=pl.String)), on=["market", "day"])
    return named.group_by("month", "market", "rule").agg(pl.col(name).sum() for name in _SUMS)


def _whole(value: pl.Expr, parts: int, name: str) -> pl.Expr:
    return (value * parts).round().cast(pl.Int64).alias(name)


def _differences(sides: list[pl.DataFrame], keys: list[str]) -> list[Saving]:
    """One row for each of `keys` in either run, ascending."""
    left, right = (side.group_by(keys).agg(pl.col(name).sum() for name in _SUMS) for side in sides)
    both = left.join(right, on=keys, how="full", coalesce=True, suffix="_right").fill_null(0).sort(keys)
    return [
        Saving(
            row.get("month", ""), row["market"], row["rule"], row["cars"], row["cars_right"],
            (row["contribution"] - row["contribution_right"]) / 100, (row["duty_right"] - row["duty"]) / 100,
            (row["freight_right"] - row["freight"]) / 100, (row["carbon_right"] - row["carbon"]) / 1000,
        )
        for row in both.iter_rows(named=True)
    ]  # fmt: skip


def _nobody(left: RunFolder, right: RunFolder) -> dict[str, float]:
    """What the left run spends less on what belongs to no car, by month: a year's evenly over its months."""
    horizon = left.scenario.horizon
    first, last = horizon.start.year * 12 + horizon.start.month - 1, horizon.end.year * 12 + horizon.end.month - 1
    spent: dict[int, float] = {}
    for run, sign in ((left, -1.0), (right, 1.0)):
        for year, usd in run.table("money", "plant").select("year", "usd").iter_rows():
            spent[year] = spent.get(year, 0.0) + sign * usd
    by_month: dict[str, float] = {}
    for year in sorted(spent):
        months = [k for k in range(first, last + 1) if k // 12 == year] or [year * 12 + 11]
        for k in months:
            by_month[f"{k // 12}-{k % 12 + 1:02}"] = spent[year] / len(months)
    return by_month
