"""Hand-made scenarios, plans, flows and shipments for the tests of carbon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.carbon.params import CarbonParams
from quayline.carbon.solve import carbon
from quayline.records.schemas import FLOW, PLAN, SHIP
from quayline.records.stages import CarbonAccount, FlowTrace, Plan, Shipments
from quayline.scenario.carbon import GreenPower, GridHour, GridYear, MarketUse, PlantPath, Target
from quayline.scenario.claims import CarLever, Claim, LineUp
from quayline.scenario.inventory import Calibration, InboundLeg, Input, MixPart, Product, Ship
from quayline.scenario.loader import load
from quayline.scenario.sailings import sailings
from quayline.scenario.sources import AlternatePlant
from quayline.scenario.template import new

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@cache
def starter() -> Scenario:
    with TemporaryDirectory() as folder:
        new(Path(folder))
        return load(Path(folder))


def with_carbon(scenario: Scenario, **changes: object) -> Scenario:
    return scenario.model_copy(update={"carbon": scenario.carbon.model_copy(update=changes)})


def with_horizon(scenario: Scenario, **changes: object) -> Scenario:
    return scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=changes)})


def grid(country: str, **by_year: float) -> list[GridYear]:
    """`grid("KR", y2023=0.4)`: rows of a country."""
    return [
        GridYear.model_validate({"country": country, "year": int(year[1:]), "factor": f"{factor} kgCO2e/kWh"})
        for year, factor in by_year.items()
    ]


@cache
def four_years() -> Scenario:
    """The starter from October 2026 to 2029, with a falling grid, green power, a residual mix and calibrations."""
    scenario = with_horizon(starter(), start=date(2026, 10, 1), end=date(2029, 12, 31), plant_until=2036)
    plant = PlantPath.model_validate({
        "base_year": 2021, "base": "5000 tCO2e", "basis": "market",
        "targets": [
            Target(year=2035, reduction_share=0.8, name="most"), Target(year=2028, reduction_share=0.3, name="some")
        ],
        "green_power": [
            GreenPower.model_validate({"id": "sun", "from_year": 2027, "share": 0.2, "factor": "0.02 kgCO2e/kWh"}),
            GreenPower.model_validate({"id": "wind", "from_year": 2028, "share": 0.3, "factor": "0.01 kgCO2e/kWh"}),
            GreenPower.model_validate({"id": "sun", "from_year": 2030, "share": 0.5, "factor": "0 kgCO2e/kWh"}),
        ],
        "residual": "0.45 kgCO2e/kWh",
    })  # fmt: skip
    totals = [Calibration.model_validate({"variant": "volt-60", "group": group, "total": f"{total} kgCO2e/car"})
              for group, total in (("steel", 3000), ("battery", 0))]  # fmt: skip
    rows = grid("PT", y2024=0.3, y2026=0.25, y2030=0.1) + grid("US", y2025=0.4, y2045=0.05)
    return with_carbon(scenario, plant=plant, calibrations=totals, grid=rows)


@cache
def full() -> Scenario:
    """The two plants with all that a bill can hold: hours, base loads by day, products, ships, rail, credits, …"""
    scenario = two_plants()
    carbon = scenario.carbon
    hours = [GridHour(country="PT", month=m, hour=h, ratio=0.6 if 9 <= h < 17 else 1.2)
             for m in range(1, 13) for h in range(24)]  # fmt: skip
    products = [
        {"id": "metal", "name": "Metal", "unit": "kg", "direct": "1.5 kgCO2e", "biogenic": "0.1 kgCO2e"},
        {"id": "clean-metal", "name": "Clean metal", "unit": "kg", "direct": "1.5 kgCO2e"},
        {"id": "ore", "name": "Ore", "unit": "kg", "direct": "0.4 kgCO2e"},
        {"id": "cells", "name": "Cells", "unit": "kWh", "direct": "30 kgCO2e"},
    ]
    inputs = [
        ("metal", "ore", 2.0, "kg"), ("metal", "grid-us", 14.0, "kWh"), ("clean-metal", "ore", 2.0, "kg"),
        ("ore", "metal", 0.01, "kg"), ("cells", "grid-pt", 40.0, "kWh"), ("cells", "metal", 0.5, "kg"),
    ]  # fmt: skip
    mix = [{"product": "metal", "share": 0.7}, {"product": "clean-metal", "share": 0.3}]
    materials = [
        m.model_copy(update={"factor_kgco2e_per_kg": None, "mix": [MixPart(**p) for p in mix], "scrap_rate": 0.25,
                             "recovered_share": 0.8, "credit_kgco2e_per_kg": 5.0}) if m.id == "aluminium" else m
        for m in carbon.materials
    ]  # fmt: skip
    packs = [b.model_copy(update={"factor_kgco2e_per_kwh": None, "product": "cells"}) if b.id == "small-pack" else b
             for b in carbon.batteries]  # fmt: skip
    legs = [{"model": "volt", "mode": "rail", "distance": "500 km", "mass_share": 1, "group": "battery"},
            {"model": "hatch", "mode": "air", "distance": "900 km", "mass_share": 0.01, "group": "steel"}]  # fmt: skip
    ship = {"id": "big", "name": "Large car carrier", "fuel": "heavy fuel oil", "emissions": "0.03 kgCO2e/tkm",
            "share_by": "ceu", "cargo_per_ceu": "1400 kg"}  # fmt: skip
    small = {**ship, "id": "small", "emissions": "0.02 kgCO2e/tkm", "share_by": "volume", "cargo_per_m3": "90 kg"}
    totals = [
        *carbon.calibrations,
        Calibration.model_validate(
            {"variant": "hatch-hybrid", "group": "aluminium", "total": "2000 kgCO2e/car", "computed": "1000 kgCO2e/car"}
        ),
    ]
    use = carbon.use.model_copy(update={"end_of_life_by": "substitution", "markets": [
        MarketUse(market="overseas", model="volt", consumption_rate=1.2),
        MarketUse(market="overseas", consumption_rate=1.1)]})  # fmt: skip
    cars = [LineUp.model_validate({
        "id": name, "car": name, "total": f"{total} kgCO2e/car", "boundary": boundary, "built_in": "far", "year": 2025,
        "adjustments": added,
    }) for name, total, boundary, added in (
        ("near", 15000, "gate", [{"to": "customer", "name": "its way", "amount": "900 kgCO2e/car"}]),
        ("all", 40000, "life", [{"to": "gate", "name": "its life", "amount": "-25000 kgCO2e/car"}]),
    )]  # fmt: skip
    claims = [Claim(id=f"least-{k}", text="the least", variants=["volt-60", "hatch-hybrid"], beside=["near", "all"],
                    boundary=boundary, market=market)
              for k, (boundary, market) in enumerate([("gate", None), ("customer", "overseas")])]  # fmt: skip
    levers = [CarLever.model_validate(lever) for lever in (
        {"id": "mix", "name": "Mix", "swaps": [{"material": "aluminium", "product": "clean-metal", "share": 0.5}],
         "cost": "50 USD/car"},
        {"id": "pack", "name": "Pack", "packs": [{"battery": "large-pack", "by": "small-pack"}]},
        {"id": "less", "name": "Less", "battery_energy": "45 kWh", "saved": "900 USD/car"},
        {"id": "ship", "name": "Ship", "ship": "small", "cost": "20 USD/car"},
    )]  # fmt: skip
    full = with_carbon(
        scenario, grid_hours=hours, base_load="shop-day", products=[Product.model_validate(p) for p in products],
        inputs=[Input(product=a, of=b, amount=c, unit=d) for a, b, c, d in inputs], materials=materials,
        batteries=packs, inbound=[*carbon.inbound, *(InboundLeg.model_validate(leg) for leg in legs)],
        rail_kgco2e_per_tkm=0.03, air_kgco2e_per_tkm=0.6, ships=[Ship.model_validate(row) for row in (ship, small)],
        boundary="customer", line_up=[*carbon.line_up, *cars], claims=[*carbon.claims, *claims], levers=levers,
        calibrations=totals, use=use,
    )  # fmt: skip
    lanes = [lane.model_copy(update={"emissions_kgco2e_per_tkm": None, "ship": "big"}) for lane in
             full.logistics.lanes]  # fmt: skip
    ports = [port.model_copy(update={"handling_kgco2e_per_car": 4.0}) for port in full.logistics.ports]
    logistics = full.logistics.model_copy(update={"lanes": lanes, "ports": ports})
    markets = [market.model_copy(update={"inland_rail_share": 0.4}) for market in full.markets]
    return full.model_copy(update={"logistics": logistics, "markets": markets})


@cache
def two_plants() -> Scenario:
    """The four years with another plant."""
    return four_years().model_copy(update={"alternates": [far_works()]})


def far_works() -> AlternatePlant:
    """Another plant that builds the electric car, at the same port."""
    return AlternatePlant.model_validate({
        "id": "far", "name": "Far Works", "place": {"country": "ES", "latitude": 42, "longitude": -8}, "port": "porto",
        "party": "northwind", "cars_per_week": 100, "truck_distance": "120 km", "truck_time": "1 day",
        "truck_cost": "50 USD/car", "yard": "2 USD/car/day",
        "builds": [
            {"variant": "volt-60", "from": "2026-02-02", "ex_works": "25000 USD/car", "gate": "14000 kgCO2e/car"},
        ],
    })  # fmt: skip


@dataclass(frozen=True)
class Programme:
    """A scenario with what was planned, built and shipped in it."""

    scenario: Scenario
    plan: Plan
    flow: FlowTrace
    ship: Shipments

    def account(self, scenario: Scenario | None = None) -> CarbonAccount:
        return carbon(scenario or self.scenario, self.plan, self.flow, self.ship, CarbonParams())


def programme(scenario: Scenario, num_cars: int, seed: int = 0) -> Programme:
    """`num_cars` random cars, off the line at random times of the horizon, some in yards, some never to be shipped.

    Where the scenario has another plant, it builds half of the electric cars that go by sea.
    """
    draw = np.random.default_rng(seed)
    horizon_s = ((scenario.horizon.end - scenario.horizon.start).days + 1) * 86400
    start = datetime.combine(scenario.horizon.start, datetime.min.time())
    off_s = np.sort(draw.integers(1, horizon_s + 1, num_cars))
    off = pl.Series("off", [start + timedelta(seconds=int(s)) for s in off_s], dtype=pl.Datetime("ms"))
    variant = draw.integers(0, len(scenario.vehicles.variants), num_cars)
    market = draw.integers(0, len(scenario.markets), num_cars)
    order = draw.permutation(num_cars)
    voyages = sailings(scenario)
    by_sea = np.array([m.lane is not None for m in scenario.markets])[market]
    chosen = [int(k) if sea and k < len(voyages) else None
              for k, sea in zip(draw.integers(0, len(voyages) + 3, num_cars), by_sea, strict=True)]  # fmt: skip
    reached = [None if sea and k is None else at + timedelta(days=int(d)) for sea, k, at, d in
               zip(by_sea, chosen, off, draw.integers(1, 500, num_cars), strict=True)]  # fmt: skip
    day = [at.date() for at in off]
    may = by_sea & (np.array([v.id == "volt-60" for v in scenario.vehicles.variants])[variant])
    plant = np.where(may & (draw.random(num_cars) < 0.5), min(1, len(scenario.alternates)), 0)
    orders = _frame(PLAN["orders"], {
        "order_id": order, "variant_idx": variant, "market_idx": market, "requested_on": day,
        "standard_build_on": day, "planned_build_on": day, "plant_idx": plant,
        "lane_idx": [0 if sea else None for sea in by_sea],
    })  # fmt: skip
    empty: dict[str, Any] = {name: _frame(PLAN[name], {}) for name in PLAN if name != "orders"}
    plan = Plan(orders=orders.sort("order_id"), **empty, status="made", objective_usd=0.0, bound_usd=0.0, gap=0.0)
    built = _frame(
        FLOW["cars"], {"order_id": order, "position": np.arange(num_cars), "released_at": off, "line_off_at": off}
    )
    line = _through_shops(scenario, built.filter(pl.Series(plant == 0)), draw)
    unused = {name: _frame(FLOW[name], {}) for name in FLOW.keys() - {"cars", "days"}}
    flow = FlowTrace(cars=line, days=_days(scenario, draw), **unused)
    cars = _frame(SHIP["cars"], {"order_id": order, "yard_at": off, "sailing_idx": chosen, "delivered_at": reached})
    trips = _frame(SHIP["sailings"], {
        "sailing_idx": [v.sailing_idx for v in voyages], "lane_idx": [v.lane_idx for v in voyages],
        "departs_on": [v.departs_on for v in voyages],
    })  # fmt: skip
    return Programme(scenario, plan, flow, Shipments(cars, trips, _frame(SHIP["yards"], {})))


def _through_shops(scenario: Scenario, cars: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    """Random stays in each shop, one after the other, the last ending off the line; none before the horizon."""
    start = pl.lit(datetime.combine(scenario.horizon.start, datetime.min.time())).cast(pl.Datetime("ms"))
    left = pl.col("line_off_at")
    for shop in reversed(scenario.plant.shops):
        stay = pl.Series(draw.integers(0, 40 * 3_600_000, cars.height))
        came = pl.max_horizontal(left - pl.duration(milliseconds=stay), start)
        cars = cars.with_columns(came.alias(f"in_{shop.id}"), left.alias(f"out_{shop.id}"))
        left = pl.col(f"in_{shop.id}")
    return cars


def _days(scenario: Scenario, draw: np.random.Generator) -> pl.DataFrame:
    """Random shifts on weekdays, a different length in each shop."""
    num_days = (scenario.horizon.end - scenario.horizon.start).days + 1
    days = [scenario.horizon.start + timedelta(days=k) for k in range(num_days)]
    worked = [day for day in days if day.weekday() < 5]
    rows = [(day, k, draw.choice([8.0, 15.5, 17.25])) for day in worked for k in range(len(scenario.plant.shops))]
    columns = list(zip(*rows, strict=True))
    return _frame(FLOW["days"], {"date": columns[0], "shop_idx": columns[1], "working_h": columns[2]})


def _frame(schema: Any, columns: dict[str, Any]) -> pl.DataFrame:
    """A table of the schema: the columns given, nulls where they may be, zeros and empty texts elsewhere."""
    if not columns:
        return pl.DataFrame(schema={c.name: c.dtype for c in schema.columns})
    frame = pl.DataFrame(columns)
    for column in schema.columns:
        if column.name not in columns:
            blank: Any = None if column.nullable else "" if column.dtype == pl.String else 0
            frame = frame.with_columns(pl.lit(blank).alias(column.name))
    return frame.select(pl.col(c.name).cast(c.dtype) for c in schema.columns)
