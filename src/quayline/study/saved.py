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

_SUMS = ("cars", "contribution", "duty", "freight", "carbon")


@dataclass(frozen=True)
class Saving:
    """What the left run has more or spends less than the right one, in a month, market or under a rule.

    `market` and `rule` are '' for the models that are not in question. `contribution_usd`: earned more before the
    plant's labour and overhead, which are the line's and only shared out among cars; `duty_usd`, `freight_usd`,
    `kgco2e`: spent and emitted less up to the customer.
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
    """A month: what was saved on the cars delivered in it before the line, of the models in question and of the others,
    on the line (labour, overhead, costs of no car), and all that was saved up to its end."""

    month: str
    cars_usd: float
    others_usd: float
    line_usd: float
    total_usd: float


@dataclass(frozen=True)
class Saved:
    """The rows by month, market and rule, the same by market and rule alone, and the sums by month.

    `models`: those in question, that another plant can build or that an agreement is about; all where there are none.
    `open_usd`: what both plans together leave open to their proven bounds: a sum below it says nothing. `ahead_from`:
    the month from which the sum on the models in question and the line never falls to that again; None where it ends
    there. (Deliveries of other models move between months from plan to plan, which says nothing of when.)
    """

    models: list[str]

    rows: list[Saving]
    rules: list[Saving]
    months: list[Month]
    open_usd: float
    ahead_from: str | None


def saved(left: RunFolder, right: RunFolder) -> Saved:
    """What `left` saved against `right`. Costs of the line are spread over a year by the wages of its months.

    The rule of a car is that in force for the other plants' cars on the day it arrives, whichever plant built it.
    """
    scenario = right.scenario if right.scenario.alternates else left.scenario
    models = in_question([left.scenario, right.scenario])
    sides = [_cars(run, scenario, models) for run in (left, right)]
    rows = _differences(sides, ["month", "market", "rule"])
    own, others = _by_month(rows, is_other=False), _by_month(rows, is_other=True)
    line = _line(right)
    for month, cents in _line(left).items():
        line[month] = line.get(month, 0) - cents
    months, total = [], 0.0
    for month in sorted({*own, *others, *line}):
        parts = own.get(month, 0.0), others.get(month, 0.0), line.get(month, 0) / 100
        total += sum(parts)
        months.append(Month(month, *parts, round(total, 2)))
    open_usd = sum(run.summary["plan"]["gap"] * abs(run.summary["plan"]["objective_usd"]) for run in (left, right))
    rules = _differences(sides, ["market", "rule"])
    return Saved(sorted(models), rows, rules, months, round(open_usd, 2), ahead_from(months, open_usd))


def in_question(scenarios: list[Scenario]) -> set[str]:
    """The models that another plant can build or that an agreement is about, in any of them; else all."""
    found = set()
    for scenario in scenarios:
        model_of = {variant.id: variant.model for variant in scenario.vehicles.variants}
        found |= {model for agreement in scenario.agreements for model in agreement.models}
        found |= {model_of[one.variant] for plant in scenario.alternates for one in plant.builds}
    return found or {model.id for scenario in scenarios for model in scenario.vehicles.models}


def ahead_from(months: list[Month], open_usd: float = 0.0) -> str | None:
    """The first month from which the running total of the models in question and the line stays above `open_usd`."""
    first, total = None, 0.0
    for month in months:
        total += month.cars_usd + month.line_usd
        if round(total, 2) <= open_usd:
            first = None
        elif first is None:
            first = month.month
    return first


def rule_on(scenario: Scenario, market: str, day: date) -> str:
    """The duty rows in force on `day` for cars that other plants send to `market`, in words; '' where there is none."""
    country = next((m.country for m in scenario.markets if m.id == market), "")
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


def _cars(run: RunFolder, scenario: Scenario, models: set[str]) -> pl.DataFrame:
    """Sums in whole cents and grams by month of delivery, market and rule of the run's built cars, those of other
    models than `models` by month alone."""
    book = run.table("ledger", "orders").filter(pl.col("line_off_at").is_not_null())
    money = run.table("money", "cars").select("order_id", "labour_usd", "overhead_usd", "duty_usd", "freight_usd")
    line_usd = pl.col("labour_usd") + pl.col("overhead_usd")
    cars = book.join(money, on="order_id", maintain_order="left").select(
        pl.when(pl.col("model").is_in(models)).then("market").otherwise(pl.lit("")).alias("market"),
        pl.coalesce("arrived_at", "delivered_at", "line_off_at").dt.date().alias("day"),
        pl.coalesce("delivered_at", "line_off_at").dt.strftime("%Y-%m").alias("month"),
        pl.lit(1, pl.Int64).alias("cars"),
        _whole(pl.col("margin_usd") + line_usd, 100, "contribution"),
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


def _by_month(rows: list[Saving], is_other: bool) -> dict[str, float]:
    """Contribution by month, of the models in question or of the others."""
    found: dict[str, float] = {}
    for row in rows:
        if (row.market == "") == is_other:
            found[row.month] = found.get(row.month, 0.0) + row.contribution_usd
    return found


def _line(run: RunFolder) -> dict[str, int]:
    """Cents that the line costs by month: labour and overhead of the cars built in a year and the year's costs of no
    car, spread over its months by the wages planned for them. Overhead is shared out among cars for good accounts, but
    it is paid as time goes, whatever is built."""
    book = run.table("ledger", "orders").select("order_id", year=pl.col("line_off_at").dt.year().cast(pl.Int64))
    line = run.table("money", "cars").join(book, on="order_id").group_by("year").agg(
        _whole(pl.col("labour_usd"), 100, "labour").sum() + _whole(pl.col("overhead_usd"), 100, "overhead").sum()
    )  # fmt: skip
    cents = dict(line.iter_rows())
    for year, usd in run.table("money", "plant").select("year", "usd").iter_rows():
        cents[year] = cents.get(year, 0) + round(usd * 100)
    wages, found = _wages(run), dict[str, int]()
    for year in sorted(cents):
        months = [(month, usd) for month, usd in wages if month.startswith(f"{year}-")] or [(f"{year}-12", 1.0)]
        whole, paid, so_far = sum(usd for _, usd in months), 0, 0.0
        for month, usd in months:  # cut at the running sum, so that the months add up to the year
            so_far += usd
            found[month] = round(cents[year] * so_far / whole) - paid
            paid += found[month]
    return found


def _wages(run: RunFolder) -> list[tuple[str, float]]:
    """Wages planned for each month, a week's in the month of its first day."""
    premium = run.scenario.plant.overtime.premium_factor
    weeks = run.table("plan", "weeks").join(run.table("balance", "crews"), on="mode_idx", how="left")
    paid_h = pl.col("normal_h") + pl.col("paid_stop_h") + premium * (pl.col("overtime_h") + pl.col("weekend_h"))
    usd = (paid_h * pl.col("usd_per_line_h")).sum()
    months = weeks.group_by(month=pl.col("from_on").dt.strftime("%Y-%m")).agg(usd.alias("usd")).sort("month")
    return list(months.filter(pl.col("usd") > 0).iter_rows())
