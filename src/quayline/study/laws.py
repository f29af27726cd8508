"""The laws that every run obeys: nothing is lost, on its way from order to customer, in energy, in money."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import polars as pl

from quayline.records import schemas
from quayline.records.built import built_cars
from quayline.records.reasons import LATE, SCRAPPED, UNBUILT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.records.stages import (
        CarbonAccount,
        DaySequence,
        FlowTrace,
        Ledger,
        MoneyAccount,
        Plan,
        QualityLog,
        Shipments,
    )
    from quayline.scenario.schema import Scenario

REL_TOLERANCE = 1e-9
CENTS = 100
STATES_BUILT = ("delivered", "on-water", "plant-yard", "port-yard", "destination-port", "inland", "barred")


class Records(Protocol):
    """What the laws look at: the records of a run, from memory or from disk."""

    @property
    def plan(self) -> Plan: ...
    @property
    def sequence(self) -> DaySequence: ...
    @property
    def quality(self) -> QualityLog: ...
    @property
    def flow(self) -> FlowTrace: ...
    @property
    def ship(self) -> Shipments: ...
    @property
    def carbon(self) -> CarbonAccount: ...
    @property
    def money(self) -> MoneyAccount: ...
    @property
    def ledger(self) -> Ledger: ...


def broken_laws(scenario: Scenario, run: Records) -> list[str]:
    """Every law that does not hold in `run`, in words with figures; empty when all hold."""
    return [f"{law.__name__}: {fault}" for law in LAWS for fault in law(scenario, run)]


def _equal(what: str, left: float, right: float, tolerance: float = 0.0) -> Iterator[str]:
    if not abs(left - right) <= tolerance:
        yield f"{what}: {left:,.6g} is not {right:,.6g}"


def _sum(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())


def orders_are_conserved(scenario: Scenario, run: Records) -> Iterator[str]:
    """Cars ordered = built + scrapped + in the line + unbuilt, each unbuilt order with a reason."""
    book, orders = run.ledger.orders, run.plan.orders
    yield from _equal("orders in the ledger", book.height, orders.height)
    yield from _equal("distinct orders", book["order_id"].n_unique(), book.height)
    counts = dict(book["state"].value_counts().iter_rows())
    unknown = set(counts) - {*STATES_BUILT, "in-line", "scrapped", "unbuilt"}
    if unknown:
        yield f"states that do not exist: {sorted(unknown)}"
    built = sum(counts.get(state, 0) for state in STATES_BUILT)
    yield from _equal("cars built", built_cars(run.plan, run.flow).height, built)
    scrapped = counts.get("scrapped", 0)
    yield from _equal("cars scrapped", run.flow.scrapped.height, scrapped)
    yield from _equal("planned cars", int(orders["planned_build_on"].is_not_null().sum()),
                      built + scrapped + counts.get("in-line", 0))  # fmt: skip
    yield from _equal("unbuilt orders with a reason",
                      book.filter(pl.col("state") == "unbuilt", pl.col("reason").is_in(list(UNBUILT))).height,
                      counts.get("unbuilt", 0))  # fmt: skip
    unexplained = book.filter(~pl.col("reason").is_in([*UNBUILT, *LATE, *SCRAPPED, ""])).height
    yield from _equal("orders with an unknown reason", unexplained, 0)
    wordless = book.filter((pl.col("reason") != "") != (pl.col("reason_text") != "")).height
    yield from _equal("orders with a reason and no words, or words and no reason", wordless, 0)


def plan_is_sequenced(scenario: Scenario, run: Records) -> Iterator[str]:
    """Every car planned for the line is in the sequence once, on its planned day."""
    planned = run.plan.orders.filter(pl.col("plant_idx") == 0).select("order_id", "planned_build_on")
    both = planned.join(run.sequence.cars, on="order_id", how="inner")
    yield from _equal("planned cars in the sequence", both.height, planned.height)
    yield from _equal("cars in the sequence", run.sequence.cars.height, planned.height)
    moved = both.filter(pl.col("planned_build_on") != pl.col("build_on")).height
    yield from _equal("cars sequenced on another day", moved, 0)
    positions = run.sequence.cars["position"]
    yield from _equal("distinct positions", positions.n_unique(), run.sequence.cars.height)
    weekly = _sum(run.plan.build.filter(pl.col("plant_idx") == 0), "cars")
    yield from _equal("cars in the weekly plan", weekly, planned.height)


def built_cars_are_somewhere(scenario: Scenario, run: Records) -> Iterator[str]:
    """Every built car has one row in ship, carbon and money, and moves forward in time."""
    cars = built_cars(run.plan, run.flow).select("order_id", "line_off_at")
    for name, frame in (("ship", run.ship.cars), ("carbon", run.carbon.cars), ("money", run.money.cars)):
        yield from _equal(f"cars in {name}", frame.height, cars.height)
        yield from _equal(f"built cars in {name}", frame.join(cars, on="order_id").height, cars.height)
    trip = run.ship.cars.join(cars, on="order_id")
    closing = pl.lit(datetime.combine(scenario.horizon.end, datetime.min.time()) + timedelta(days=1))
    there = (pl.col("delivered_at") <= closing).fill_null(False)
    yield from _equal("cars delivered by the end of the horizon", trip.filter(there).height,
                      trip.filter(pl.col("state") == "delivered").height)  # fmt: skip
    steps = ("line_off_at", "yard_at", "port_at", "departed_at", "arrived_at", "released_at", "delivered_at")
    for earlier, later in pairwise(steps):
        yield from _equal(f"cars with {later} before {earlier}", trip.filter(pl.col(later) < pl.col(earlier)).height, 0)


def ships_hold_what_they_carry(scenario: Scenario, run: Records) -> Iterator[str]:
    """Cars on the sailings are the cars that sailed, and no ship is over its space."""
    trips = run.ship.sailings
    sailed = run.ship.cars.filter(pl.col("sailing_idx").is_not_null())
    yield from _equal("cars on sailings", int(trips["cars"].sum()), sailed.height)
    ships = trips.group_by("voyage_idx").agg(pl.col("loaded").sum(), pl.col("capacity").first())
    yield from _equal("ships over their space", ships.filter(pl.col("loaded") > pl.col("capacity") + 1e-6).height, 0)
    unpaid = trips.filter(~pl.col("sails"), pl.col("cars") > 0).height
    yield from _equal("charters that sail unbooked", unpaid, 0)
    per_ship = sailed.group_by("sailing_idx").len()
    differing = trips.join(per_ship, on="sailing_idx", how="left").filter(pl.col("cars") != pl.col("len").fill_null(0))
    yield from _equal("sailings whose cars differ from the cars' own rows", differing.height, 0)


def defects_are_caught_or_escape(scenario: Scenario, run: Records) -> Iterator[str]:
    """Defects made = caught + escaped + gone with scrapped cars, by month as in the log; cars scrapped have one."""
    months, log = run.quality.months, run.quality.defects
    yield from _equal("defects", int(months["defects"].sum()), log.height)
    parts = ("caught", "escaped", "gone")
    yield from _equal("caught + escaped + gone", sum(_sum(months, name) for name in parts), log.height)
    for name in ("escaped", "gone"):
        yield from _equal(name, int(months[name].sum()), log.filter(pl.col("fate") == name).height)
    beyond = log.filter(pl.col("fate") == "scrap")
    yield from _equal("cars beyond repair", beyond["order_id"].n_unique(), int(months["scrapped_cars"].sum()))
    yield from _equal("cars scrapped without a defect beyond repair",
                      run.flow.scrapped.join(beyond, on=["order_id", "gate"], how="anti").height, 0)  # fmt: skip


def energy_is_conserved(scenario: Scenario, run: Records) -> Iterator[str]:
    """The plant's scope 1 and 2 = what cars carry + what belongs to no car; and the cars' rows carry just that."""
    plant, cars = run.carbon.plant, run.carbon.cars
    total = _sum(plant, "scope1_kgco2e") + _sum(plant, "scope2_location_kgco2e")
    tolerance = REL_TOLERANCE * max(total, 1.0)
    carried, nobody = _sum(plant, "cars_kgco2e"), _sum(plant, "nobody_kgco2e")
    yield from _equal("scope 1 and 2, kgCO2e", total, carried + nobody, tolerance)
    rows = sum(_sum(cars, f"plant_{part}_kgco2e") for part in ("gas", "electricity", "base"))
    yield from _equal("plant emissions on the cars, kgCO2e", rows, carried, tolerance)
    path = run.carbon.path.filter(~pl.col("is_projected") & pl.col("scope1_kgco2e").is_not_null())
    built = plant.filter(pl.col("year").is_in(path["year"].implode()))
    for scope in ("scope1", "scope2_location", "scope2_market"):
        here, there = _sum(path, f"{scope}_kgco2e"), _sum(built, f"{scope}_kgco2e")
        yield from _equal(f"{scope} of the path's years, kgCO2e", here, there, REL_TOLERANCE * max(there, 1.0))
    for carrier in ("electricity", "gas"):
        over = plant.filter(pl.col(f"{carrier}_cars_kwh") > pl.col(f"{carrier}_kwh") * (1 + REL_TOLERANCE)).height
        yield from _equal(f"shops and years whose cars take more {carrier} than there is", over, 0)
    stages = sum(_sum(cars, f"{stage}_kgco2e") for stage in schemas.FOOTPRINT_STAGES)
    life = _sum(cars, "life_kgco2e")
    yield from _equal("stages of life, kgCO2e", stages, life, REL_TOLERANCE * max(abs(life), 1.0))


def footprints_are_amounts_times_factors(scenario: Scenario, run: Records) -> Iterator[str]:
    """Each stage over all cars = cars of each class × amounts of its bill × factors; every car is in a class."""
    cars, classes = run.carbon.cars, run.carbon.classes
    yield from _equal("cars in classes", int(classes["cars"].sum()), cars.height)
    rows = run.carbon.amounts.join(run.carbon.factors.select("factor_idx", "kgco2e"), on="factor_idx")
    rows = rows.join(classes.select("class_idx", "cars"), on="class_idx", maintain_order="left")
    yield from _equal("amounts with class and factor", rows.height, run.carbon.amounts.height)
    sums = rows.group_by("stage").agg((pl.col("amount") * pl.col("kgco2e") * pl.col("cars")).sum().alias("kgco2e"))
    billed = dict(sums.iter_rows())
    for stage in schemas.FOOTPRINT_STAGES:
        carried = _sum(cars, f"{stage}_kgco2e")
        tolerance = REL_TOLERANCE * max(abs(carried), 1.0)
        yield from _equal(f"{stage} by amount times factor, kgCO2e", billed.get(stage, 0.0), carried, tolerance)


def money_is_conserved(scenario: Scenario, run: Records) -> Iterator[str]:
    """Every cent of the cars and the plant is in the settlement, once, between two known parties, and nothing else."""
    cars, plant, settled = run.money.cars, run.money.plant, run.money.settlement
    parties = [party.id for party in scenario.parties]
    odd = settled.filter(
        ~pl.col("payer").is_in(parties) | ~pl.col("payee").is_in(parties)
        | (pl.col("payer") == pl.col("payee")) | (pl.col("usd") <= 0)
    )  # fmt: skip
    yield from _equal("payments to oneself, of nothing, or of unknown parties", odd.height, 0)
    items = {item: _cents(rows["usd"]) for (item,), rows in settled.group_by("item")}
    expected = {kind: _cents(cars[f"{kind}_usd"]) for kind in (*schemas.COST_ELEMENTS, "fee", "price", "subsidy")}
    expected |= {item: _cents(rows["usd"]) for (item,), rows in plant.group_by("item")}
    for item, cents in expected.items():
        yield from _equal(f"{item} in the settlement, cents", items.pop(item, 0), cents)
    short = sum(_shortfall_cents(scenario, run.plan, run.flow).values())
    yield from _equal("shortfall in the settlement, cents", items.pop("shortfall", 0), short)
    yield from _equal(f"items that no car and no plant has ({', '.join(map(str, items))})", len(items), 0)
    costs = pl.sum_horizontal(_whole_cents(f"{element}_usd") for element in schemas.COST_ELEMENTS)
    earned = _whole_cents("price_usd") + _whole_cents("subsidy_usd")
    wrong = cars.filter(earned - costs != _whole_cents("margin_usd")).height
    yield from _equal("cars whose margin is not price less elements", wrong, 0)


def _shortfall_cents(scenario: Scenario, plan: Plan, flow: FlowTrace) -> dict[tuple[str, int], int]:
    """What each agreement owes in each year: cars that left the line, counted here again, against the minimum."""
    models = [v.model for v in scenario.vehicles.variants]
    built = flow.cars.join(plan.orders.select("order_id", "variant_idx"), on="order_id")
    years = built.select(pl.col("line_off_at").dt.year().alias("year"), "variant_idx")
    owed = {}
    for agreement in scenario.agreements:
        mine = years.filter(pl.col("variant_idx").is_in([k for k, m in enumerate(models) if m in agreement.models]))
        for row in agreement.minimums:
            if scenario.horizon.start.year <= row.year <= scenario.horizon.end.year:
                short = max(row.cars - mine.filter(pl.col("year") == row.year).height, 0)
                owed[agreement.id, row.year] = short * round(agreement.shortfall_fee_usd_per_car * CENTS)
    return owed


def _whole_cents(column: str) -> pl.Expr:
    return (pl.col(column) * CENTS).round().cast(pl.Int64)


def _cents(usd: pl.Series) -> int:
    return int((usd * CENTS).round().cast(pl.Int64).sum())


LAWS: tuple[Callable[[Scenario, Records], Iterator[str]], ...] = (
    orders_are_conserved,
    plan_is_sequenced,
    built_cars_are_somewhere,
    ships_hold_what_they_carry,
    defects_are_caught_or_escape,
    energy_is_conserved,
    footprints_are_amounts_times_factors,
    money_is_conserved,
)
