"""Checks a money account by the definitions of the scenario alone, with none of the engine's code."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.money.check_plant import plant_faults
from quayline.money.check_settlement import settlement_faults
from quayline.money.check_trade import trade_faults
from quayline.records.schemas import COST_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.money.params import MoneyParams
    from quayline.records.stages import Balance, FlowTrace, MoneyAccount, Plan, QualityLog, Shipments
    from quayline.scenario.schema import Scenario

HALF_CENT = 0.5 + 1e-4  # the account rounds each amount once, to the nearest cent
DAY_MS = 86_400_000
NOT_LANDED = ("stock", "lateness", "warranty")
AMOUNTS = (*COST_ELEMENTS, "fee", "price", "subsidy", "landed", "margin")


def faults(
    scenario: Scenario, plan: Plan, balance: Balance, quality: QualityLog, flow: FlowTrace, ship: Shipments,
    answer: MoneyAccount, params: MoneyParams,
) -> list[str]:  # fmt: skip
    """Everything in `answer` that does not follow from the scenario and the records, to the cent; empty when right."""
    others = plan.orders.filter(pl.col("plant_idx") > 0)["order_id"]
    built = pl.concat([flow.cars["order_id"], others])
    if not answer.cars["order_id"].sort().equals(built.sort()):
        return ["the cars are not those that left the line"]
    cars = _cars(scenario, plan, quality, flow, ship, answer)
    wrong = [
        *_sum_faults(cars),
        *_journey_faults(scenario, cars),
        *trade_faults(scenario, cars, params),
        *plant_faults(scenario, plan, balance, flow, ship, cars, answer),
    ]
    return wrong or list(settlement_faults(scenario, plan, cars, answer, params))


def _cars(
    scenario: Scenario, plan: Plan, quality: QualityLog, flow: FlowTrace, ship: Shipments, answer: MoneyAccount
) -> pl.DataFrame:
    """Cars by line-off with all that is known of each; amounts as `told_*` in USD and under their name in cents."""
    escapes = quality.defects.filter(pl.col("fate") == "escaped").group_by("order_id").len("escapes")
    orders = plan.orders.select(
        "order_id", "variant_idx", "market_idx", "plant_idx", "lane_idx", "requested_on", "planned_build_on"
    )
    told = answer.cars.rename({f"{name}_usd": f"told_{name}" for name in AMOUNTS})
    cars = (
        told.join(orders, on="order_id", how="left")
        .join(ship.cars, on="order_id", how="left")
        .join(flow.cars.select("order_id", "line_off_at"), on="order_id", how="left")
        .join(escapes, on="order_id", how="left")
    )
    noon = pl.col("planned_build_on").dt.combine(time(12)).cast(pl.Datetime("ms"))
    return (
        cars.with_columns(
            *((pl.col(f"told_{name}") * 100).round().cast(pl.Int64).alias(name) for name in AMOUNTS),
            pl.when(pl.col("plant_idx") > 0).then(noon).otherwise("line_off_at").alias("line_off_at"),
            pl.col("escapes").fill_null(0),
        )
        .join(_variants(scenario), on="variant_idx", how="left")
        .join(_markets(scenario), on="market_idx", how="left")
        .join(_plants(scenario), on="plant_idx", how="left")
        .join(_lanes(scenario), on="lane_idx", how="left")
        .sort("line_off_at", "order_id")
    )


def _frame(key: str, rows: list[dict[str, Any]], **types: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={key: pl.Int16, **types}, orient="row")


def _variants(scenario: Scenario) -> pl.DataFrame:
    models = {m.id: m for m in scenario.vehicles.models}
    rows: list[dict[str, Any]] = [
        {
            "variant_idx": k, "variant": v.id, "model": v.model, "parts_usd": v.parts_usd_per_car,
            "volume_m3": models[v.model].volume_m3, "ceu": models[v.model].ceu, "seller": models[v.model].seller,
            "propulsion": models[v.model].propulsion,
            "agreement": next((a.id for a in scenario.agreements if v.model in a.models), None),
        }
        for k, v in enumerate(scenario.vehicles.variants)
    ]  # fmt: skip
    text, number = pl.String, pl.Float64
    return _frame("variant_idx", rows, variant=text, model=text, parts_usd=number, volume_m3=number, ceu=number,
                  seller=text, propulsion=text, agreement=text)  # fmt: skip


def _markets(scenario: Scenario) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "market_idx": k, "market": m.id, "country": m.country, "inland_days": m.inland_days,
            "inland_usd": m.inland_usd_per_car, "stock_usd": m.stock_usd_per_car_day,
            "late_usd": m.lateness_usd_per_car_week, "tolerance_days": m.tolerance_days,
        }
        for k, m in enumerate(scenario.markets)
    ]  # fmt: skip
    number = pl.Float64
    return _frame("market_idx", rows, market=pl.String, country=pl.String, inland_days=number, inland_usd=number,
                  stock_usd=number, late_usd=number, tolerance_days=number)  # fmt: skip


def _plants(scenario: Scenario) -> pl.DataFrame:
    plant = scenario.plant
    rows: list[dict[str, Any]] = [{
        "plant_idx": 0, "origin": plant.place.country, "truck_days": plant.export.truck_h / 24,
        "truck_usd": plant.export.truck_usd_per_car, "yard_usd": plant.export.yard_usd_per_car_day,
    }] + [
        {
            "plant_idx": k, "origin": a.place.country, "truck_days": a.truck_days, "truck_usd": a.truck_usd_per_car,
            "yard_usd": a.yard_usd_per_car_day,
        }
        for k, a in enumerate(scenario.alternates, 1)
    ]  # fmt: skip
    number = pl.Float64
    return _frame("plant_idx", rows, origin=pl.String, truck_days=number, truck_usd=number, yard_usd=number)


def _lanes(scenario: Scenario) -> pl.DataFrame:
    ports = {p.id: p for p in scenario.logistics.ports}
    rows: list[dict[str, Any]] = [
        {
            "lane_idx": k, "per_m3_usd": lane.freight_usd_per_m3, "box_usd": lane.box and lane.box.freight_usd,
            "carrier": lane.carrier,
        } | {
            f"{end}_{name}": value
            for end, port in (("pol", ports[lane.pol]), ("pod", ports[lane.pod]))
            for name, value in (("free", port.free_days), ("usd", port.handling_usd_per_car),
                                ("dwell", port.dwell_usd_per_car_day), ("operator", port.operator))
        }
        for k, lane in enumerate(scenario.logistics.lanes)
    ]  # fmt: skip
    ends: dict[str, Any] = {
        f"{end}_{name}": pl.String if name == "operator" else pl.Float64
        for end in ("pol", "pod")
        for name in ("free", "usd", "dwell", "operator")
    }
    return _frame("lane_idx", rows, per_m3_usd=pl.Float64, box_usd=pl.Float64, carrier=pl.String, **ends)


def _sum_faults(cars: pl.DataFrame) -> Iterator[str]:
    """Amounts are whole cents, none negative; landed cost and margin are their sums."""
    for name in (*COST_ELEMENTS, "fee", "price", "subsidy"):
        odd = cars.filter(((pl.col(f"told_{name}") * 100 - pl.col(name)).abs() > 1e-3) | (pl.col(name) < 0))
        for number, usd in odd.select("order_id", f"told_{name}").iter_rows():
            yield f"car {number}: {name} of {usd} USD is no amount in cents"
    landed = pl.sum_horizontal(e for e in COST_ELEMENTS if e not in NOT_LANDED)
    for number in cars.filter(pl.col("landed") != landed)["order_id"]:
        yield f"car {number}: landed cost is not the sum of its elements"
    margin = pl.col("price") + pl.col("subsidy") - pl.sum_horizontal(COST_ELEMENTS)
    for number in cars.filter(pl.col("margin") != margin)["order_id"]:
        yield f"car {number}: margin is not price and subsidy less all elements"


def _days(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    return (later - earlier).dt.total_milliseconds() / DAY_MS


def _span(days: str) -> pl.Expr:
    return pl.duration(milliseconds=(pl.col(days) * DAY_MS).round().cast(pl.Int64), time_unit="ms")


def left_plant() -> pl.Expr:
    """When a car leaves its plant: a truck's time before the port, the inland leg before it is delivered by road."""
    by_road = pl.col("delivered_at") - _span("inland_days")
    return pl.when(pl.col("lane_idx").is_null()).then(by_road).otherwise(pl.col("port_at") - _span("truck_days"))


