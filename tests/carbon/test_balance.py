"""Mass balance, calibration by differences, and the bill's algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon.made import full, programme, with_carbon

from quayline.carbon.footprint._kernels import by_stage
from quayline.plan.inputs.factors import kgco2e
from quayline.records.schemas import FOOTPRINT_STAGES
from quayline.scenario import bill


@settings(max_examples=15)
@given(st.floats(0, 2), st.floats(0.1, 3))
def test_bought_is_in_the_car_and_scrap_and_the_car_weighs_what_is_in_it(scrap: float, scale: float) -> None:
    scenario = full()
    materials = [m.model_copy(update={"scrap_rate": scrap}) for m in scenario.carbon.materials]
    uses = [u.model_copy(update={"mass_kg": u.mass_kg * scale}) for u in scenario.carbon.material_use]
    changed = with_carbon(scenario, materials=materials, material_use=uses)
    for variant in changed.vehicles.variants:
        in_car = sum(u.mass_kg for u in uses if u.variant == variant.id)
        bought = sum(item.amount for m in materials for item in bill.bought(changed, variant, m.id, 2027))
        assert bought == pytest.approx(in_car * (1 + scrap))
        assert bill.pack_kg(changed, variant) + in_car == pytest.approx(variant.kerb_mass_kg)


def test_groups_of_the_account_balance() -> None:
    groups = programme(full(), 100).account().groups
    assert np.allclose(groups["in_car"] + groups["scrap"], groups["amount"])
    assert groups["scrap"].sum() > 0


def test_a_calibrated_group_moves_by_the_difference_alone() -> None:
    """2,000 kg published where 1,000 was computed: another kilogram of scrap moves it by public factors."""
    scenario = full()
    hatch = scenario.vehicles.variants[0]
    (total,) = (c for c in scenario.carbon.calibrations if c.variant == hatch.id)
    now = kgco2e(scenario, bill.bought(scenario, hatch, "aluminium", 2027))
    items = [i for i in bill.made(scenario, 0, 2027) if i.part == "aluminium" and i.stage == "materials"]
    assert kgco2e(scenario, items) == pytest.approx(total.total_kgco2e_per_car - 1000 + now)


def test_scaling_the_car_scales_what_is_bought_for_it() -> None:
    """Twice the masses and kWh: twice materials, battery, inbound, truck, inland; the ship shares by space."""
    scenario = with_carbon(full(), calibrations=[])
    variants = [v.model_copy(update={"kerb_mass_kg": 2 * v.kerb_mass_kg, "battery_kwh": 2 * v.battery_kwh})
                for v in scenario.vehicles.variants]  # fmt: skip
    uses = [u.model_copy(update={"mass_kg": 2 * u.mass_kg}) for u in scenario.carbon.material_use]
    double = with_carbon(scenario, material_use=uses).model_copy(
        update={"vehicles": scenario.vehicles.model_copy(update={"variants": variants})}
    )
    made = programme(scenario, 200)
    before, after = made.account(scenario).cars, made.account(double).cars
    for stage in FOOTPRINT_STAGES:
        by_mass = stage in ("materials", "battery", "inbound", "truck", "inland", "credit")
        name = f"{stage}_kgco2e"
        assert np.allclose(after[name], before[name] * (2 if by_mass else 1)), stage


def test_the_plan_counts_what_a_car_adds() -> None:
    """Equal to the account but for base loads and the hours of the day, car by car."""
    scenario = with_carbon(full(), base_load="none", grid_hours=[])
    made = programme(scenario, 200)
    rows = made.account().cars.join(made.account().classes, on="class_idx")
    for row in rows.filter(plant_idx=0).iter_rows(named=True):
        items = [*bill.made(scenario, row["variant_idx"], row["year"]),
                 *bill.way(scenario, row["variant_idx"], row["market_idx"], 0, row["lane_idx"])]  # fmt: skip
        assert kgco2e(scenario, items) == pytest.approx(row["customer_kgco2e"], rel=1e-12)


@given(st.integers(0, 12), st.integers(1, 9), st.integers(1, 5), st.integers(0, 10**6))
def test_the_kernel_is_the_plain_sum(num_rows: int, num_columns: int, num_stages: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    lengths = draw.integers(0, 6, num_rows)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    column = draw.integers(0, num_columns, starts[-1]).astype(np.int32)
    amount, value = draw.normal(size=starts[-1]), draw.normal(size=num_columns)
    stage = draw.integers(0, num_stages, num_columns)
    plain = np.zeros((num_rows, num_stages))
    for i in range(num_rows):
        for k in range(starts[i], starts[i + 1]):
            plain[i, stage[column[k]]] += amount[k] * value[column[k]]
    assert by_stage(starts, column, amount, value, stage, num_stages) == pytest.approx(plain)
