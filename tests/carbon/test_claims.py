"""Draws, claims and levers: against probabilities known exactly, and what must not move."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.carbon.made import full, programme, starter, with_carbon

from quayline.carbon.footprint.drawn import drawn
from quayline.carbon.footprint.levers import pulled
from quayline.carbon.footprint.products import Products
from quayline.carbon.footprint.solve import BOUNDARIES
from quayline.scenario import bill
from quayline.scenario.bill import Activity
from quayline.scenario.claims import Adjustment, Claim
from quayline.scenario.loader import load

BUSAN = load("busan")
NUM = 4000


def _single() -> int:
    return [v.id for v in BUSAN.vehicles.variants].index("polestar-4-single")


def _gate(scenario, items, num=NUM):
    """Draws of a bill's total to the gate."""
    rows = [item for item in items if item.stage in BOUNDARIES["gate"]]
    values = drawn(scenario, [item.activity for item in rows], Products(scenario), num, 1)
    return values @ np.array([item.amount for item in rows])


def test_a_calibrated_group_is_its_published_total_in_every_draw() -> None:
    """Public factors move, what they explain moves alike, and only the draw of the publication is left."""
    rows = [item for item in bill.made(BUSAN, _single(), 2025) if item.stage in ("materials", "battery")]
    made = _gate(BUSAN, rows, 300)
    (one,) = drawn(BUSAN, [Activity("published", "polestar-4-single/battery")], Products(BUSAN), 300, 1).T
    assert made == pytest.approx(19_400 * one / 7600, rel=1e-4)


def test_the_claim_of_two_published_cars_is_exact() -> None:
    """ln of the ratio of two lognormal totals of 10 % each is normal: P(19.4 < 26.1)."""
    made = programme(starter(), 50)
    cars = made.account().line_up
    assert cars.filter(pl.col("kind") == "published")["low_kgco2e"][0] < 11_500
    from quayline.carbon.footprint.drawn import moves

    paths = [f"carbon.line_up[{name}].total" for name in ("polestar-4-cn-standard", "polestar-2")]
    found = moves(BUSAN, paths, 20_000, 1)
    share = float(np.mean(19_400 * found[paths[0]] < 26_100 * found[paths[1]]))
    exact = stats.norm.cdf(log(26.1 / 19.4) / (sqrt(2) * log(1.1)))
    assert abs(share - exact) < 4 * sqrt(exact * (1 - exact) / 20_000)


def test_intervals_hold_their_figure_and_claims_their_shares() -> None:
    account = programme(starter(), 300).account()
    for row in account.line_up.iter_rows(named=True):
        assert row["low_kgco2e"] < row["total_kgco2e"] < row["high_kgco2e"]
    (claim,) = account.claims.iter_rows(named=True)
    assert 0.5 < claim["lower_share"] < 1
    assert (claim["beside"], claim["variant"]) == ("same-class", "volt-60")


def test_a_car_without_an_adjustment_is_not_comparable_and_the_claim_neither() -> None:
    account = programme(full(), 300).account()
    rows = {(r["claim"], r["variant"], r["beside"]): r for r in account.claims.iter_rows(named=True)}
    assert rows["least-1", "volt-60", "near"]["other_kgco2e"] == 15_900
    assert rows["least-1", "volt-60", "all"]["lower_share"] is None
    assert rows["least-1", "volt-60", ""]["lower_share"] is None
    assert rows["least-0", "volt-60", ""]["other_kgco2e"] == 15_000


def test_an_adjustment_makes_it_comparable() -> None:
    scenario = full()
    added = Adjustment.model_validate({"to": "customer", "name": "less life", "amount": "-24000 kgCO2e/car"})
    cars = [car.model_copy(update={"adjustments": [*car.adjustments, added]}) if car.id == "all" else car
            for car in scenario.carbon.line_up]  # fmt: skip
    account = programme(with_carbon(scenario, line_up=cars), 300).account()
    rows = {(r["claim"], r["variant"], r["beside"]): r for r in account.claims.iter_rows(named=True)}
    assert rows["least-1", "volt-60", "all"]["other_kgco2e"] == 16_000
    assert rows["least-1", "volt-60", ""]["other_kgco2e"] == 15_900


def test_a_claim_of_a_market_looks_at_its_cars_alone() -> None:
    made = programme(full(), 300)
    claim = Claim(id="x", text="x", variants=["volt-60"], beside=["near"], boundary="customer", market="overseas")
    (row,) = made.account(with_carbon(made.scenario, claims=[claim])).claims.iter_rows(named=True)
    place = made.plan.orders.filter(variant_idx=1, market_idx=1, plant_idx=0)["order_id"]
    mean = made.account().cars.filter(pl.col("order_id").is_in(place.implode()))["customer_kgco2e"].mean()
    assert row["own_kgco2e"] == pytest.approx(mean)


def test_levers_by_hand() -> None:
    """Half the aluminium clean; a pack of 45 kWh with its part of the mass; a ship that shares by volume."""
    made = programme(full(), 400)
    account, scenario = made.account(), made.scenario
    products = Products(scenario)
    rows = {(r["lever"], r["variant_idx"]): r for r in account.levers.iter_rows(named=True)}
    one = account.classes.row(rows["mix", 1]["class_idx"], named=True)
    metal, clean = (products.factor(Activity("product", name, one["year"])).kgco2e for name in ("metal", "clean-metal"))
    assert rows["mix", 1]["saved_kgco2e"] == pytest.approx(210 * 1.25 * 0.5 * 0.7 * (metal - clean))
    assert rows["mix", 1]["cost_usd_per_t"] == pytest.approx(50 / rows["mix", 1]["saved_kgco2e"] * 1000)
    assert rows["less", 1]["cost_usd"] == -900
    less = pulled(scenario, scenario.carbon.levers[2]).vehicles.variants[1]
    assert (less.battery_kwh, less.kerb_mass_kg) == (45, 1790 - 360 / 4)
    assert ("less", 0) not in rows


@settings(max_examples=20)
@given(st.floats(0.05, 1), st.floats(0, 0.95))
def test_more_of_a_clean_product_saves_in_proportion(share: float, less: float) -> None:
    scenario = full()
    lever = scenario.carbon.levers[0]

    def saved(part: float) -> float:
        swaps = [lever.swaps[0].model_copy(update={"share": part})]
        other = pulled(scenario, lever.model_copy(update={"swaps": swaps}))
        products = Products(scenario)
        mean = [sum(p.share * products.factor(Activity("product", p.product, 2027)).kgco2e for p in m.mix)
                for s in (scenario, other) for m in s.carbon.materials if m.id == "aluminium"]  # fmt: skip
        return mean[0] - mean[1]

    assert saved(share * less) == pytest.approx(saved(share) * less, rel=1e-9, abs=1e-12)


def test_the_same_seed_gives_the_same_intervals_and_another_not() -> None:
    made = programme(starter(), 100)
    from quayline.carbon.params import CarbonParams
    from quayline.carbon.solve import carbon

    def line_up(seed: int) -> pl.DataFrame:
        return carbon(made.scenario, made.plan, made.flow, made.ship, CarbonParams(), seed).line_up

    assert line_up(3).equals(line_up(3))
    assert not line_up(3).equals(line_up(4))
