"""The headline figures of a run: one place from which faces, reports and comparisons quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.study.feedback import measured_availability

if TYPE_CHECKING:
    from quayline.records.stages import MoneyAccount
    from quayline.scenario.schema import Scenario
    from quayline.study.run import Results


def summary(scenario: Scenario, run: Results) -> dict[str, Any]:
    """Headline figures of the whole plant (`all`) and of each agreement's models, and of plant, path and quality."""
    book = run.ledger.orders
    elements = run.money.cars.join(book.select("order_id", "model", "market"), on="order_id")
    groups = {"all": [m.id for m in scenario.vehicles.models]} | {a.id: list(a.models) for a in scenario.agreements}
    return {
        "groups": {name: _group(book, elements, models, name != "all") for name, models in groups.items()},
        "plan": {
            "status": run.plan.status, "objective_usd": run.plan.objective_usd, "gap": run.plan.gap,
            "rounds": run.rounds, "availability_promised": run.promised_share,
            "availability_line": run.rests_on.availability_share,
            "availability_measured": measured_availability(run.flow),
            "shortfall_cars": int(run.plan.years["shortfall_cars"].sum()),
        },
        "cars_outside_horizon": sum(row.cars for row in scenario.demand) - run.plan.orders.height,
        "shortfall_usd": round(sum(_shortfall_usd(run.money)), 2),
        "nobody_usd": round(float(np.sum(run.money.plant["usd"].to_numpy())), 2),
        "parties_usd": parties_usd(run.money),
        "path": [
            {key: row[key] for key in ("year", "cars", "counted_kgco2e", "target_kgco2e", "is_projected")}
            for row in run.carbon.path.iter_rows(named=True)
        ],
        "peers": run.quality.peers.to_dicts(),
    }  # fmt: skip


def parties_usd(money: MoneyAccount) -> dict[str, float]:
    """What each party received less what it paid over the run, in USD, to the cent."""
    received = money.settlement.select(pl.col("payee").alias("party"), "usd")
    paid = money.settlement.select(pl.col("payer").alias("party"), -pl.col("usd"))
    cents = (pl.col("usd") * 100).round().cast(pl.Int64).sum() / 100
    totals = pl.concat([received, paid]).group_by("party").agg(cents).sort("party")
    return dict(totals.iter_rows())


def _shortfall_usd(money: MoneyAccount) -> list[float]:
    rows: list[float] = money.settlement.filter(pl.col("item") == "shortfall")["usd"].to_list()
    return rows


def _group(book: pl.DataFrame, elements: pl.DataFrame, models: list[str], is_agreed: bool) -> dict[str, Any]:
    mine = book.filter(pl.col("model").is_in(models))
    built = mine.filter(pl.col("line_off_at").is_not_null())
    coming = built.filter(pl.col("delivered_at").is_not_null())
    on_time = coming.filter(pl.col("reason") == "").height
    late = mine.filter((pl.col("reason") != "") & ~pl.col("state").is_in(["unbuilt", "in-line", "scrapped"]))
    cars = elements.filter(pl.col("model").is_in(models), pl.col("price_usd") > 0)
    maker = cars["fee_usd"] - sum(cars[f"{element}_usd"] for element in ("labour", "energy", "overhead", "warranty"))
    return {
        "cars_ordered": mine.height,
        "cars_built": built.height,
        "cars_in_line": mine.filter(pl.col("state") == "in-line").height,
        "cars_scrapped": mine.filter(pl.col("state") == "scrapped").height,
        "cars_unbuilt": mine.filter(pl.col("state") == "unbuilt").height,
        "cars_delivered": mine.filter(pl.col("state") == "delivered").height,
        "cars_late": late.height,
        "late_days_mean": _mean(coming.filter(pl.col("reason") != "")["late_days"]),
        "states": _counts(mine, "state"),
        "unbuilt_reasons": _counts(mine.filter(pl.col("state") == "unbuilt"), "reason"),
        "late_reasons": _counts(late, "reason"),
        "first_line_off": str(built["line_off_at"].min()) if built.height else None,
        "first_delivery": str(coming["delivered_at"].min()) if coming.height else None,
        "built_by_year": {str(k): v for k, v in _counts_of(built["line_off_at"].dt.year()).items()},
        "wait_days_median": _median(coming["late_days"]),
        "on_time_share": on_time / coming.height if coming.height else None,
        "landed_usd_per_car": _mean(cars["landed_usd"]),
        "margin_usd_per_car": _mean(cars["margin_usd"]),
        "maker_margin_usd_per_car": _mean(maker) if is_agreed else None,
        "brand_margin_usd_per_car": _mean(cars["margin_usd"] - maker) if is_agreed else None,
        "landed_usd_by_market": _means(cars, "landed_usd"),
        "duty_usd_by_market": _means(cars, "duty_usd"),
        "gate_kgco2e_per_car": _mean(built["gate_kgco2e"]),
        "customer_kgco2e_per_car": _mean(built["customer_kgco2e"]),
        "life_kgco2e_per_car": _mean(built["life_kgco2e"]),
        "escapes_per_100_cars": None if built.height == 0 else 100 * float(built["num_escapes"].sum()) / built.height,
    }


def _mean(column: pl.Series) -> float | None:
    """In the order of the rows by numpy: the same bits on any number of cores, which a parallel sum has not."""
    values = column.drop_nulls().to_numpy()
    return float(np.mean(values)) if len(values) else None


def _median(column: pl.Series) -> float | None:
    values = column.drop_nulls().to_numpy()
    return float(np.median(values)) if len(values) else None


def _means(cars: pl.DataFrame, column: str) -> dict[str, float | None]:
    markets = sorted(cars["market"].unique())
    return {market: _mean(cars.filter(pl.col("market") == market)[column]) for market in markets}


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return {str(k): v for k, v in _counts_of(frame[column]).items()}


def _counts_of(column: pl.Series) -> dict[Any, int]:
    counted = column.alias("key").value_counts().sort("key")
    return dict(counted.iter_rows())
