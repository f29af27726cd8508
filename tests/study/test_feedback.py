"""What the simulated line tells the next plan: shop by shop, and car by car of those that it did not build."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.undisturbed import undisturbed

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.engine import simulate_network
from quayline.flow.layout import Layout
from quayline.flow.network import Cars, Network, Parallel, Serial, Station
from quayline.flow.shops import ShopRates, alone, shop_rates
from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.promising.promise import Book
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.loader import load
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence
from quayline.study.feedback import expected_availability, fed_back, measured_availability, measured_shops
from quayline.study.line_delay import held_by
from quayline.study.run import run

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from quayline.study.run import Results

FRAMING = "plant.shops[body].sections[framing].reliability"
LAMED = {f"{FRAMING}.mtbf": "3 h", f"{FRAMING}.mttr": "40 min"}


@pytest.fixture(scope="module")
def lamed(starter: Path) -> Results:
    """The starter with a body shop whose stations fail so often that it holds the line back."""
    return run(load(starter, LAMED), 3)


def test_a_shop_alone_runs_at_its_slowest_cycle(starter: Path) -> None:
    """Nothing varies: framing takes 290 s, of a volt a part more; the paint line 290 s, assembly the mode's speed."""
    scenario = undisturbed(load(starter))
    crew = balance(scenario, BalanceParams())
    programme = plan(scenario, crew, PlanParams(), 1)
    line = sequence(scenario, programme, SequenceParams(), 1)
    defects = quality(scenario, programme, line, QualityParams(), 1)
    rates = shop_rates(scenario, programme, line, crew, defects, 1)
    assert rates.is_paced == (False, False, True)
    built = line.cars.join(programme.orders, on="order_id")["variant_idx"].to_list()
    models = {model.id: model for model in scenario.vehicles.models}
    paces = [{p.shop: p.factor for p in models[v.model].pace}.get("body", 1.0) for v in scenario.vehicles.variants]
    assert rates.jph[0] == pytest.approx(3600 / 290 / np.mean([paces[v] for v in built]), rel=1e-3)
    assert rates.jph[1] == pytest.approx(3600 / 290, rel=1e-6)
    speeds = [mode.speed_jph for mode in scenario.plant.modes]
    assert rates.jph[2] == pytest.approx(speeds, rel=1e-3)


def test_a_shop_alone_keeps_its_lines_beside_each_other() -> None:
    """Two lines of 100 s between two sections of 10 s pass 72 cars an hour; at an end of a shop too."""
    def serial(name: str, work_s: float) -> Serial:
        return Serial(name, (Station(name, (work_s,)),), places_before=1)

    beside = Parallel("beside", ((serial("b", 100.0),), (serial("c", 100.0),)))
    network = Network((serial("a", 10.0), beside, serial("d", 10.0), serial("e", 10.0)), (np.array([[0.0, 1e7]]),))
    cars = Cars(np.zeros(400, np.int64), np.zeros(400))

    def cut(shops: list[int], shop: int) -> Network | None:
        places = dict(zip("abcde", shops, strict=True))
        return alone(Layout(network, cars, places, [0, 0], np.arange(400), pl.Series([None] * 400)), shop)

    first = cut([0, 0, 0, 0, 1], 0)
    assert first is not None
    assert first.sections == network.sections[:3]
    for one in (first, cut([0, 1, 1, 1, 1], 1), cut([0, 0, 0, 1, 1], 0)):
        assert one is not None
        left_s = np.sort(simulate_network(one, cars, 1, 1e7).leave_s[:, one.last_column])
        assert 3600 * 398 / (left_s[-1] - left_s[1]) == pytest.approx(72.0, rel=1e-2)


def test_the_next_plan_knows_which_shop_is_slow(starter: Path, lamed: Results) -> None:
    """Declared, the body shop is faster than the line; measured, it binds, is named, and the plan keeps to it."""
    scenario = load(starter, LAMED)
    assert lamed.rounds == 2
    body = lamed.plan.shops.filter(pl.col("shop_idx") == 0)
    assert body["is_measured"].all()
    assert body.height == len(scenario.plant.modes)
    limits = lamed.plan.binding.filter(pl.col("constraint") == "shop capacity")
    assert limits.height
    assert limits["words"].str.starts_with("Body shop, as measured,").all()
    assert faults(scenario, lamed.balance, lamed.plan) == []
    promised = expected_availability(scenario, lamed.plan, lamed.flow, lamed.rests_on.availability_share)
    assert promised == lamed.promised_share < lamed.rests_on.availability_share
    assert measured_availability(lamed.flow) == pytest.approx(promised, abs=0.02)
    again = measured_shops(scenario, lamed.plan)
    assert again is not None
    assert again[0] == pytest.approx(lamed.rests_on.shop_jph[0], abs=0)


