"""Order promising: never later than the undisturbed simulation, never padded, and each promise uses what it takes."""

from __future__ import annotations

from dataclasses import replace as put
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import replace
from tests.undisturbed import places, simulated, undisturbed, with_order

from quayline.plan.inputs.orders import day_number
from quayline.plan.promising.promise import Book
from quayline.ship.solve import ship
from quayline.study.run import Params, Results, run

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

@pytest.fixture(scope="module")
def calm(starter: Scenario) -> Scenario:
    return undisturbed(starter)


@pytest.fixture(scope="module")
def results(calm: Scenario) -> Results:
    return run(calm, seed=2)


@pytest.fixture
def book(calm: Scenario, results: Results) -> Book:
    return Book(calm, results.plan, results.flow, results.ship)


@pytest.mark.parametrize("market", ["home", "overseas"])
@pytest.mark.parametrize("day", [date(2026, 1, 20), date(2026, 3, 3), date(2026, 5, 6)])
def test_a_new_car_is_there_when_promised(calm: Scenario, results: Results, book: Book, market: str, day: date) -> None:
    market_at, variant_at = places(calm, market)
    book.unsold.clear()
    made = book.promise(market_at, variant_at, day)
    assert made.source == "capacity"
    assert made.delivery_on is not None
    plan = with_order(calm, results.plan, made, market_at, variant_at, day)
    trips = simulated(calm, results, plan, 2)
    car = trips.cars.filter(pl.col("order_id") == results.plan.orders.height).row(0, named=True)
    assert car["delivered_at"] is not None
    assert car["delivered_at"].date() <= made.delivery_on
    if made.sailing_idx is not None:
        assert car["sailing_idx"] == made.sailing_idx


@pytest.mark.parametrize(("market", "day"), [("home", date(2026, 2, 10)), ("overseas", date(2026, 4, 28))])
def test_a_planned_car_is_promised_for_the_simulated_day(
    calm: Scenario, results: Results, book: Book, market: str, day: date
) -> None:
    market_at, variant_at = places(calm, market)
    made = book.promise(market_at, variant_at, day)
    assert made.source == "planned"
    orders = results.plan.orders.with_columns(
        pl.when(pl.col("order_id") == made.order_id).then(pl.lit(day)).otherwise("requested_on").alias("requested_on")
    )
    again = ship(calm, put(results.plan, orders=orders), results.flow, Params().ship, 2)
    car = again.cars.filter(pl.col("order_id") == made.order_id).row(0, named=True)
    assert car["delivered_at"].date() == made.delivery_on


def test_each_promise_uses_what_it_takes(calm: Scenario, book: Book) -> None:
    market_at, variant_at = places(calm, "home")
    cars = book.unsold[market_at, variant_at]
    made = [book.promise(market_at, variant_at, date(2026, 2, 10)) for _ in range(60)]
    planned = [one.order_id for one in made if one.source == "planned"]
    assert len(set(planned)) == len(planned)
    assert sorted(cars.order_id[cars.sold_day == 0].tolist()) == sorted(planned)
    days = [one.delivery_on for one in made]
    assert days == sorted(days)
    assert all(one.holds for one in made)


def test_capacity_is_never_promised_twice(calm: Scenario, results: Results, book: Book) -> None:
    market_at, variant_at = places(calm, "overseas")
    book.unsold.clear()
    free_cars, space = book.room.free_cars.copy(), book.room.space.copy()
    made = [book.promise(market_at, variant_at, date(2026, 2, 10)) for _ in range(300)]
    built = [one for one in made if one.source == "capacity"]
    assert built
    for week, free in enumerate(free_cars):
        mine = sum((day_number(one.build_on) - book.room.monday) // 7 == week for one in built if one.build_on)
        assert mine <= max(free, 0) + 1e-6
    ceu = next(m.ceu for m in calm.vehicles.models if m.id == calm.vehicles.variants[variant_at].model)
    for sailing in book.room.trips:
        assert sum(one.sailing_idx == sailing.sailing_idx for one in built) * ceu <= space[sailing.voyage] + 1e-4
    assert (book.room.space >= -1e-6).all()


def test_costs_are_those_of_the_scenario(calm: Scenario, book: Book) -> None:
    market_at, variant_at = places(calm, "overseas")
    made = book.promise(market_at, variant_at, date(2026, 2, 10))
    assert made.sailing_idx is not None
    sailing = book.room.trips[made.sailing_idx]
    rate = max((d for d in calm.trade.duties if d.from_ <= sailing.arrives_on), key=lambda d: d.from_).rate
    assert made.costs_usd["duty"] == pytest.approx(rate * made.price_usd * calm.trade.customs_value_share)
    assert made.costs_usd["parts"] == calm.vehicles.variants[variant_at].parts_usd_per_car
    assert made.contribution_usd == pytest.approx(made.price_usd - sum(made.costs_usd.values()))


def test_a_barred_market_gets_no_promise_and_the_reason(calm: Scenario, results: Results) -> None:
    from quayline.scenario.markets import Admissibility

    brand = calm.vehicles.models[-1].brand
    bar = Admissibility.model_validate({
        "id": "no", "country": "US", "brand": brand, "model_year_from": 2000, "from": "2026-01-01", "reason": "a test",
    })  # fmt: skip
    barred = replace(calm, trade__admissibility=[bar])
    market_at, variant_at = places(calm, "overseas")
    shut = Book(barred, results.plan, results.flow, results.ship)
    shut.unsold.clear()
    made = shut.promise(market_at, variant_at, date(2026, 2, 10))
    assert made.delivery_on is None
    assert any("bars" in hold for hold in made.holds)