def _journey_faults(scenario: Scenario, cars: pl.DataFrame) -> Iterator[str]:
    """The elements from the plant's gate to the customer, as docs/money.md defines them."""
    closing = pl.lit(datetime.combine(scenario.horizon.end, time()) + timedelta(days=1), pl.Datetime("ms"))
    zero, is_own = pl.lit(0.0), pl.col("plant_idx") == 0
    delivered, released = pl.col("delivered_at").is_not_null(), pl.col("released_at").is_not_null()

    def stay(came: str, went: pl.Expr) -> pl.Expr:
        """Days from one to the other, or to the end of the horizon."""
        return _days(went.fill_null(pl.max_horizontal(closing, pl.col(came))), pl.col(came))

    def port(end: str, came: str, went: str) -> pl.Expr:
        paid = (stay(came, pl.col(went)) - pl.col(f"{end}_free")).clip(0)
        usd = pl.col(f"{end}_usd") + paid * pl.col(f"{end}_dwell")
        return pl.when(pl.col(came).is_not_null()).then(usd).otherwise(zero)

    at_plant = stay("yard_at", left_plant())
    there = pl.col("released_at") + _span("inland_days")
    in_market = _days(pl.col("delivered_at").fill_null(closing), there).clip(0).fill_null(0.0)
    wanted = pl.col("requested_on").cast(pl.Datetime("ms")) + _span("tolerance_days")
    late = (_days(pl.col("delivered_at").fill_null(closing), wanted) / 7).clip(0)
    asked = {
        (k, b.variant): b.ex_works_usd_per_car for k, a in enumerate(scenario.alternates, 1) for b in a.builds
    }  # fmt: skip
    works = pl.DataFrame(
        [(k, variant, usd) for (k, variant), usd in asked.items()], orient="row",
        schema={"plant_idx": pl.Int16, "variant": pl.String, "works_usd": pl.Float64},
    )  # fmt: skip
    expected = {
        "works": pl.when(is_own).then(zero).otherwise("works_usd"),
        "parts": pl.when(is_own).then("parts_usd").otherwise(zero),
        "yard": at_plant * pl.col("yard_usd"),
        "truck": pl.when(pl.col("port_at").is_not_null()).then("truck_usd").otherwise(zero),
        "port_loading": port("pol", "port_at", "departed_at"),
        "port_discharge": port("pod", "arrived_at", "released_at"),
        "inland": pl.when(delivered | released).then("inland_usd").otherwise(zero),
        "stock": (at_plant + in_market) * pl.col("stock_usd"),
        "lateness": late * pl.col("late_usd"),
        "warranty": pl.when(delivered).then(pl.col("escapes") * scenario.quality.warranty_usd).otherwise(zero),
    }
    rows = cars.join(works, on=["plant_idx", "variant"], how="left")
    for element, usd in expected.items():
        odd = rows.select("order_id", element, usd=usd * 100).filter(
            ((pl.col(element) - pl.col("usd")).abs() > HALF_CENT).fill_null(True)
        )
        for number, cents, right in odd.iter_rows():
            yield f"car {number}: {element} is {cents} cents, expected {right}"