def test_no_car_is_promised_that_a_slow_shop_cannot_pass(starter: Path, lamed: Results) -> None:
    """What is left of a week is left of its slowest shop: the line alone would take more."""
    scenario = load(starter, LAMED)
    room = Book(scenario, lamed.plan, lamed.flow, lamed.ship).room
    weeks = lamed.plan.weeks.sort("week_idx")
    hours = weeks.select(pl.sum_horizontal("normal_h", "overtime_h", "weekend_h"))["normal_h"].to_numpy()
    assert lamed.rests_on.shop_jph is not None
    most = lamed.rests_on.shop_jph[0][weeks["mode_idx"].to_numpy()] * hours
    assert room.free_cars == pytest.approx(most - weeks["built_cars"].to_numpy(), abs=1e-6)
    assert (room.free_cars < (weeks["capacity_cars"] - weeks["built_cars"]).to_numpy() - 1)[hours > 0].all()


def test_the_check_sees_a_week_beyond_what_a_shop_was_measured_to_pass(starter: Path, lamed: Results) -> None:
    """The same plan, its shop said to be slower by a twentieth."""
    slower = lamed.plan.shops.with_columns(pl.col("most_jph") * 0.95)
    found = faults(load(starter, LAMED), lamed.balance, type(lamed.plan)(**{**vars(lamed.plan), "shops": slower}))
    assert found
    assert all("Body shop passes" in fault for fault in found)


def test_a_line_that_no_shop_holds_back_gets_its_availability(lamed: Results, starter: Path) -> None:
    """Shops at least as fast as the moving lines change nothing: one share goes back, the measured one."""
    scenario = load(starter, LAMED)
    speeds = np.array([mode.speed_jph for mode in scenario.plant.modes])
    rates = ShopRates(np.stack([speeds * 2, speeds, speeds * 0.95]), (False, False, True))
    told = fed_back(scenario, lamed.plan, lamed.flow, rates)
    assert told.shop_jph is None
    assert told.availability_share == measured_availability(lamed.flow)


def test_what_goes_back_is_what_the_line_built(starter: Path, lamed: Results) -> None:
    """With the rates that go back, the hours worked would give just what was built in them."""
    scenario = load(starter, LAMED)
    told = fed_back(scenario, lamed.plan, lamed.flow, ShopRates(np.array([[6.0] * 3, [12.0] * 3, [7.9, 9.9, 9.9]]),
                                                                (False, False, True)))  # fmt: skip
    months = lamed.flow.months.filter(pl.col("working_h") > 0)
    hours, speed = months["working_h"].to_numpy(), months["paced_cars"].to_numpy() / months["working_h"].to_numpy()
    built = (months["oee_share"].to_numpy() * speed * hours).sum()
    slowest = np.where(speed < 9, min(6.0, 7.9), min(6.0, 9.9)) * hours
    assert told.shop_jph is not None
    assert told.shop_jph[0][0] / 6.0 * slowest.sum() == pytest.approx(built, rel=1e-9)
    assert told.availability_share == pytest.approx(told.shop_jph[2][1] / 10.0, rel=1e-9)


def test_every_car_not_built_names_its_shop(starter: Path, lamed: Results) -> None:
    """A car still in the line names the shop that it is in, or that it has not begun."""
    cars, standing = lamed.ledger.orders.filter(pl.col("state") == "in-line"), lamed.flow.standing
    assert sorted(cars["order_id"]) == sorted(standing["order_id"]) != []
    names = [shop.name for shop in load(starter, LAMED).plant.shops]
    texts = dict(cars.select("order_id", "reason_text").iter_rows())
    for order, shop, since in standing.iter_rows():
        told = "not begun" if shop is None else f"in {names[shop]} at the end of 2026-06-26, since {since:%Y-%m-%d %H}"
        assert told in texts[order]


def test_a_built_car_names_the_shop_that_held_it(starter: Path, lamed: Results) -> None:
    """Told again from the car's own times, in hours of the days' work: no shop held it longer than the one named."""
    scenario = load(starter, LAMED)
    shops = scenario.plant.shops
    texts = dict(held_by(scenario, lamed.quality, lamed.flow).select("order_id", "held_text").iter_rows())
    assert len(texts) == lamed.flow.cars.height + lamed.flow.standing.height
    days = lamed.flow.days.filter(pl.col("shop_idx") == 0).select("date", "working_h")
    worked = partial(_worked_h, dict(days.iter_rows()))
    rows = lamed.flow.cars.select("order_id", "released_at", *(f"out_{shop.id}" for shop in shops)).rows()
    held = np.array([[worked(b) - worked(a) for a, b in pairwise(row[1:])] for row in rows])
    beyond = held - np.median(held, axis=0)
    for row, hours in zip(rows[::7], beyond[::7], strict=True):
        worst = int(hours.argmax())
        told = f" up to the end of {shops[worst].name}, from {row[1 + worst]:%Y-%m-%d} to "
        assert told in texts[row[0]]


def _worked_h(days: dict[object, float], at: datetime) -> float:
    """Hours worked before a moment, a day's spread evenly over it."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    part = (at - midnight).total_seconds() / 86_400
    return sum(hours for day, hours in days.items() if day < at.date()) + part * days.get(at.date(), 0.0)
