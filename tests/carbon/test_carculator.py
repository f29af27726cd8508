"""Beside carculator 1.9.7 on the same car: what its terms are here, and what the differences are made of.

The figures of carculator were measured once (medium SUV, NMC, 100 kWh, 2025, 2,230 kg, Korea, 200,000 km).
"""

from __future__ import annotations

import pytest

from quayline.carbon.factors import life_mean
from quayline.carbon.footprint.factors import factor
from quayline.carbon.footprint.products import Products
from quayline.scenario import bill
from quayline.scenario.loader import load

GLIDER_AND_POWERTRAIN_T, BATTERY_T, USE_T = 14.0, 8.1, 16.8
CONSUMPTION_KWH_PER_100KM = 22.2  # of its case of 2020; that of 2025 is not printed
BUSAN = load("busan")
PRODUCTS = Products(BUSAN)
(AT,) = (k for k, v in enumerate(BUSAN.vehicles.variants) if v.id == "polestar-4-single")


def _t(items: list[bill.Item]) -> float:
    return sum(i.amount * factor(BUSAN, i.activity, PRODUCTS).kgco2e for i in items) / 1000


def test_materials_by_public_factors_are_far_below() -> None:
    """No calibration: masses, scrap and public factors alone, 6 t below; the published Polestar lies between."""
    variant = BUSAN.vehicles.variants[AT]
    here = _t([item for m in BUSAN.carbon.materials for item in bill.bought(BUSAN, variant, m.id, 2025)])
    assert here == pytest.approx(7.8, abs=0.05)
    assert here < 11.8 < GLIDER_AND_POWERTRAIN_T


def test_the_battery_differs_by_its_factor_alone() -> None:
    variant = BUSAN.vehicles.variants[AT]
    (pack,) = bill.bought(BUSAN, variant, "battery", 2025)
    here = factor(BUSAN, pack.activity, PRODUCTS).kgco2e
    assert here == pytest.approx(65, abs=0.1)
    assert pack.amount * BATTERY_T * 10 / 1000 == pytest.approx(BATTERY_T)  # its 81 kgCO2e/kWh on our kWh
    assert _t([pack]) == pytest.approx(6.5, abs=0.01)


def test_use_differs_by_kilowatt_hours_and_grid_and_by_nothing_else() -> None:
    """Put carculator's kWh and factor in, and the term is carculator's: the two steps make up the whole difference."""
    kwh = BUSAN.vehicles.variants[AT].electricity_kwh_per_100km * 2000
    grid = float(life_mean(BUSAN, "KR", 2025, 1)[0])
    its_kwh = CONSUMPTION_KWH_PER_100KM * 2000
    its_grid = USE_T * 1000 / its_kwh
    consumption_t, grid_t = (its_kwh - kwh) * grid / 1000, its_kwh * (its_grid - grid) / 1000
    assert kwh * grid / 1000 == pytest.approx(10.5, abs=0.05)
    assert (consumption_t, grid_t) == (pytest.approx(2.4, abs=0.05), pytest.approx(3.9, abs=0.05))
    assert kwh * grid / 1000 + consumption_t + grid_t == pytest.approx(USE_T)
    assert its_grid == pytest.approx(0.378, abs=0.001)


def test_origin_of_cells_moves_the_battery_here() -> None:
    """Nothing in carculator; here the grids of China and Korea in 2025 stand 41.5 kWh a kWh apart."""
    each = [PRODUCTS.factor(bill.Activity("product", f"pack-nmc-{country}", 2025)).kgco2e for country in ("cn", "kr")]
    assert each[0] - each[1] == pytest.approx(41.5 * (0.5306 - 0.3901))
