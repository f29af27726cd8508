"""Means, gaps and tonnes tie to the account they come from."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from tests.carbon.made import four_years, programme

from quayline.carbon.measures import footprint_means, target_gaps, tonnes_by_year

MADE = programme(four_years(), 1500, seed=5)
ACCOUNT = MADE.account()


@pytest.mark.parametrize("by", [("model",), ("variant", "market"), ("market",)])
def test_means_weighted_by_cars_give_the_total(by: tuple[str, ...]) -> None:
    means = footprint_means(MADE.scenario, MADE.plan, ACCOUNT, by)  # type: ignore[arg-type]  # one of its literals
    assert means["cars"].sum() == 1500
    for stage in ("sea_kgco2e", "gate_kgco2e", "life_kgco2e"):
        assert (means["cars"] * means[stage]).sum() == pytest.approx(ACCOUNT.cars[stage].sum())


def test_means_are_named_rightly() -> None:
    means = footprint_means(MADE.scenario, MADE.plan, ACCOUNT, ("variant",))
    assert dict(means.select("variant", "battery_kgco2e").iter_rows()) == pytest.approx(
        {"hatch-hybrid": 102.0, "volt-60": 0.0}
    )
    by_market = footprint_means(MADE.scenario, MADE.plan, ACCOUNT, ("market",))
    assert by_market.filter(pl.col("sea_kgco2e") == 0)["market"].to_list() == ["home"]


def test_gaps_say_whether_a_target_is_met() -> None:
    gaps = target_gaps(ACCOUNT)
    assert gaps["year"].to_list() == [2028, 2035]
    assert gaps["is_projected"].to_list() == [False, True]
    for row in gaps.iter_rows(named=True):
        assert row["gap_kgco2e"] == pytest.approx(row["counted_kgco2e"] - row["target_kgco2e"])
        assert row["is_met"] == (row["counted_kgco2e"] <= row["target_kgco2e"])
    none = ACCOUNT.path.with_columns(target_kgco2e=pl.col("counted_kgco2e"))
    assert target_gaps(replace(ACCOUNT, path=none))[
        "is_met"
    ].all()


def test_tonnes_by_year_add_up() -> None:
    tonnes = tonnes_by_year(MADE.plan, MADE.flow, ACCOUNT)
    assert tonnes["year"].to_list() == [2026, 2027, 2028, 2029]
    assert tonnes["cars"].sum() == 1500
    assert tonnes["life_t"].sum() == pytest.approx(ACCOUNT.cars["life_kgco2e"].sum() / 1000)
    plant = ACCOUNT.plant.group_by("year").agg(pl.col("cars_kgco2e").sum()).sort("year")["cars_kgco2e"] / 1000
    assert (tonnes["plant_gas_t"] + tonnes["plant_electricity_t"]).to_list() == pytest.approx(plant.to_list())
