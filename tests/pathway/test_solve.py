"""The path is the cheapest there is: against every path of tiny plants, and by what must hold of any."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.pathway.made import (
    ATTRIBUTE,
    BIOGAS,
    CONVERSION,
    PPA,
    REMOVAL,
    SAVING,
    SOLAR,
    STORAGE,
    lever,
    load,
    plant,
    solved,
)  # fmt: skip

GAS_KG, GRID_KG, DISCOUNT = 0.202, 0.3, 1.05


def every_path_usd(cap_kg: float, price_usd: float) -> float:
    """The cheapest of all paths of SAVING, CONVERSION and BIOGAS over 8 GWh of gas and 4 GWh of electricity, by trying
    every year in which each can be built; what is bought in a year is a linear program of three figures."""
    yearly = [1e6 * 0.05 / (1 - DISCOUNT**-10)] * 3  # one project or unit of a million each, ten years at 5 %
    best = np.inf
    for saved_from, first, second in product(range(4), repeat=3):  # 3: never
        total = 0.0
        for year in range(3):
            there = [year >= begun for begun in (saved_from, first, second)]
            left = 8e6 * (0.8 if there[0] else 1.0)
            most = [left / 2 * there[1], left / 2 * there[2], min(5e6 * (year + 1), 5e6)]
            emitted = [GRID_KG * 0.5 - GAS_KG, GRID_KG * 0.5 - GAS_KG, -GAS_KG]
            cost = [0.12 * 0.5 - 0.05, 0.12 * 0.5 - 0.05, price_usd - 0.05]
            rows, sides = [[1, 1, 1]], [left]
            if year:  # the cap holds from the second year
                rows, sides = [*rows, emitted], [*sides, cap_kg - GAS_KG * left - GRID_KG * 4e6]
            found = linprog(cost, A_ub=rows, b_ub=sides, bounds=[(0, kwh) for kwh in most])
            if found.status != 0:
                total = np.inf
                break
            usd = found.fun + 0.05 * left + 0.12 * 4e6 + sum(c for c, on in zip(yearly, there, strict=True) if on)
            total += usd / DISCOUNT**year
        best = min(best, total)
    return best


@pytest.mark.parametrize(("reduction", "price"), [
    (0.3, "0.15"), (0.5, "0.15"), (0.5, "0.4"), (0.6, "0.3"), (0.62, "0.06"), (0.1, "0.04"),
])  # fmt: skip
def test_tiny_plants_equal_every_path_there_is(reduction, price):
    levers = [lever(SAVING), lever(CONVERSION), lever(BIOGAS, price=f"{price} USD/kWh")]
    scenario = plant(levers, reduction, trading=None)
    found = solved(scenario)
    expected = every_path_usd(4e6 * (1 - reduction), float(price))
    assert np.isfinite(expected) == (found.short_kgco2e == 0.0)
    if np.isfinite(expected):
        assert found.present_usd == pytest.approx(expected, rel=1e-6)


def cost(levers, reduction=0.5, given=None, **changes):
    """Present value, or infinity where targets are missed."""
    found = solved(plant(levers, reduction, **changes), given)
    return np.inf if found.short_kgco2e else found.present_usd


POOL = [lever(SAVING), lever(CONVERSION), lever(BIOGAS), lever(SOLAR), lever(PPA), lever(STORAGE), lever(ATTRIBUTE),
        lever(REMOVAL)]  # fmt: skip
some_levers = st.lists(st.sampled_from(range(len(POOL))), min_size=1, max_size=4, unique=True).map(sorted)
TIGHT = 1 + 2e-5


@given(chosen=some_levers, more=st.sampled_from(range(len(POOL))), reduction=st.sampled_from([0.3, 0.5, 0.8]))
@settings(max_examples=12)
def test_another_lever_never_worsens(chosen, more, reduction):
    before = cost([POOL[k] for k in chosen], reduction)
    after = cost([POOL[k] for k in sorted({*chosen, more})], reduction)
    assert after <= before * TIGHT + 1.0


@given(chosen=some_levers, share=st.sampled_from([0.5, 0.9]))
@settings(max_examples=8)
def test_cheaper_power_by_contract_never_worsens(chosen, share):
    rest = [POOL[k] for k in chosen if POOL[k]["id"] != "ppa"]
    dear, cheap = ([*rest, lever(PPA, price=f"{0.11 * factor} USD/kWh")] for factor in (1.0, share))
    assert cost(cheap) <= cost(dear) * TIGHT


@given(chosen=some_levers, reduction=st.sampled_from([0.4, 0.6, 0.8]))
@settings(max_examples=8)
def test_a_later_target_never_worsens(chosen, reduction):
    levers = [POOL[k] for k in chosen]
    assert cost(levers, reduction, target_year=2032) <= cost(levers, reduction, target_year=2031) * TIGHT


@given(chosen=some_levers, times=st.sampled_from([2.0, 10.0]))
@settings(max_examples=8)
def test_a_plant_twice_as_large_costs_twice_as_much(chosen, times):
    """Load, limits, capital and the base year times a number: cost times the same number."""

    def grown(one):
        sizes = {"capital": " MUSD", "most": "", "pace": "", "growth": ""}
        found = dict(one)
        for key, unit in sizes.items():
            if key in one and (key != "capital" or "MUSD" in one[key]):
                value, rest = one[key].split(" ", 1)
                found[key] = f"{float(value) * times} {rest}"
                assert not unit or rest == unit.strip()
        return found

    small = solved(plant([POOL[k] for k in chosen]))
    large = plant([grown(POOL[k]) for k in chosen], sites=[
        {"id": "roof", "name": "Roof", "area": f"{100000 * times} m^2", "power": "100 W/m^2"}])  # fmt: skip
    goals = large.carbon.plant.model_copy(update={"base_kgco2e": 4e6 * times})
    large = large.model_copy(update={"carbon": large.carbon.model_copy(update={"plant": goals})})
    found = solved(large, load(4.0 * times, 8.0 * times))
    assert (found.short_kgco2e > 0) == (small.short_kgco2e > 0)
    assert found.present_usd == pytest.approx(times * small.present_usd, rel=1e-4)


def test_the_worth_of_a_tonne_is_what_a_tonne_less_costs():
    """The dual of a cap with the builds held, and the same by solving again with a tonne less."""
    levers = [lever(BIOGAS), lever(ATTRIBUTE)]
    before = solved(plant(levers, 0.7))
    after = solved(plant(levers, 0.7 + 1e3 / 4e6))  # a tonne less under the caps of 2031 and 2032
    tight = before.years.filter(pl.col("cap_kgco2e").is_not_null())["tight_usd_per_t"].to_list()
    dual = sum(usd / DISCOUNT**k for k, usd in enumerate(tight, start=1))
    assert dual > 1
    assert after.present_usd - before.present_usd == pytest.approx(dual, rel=1e-3)


def test_targets_hold_on_every_path_of_the_grid():
    """What is built is one; what is bought follows the path; the worst path meets the target."""
    paths = [{"id": "clean", "name": "clean", "weight_share": "50 %"},
             {"id": "dirty", "name": "dirty", "weight_share": "50 %"}]  # fmt: skip
    years = [{"path": "clean", "year": 2030, "factor": "0.1 kgCO2e/kWh"},
             {"path": "dirty", "year": 2030, "factor": "0.4 kgCO2e/kWh"}]  # fmt: skip
    scenario = plant([lever(PPA), lever(ATTRIBUTE), lever(BIOGAS)], 0.5, grid_paths=paths, grid_years=years)
    found = solved(scenario)
    late = found.years.filter(pl.col("year") >= 2031)
    assert (late["counted_kgco2e"] <= late["cap_kgco2e"] + 10).all()
    bought = {name: table["attribute_kwh"].sum() for (name,), table in late.group_by("grid_path")}
    assert bought["dirty"] > bought["clean"]
    assert found.builds["lever"].unique().to_list() == ["ppa"]


def test_contracts_do_nothing_location_based():
    """Power by contract and certificates change the market-based account alone; own panels change both."""
    dear = {**PPA, "price": "0.2 USD/kWh"}
    for one, helps in ((dear, False), (ATTRIBUTE, False), (SOLAR, True)):
        found = solved(plant([lever(one), lever(BIOGAS, price="2 USD/kWh")], 0.35, basis="location"))
        assert (found.levers.filter(pl.col("lever") == one["kind"])["is_used"][0]) == helps, one["kind"]


def test_a_target_met_by_certificates_alone_is_called_so():
    found = solved(plant([lever(ATTRIBUTE)], 0.5))
    row = found.targets.row(0, named=True)
    assert (row["is_met"], row["is_met_by_certificates"], row["is_met_location"]) == (True, True, False)
    own = solved(plant([lever(SOLAR, capital="300 USD/kW"), lever(BIOGAS)], 0.3))
    assert own.targets["is_met_by_certificates"].to_list() == [False]


def test_an_impossible_target_says_by_how_much_and_what_would_close_it():
    """Biogas cannot replace enough in time: how much is missing, and that its supply is in the way."""
    found = solved(plant([lever(BIOGAS, most="1e6 kWh/year"), lever(REMOVAL, most_share="5 %")], 0.5))
    gas, electricity = 8e6 * GAS_KG, 4e6 * GRID_KG
    missing = gas + electricity - 1e6 * GAS_KG - 0.05 * 4e6 - 0.5 * 4e6
    assert found.short_kgco2e == pytest.approx(2 * missing, rel=1e-6)  # in 2031 and 2032
    assert found.targets["is_met"].to_list() == [False]
    assert found.targets["short_kgco2e"][0] == pytest.approx(missing, rel=1e-6)
    closing = {(lever, limit): kg for lever, limit, kg in found.closing.iter_rows()}
    assert closing["biogas", "how much there is"] == pytest.approx(2 * min(missing, 4e6 * GAS_KG), rel=1e-4)
    assert closing["removal", "the share that may be neutralised"] == pytest.approx(2 * missing, rel=1e-4)


def test_what_reaches_the_end_of_its_life_is_built_again():
    found = solved(plant([lever(SOLAR, life_years=1, capital="10 USD/kW")], 0.1))
    assert found.builds["built"].to_list() == pytest.approx(found.builds["in_place"].to_list())
    assert found.builds["year"].to_list() == [2030, 2031, 2032]


def test_levers_that_need_or_exclude_each_other():
    """A conversion that needs the saving brings it along; two conversions of one place share it."""
    cheap = lever(CONVERSION, capital="0.01 MUSD", electricity_rate="20 %")
    alone = solved(plant([cheap, lever(SAVING, capital="5 MUSD")], 0.1))
    needing = solved(plant([{**cheap, "needs": ["saving"]}, lever(SAVING, capital="5 MUSD")], 0.1))
    assert alone.levers["is_used"].to_list() == [True, False]
    assert needing.levers["is_used"].to_list()[0] == needing.levers["is_used"].to_list()[1]
    twin = {**cheap, "id": "twin", "excludes": ["conversion"], "electricity_rate": "21 %"}
    found = solved(plant([cheap, twin], 0.1))
    there = found.builds.filter(pl.col("year") == 2032)
    assert dict(there.select("lever", "in_place").iter_rows()) == {"conversion": 2.0}


def test_tenants_hold_the_roof_until_their_lease_ends():
    roof = {"id": "roof", "name": "Roof", "area": "100000 m^2", "power": "100 W/m^2",
            "tenants": [{"owner": "another", "area": "100000 m^2", "until_year": 2031}]}  # fmt: skip
    found = solved(plant([lever(SOLAR, capital="10 USD/kW")], 0.1, sites=[roof]))
    assert found.builds["year"].to_list() == [2032]


def test_years_after_the_path_weigh_its_last():
    """Twenty more years like the last count its cost twenty times more, each from its own year."""
    levers = [lever(SOLAR, capital="700 USD/kW", from_year=2032), lever(ATTRIBUTE)]
    short, long = (solved(plant(levers, 0.3, years_after=years)) for years in (0, 20))
    usd = long.years["cost_usd"].to_list()
    more = sum(usd[2] / DISCOUNT**k for k in range(3, 23))
    assert long.present_usd == pytest.approx(usd[0] + usd[1] / DISCOUNT + usd[2] / DISCOUNT**2 + more, rel=1e-5)
    assert usd == pytest.approx(short.years["cost_usd"].to_list(), rel=0.01)


def test_the_curve_climbs_to_the_targets():
    found = solved(plant(POOL, 0.8), curve_steps=5, is_beside=True)
    curve = found.curve
    assert curve["abated_kgco2e"].is_sorted()
    assert curve["extra_usd"].is_sorted()
    assert curve["extra_usd"][-1] == pytest.approx(found.present_usd - found.no_lever_usd)
    assert curve["usd_per_t"][-1] > curve["usd_per_t"][0]
    used = found.levers.filter("is_used")
    assert (used["without_usd"] >= -1.0).all()
    assert found.lost_usd >= -1.0
