"""The path as a stage of a run: checked, seen through when wrong, told on one screen."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from quayline.carbon.pathway.check import faults
from quayline.scenario.loader import load
from quayline.study.run import Params


@pytest.fixture(scope="module")
def checked(finished, records):
    """Faults of the starter's path after a change of one of its tables."""

    def check(table: str = "", **columns: pl.Expr) -> list[str]:
        path = records.pathway
        if table:
            path = replace(path, **{table: getattr(path, table).with_columns(**columns)})
        return faults(finished.scenario, records.plan, records.flow, path, Params().pathway.gap_share)

    return check


def test_the_path_of_a_run_is_right(checked):
    assert checked() == []


@pytest.mark.parametrize(("table", "column", "word"), [
    ("years", "electricity_kwh", "by its hours"), ("years", "own_kwh", "by its hours"),
    ("years", "plain_kwh", "by its hours"), ("years", "gas_kwh", "by its hours"),
    ("years", "scope1_kgco2e", "by definition"), ("years", "scope2_market_kgco2e", "by definition"),
    ("years", "scope2_location_kgco2e", "by definition"), ("years", "cost_usd", "parts make"),
    ("builds", "built", "built and alive"), ("amounts", "amount", "at most"), ("costs", "usd", "by definition"),
    ("sources", "kgco2e", "amount times factor"), ("targets", "market_kgco2e", "its years say"),
    ("hours", "output_share", "by its hours"),
])  # fmt: skip
def test_the_check_sees_a_changed_figure(checked, table, column, word):
    """Each table made a hundredth larger is found out."""
    found = checked(table, **{column: pl.col(column) * 1.01})
    assert any(word in fault for fault in found), found[:5]


def test_energy_without_levers_is_that_of_the_carbon_account(finished, records):
    """The load that levers act on is the plant's own account, projected."""
    account = records.carbon.path.filter(pl.col("is_projected"))
    years = records.pathway.years.filter(pl.col("grid_path") == "expected")
    gas = next(fuel for fuel in finished.scenario.carbon.fuels if fuel.id == "gas")
    for row in years.iter_rows(named=True):
        mine = account.filter(pl.col("year") == row["year"]).row(0, named=True)
        counted = mine["scope1_kgco2e"] + mine["scope2_market_kgco2e"]
        assert row["no_lever_kgco2e"] == pytest.approx(counted, rel=1e-9)
    assert gas.direct_kgco2e_per_kwh > 0


def test_the_command_on_a_scenario_and_on_a_run(quayline, starter, finished):
    """A table and sentences for people, all tables for machines; a wrong path of the grid is exit code 2."""
    for where in (starter, finished.path):
        answer = quayline("pathway", where, "--quick")
        assert answer.code == 0, answer.err
        assert "Investments" in answer.out
        assert "half by 2030: met" in answer.out
    told = json.loads(quayline("pathway", finished.path, "--quick", "--json").out.splitlines()[-1])
    assert {row["grid_path"] for row in told["years"]} == {"expected", "late"}
    wrong = quayline("pathway", finished.path, "--quick", "--grid", "lat")
    assert wrong.code == 2
    assert "expected, late" in wrong.err


def test_targets_out_of_reach_are_exit_code_1(quayline, starter):
    """By how much, and what would close the gap."""
    targets = "carbon.plant.targets=[{year: 2028, reduction_share: 99 %, name: nearly all}]"
    answer = quayline("pathway", starter, "--quick", "--set", targets)
    assert answer.code == 1, answer.err
    assert "nearly all: missed by" in answer.out
    assert "each limit lifted alone" in answer.out


def test_a_scenario_without_levers_says_so(quayline, starter, tmp_path):
    """Exit code 2, and what is missing."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for file in starter.iterdir():
        if file.is_file() and file.name != "pathway.yaml":
            (folder / file.name).write_bytes(file.read_bytes())
    assert load(folder).pathway is None
    answer = quayline("pathway", folder)
    assert answer.code == 2
    assert "levers" in answer.err


def test_the_figure_adds_up(finished, records):
    """What is left and what levers take off make what would count without levers, year by year."""
    from quayline.report.facts import Facts
    from quayline.report.figures.pathway import path_by_lever

    figure = path_by_lever(Facts(finished))
    bars = [one["data"] for one in figure.option["series"] if one["type"] == "bar" and one["name"] != "removals"]
    years = records.pathway.years.filter(pl.col("grid_path") == "expected").sort("year")
    total = [sum(values) for values in zip(*bars, strict=True)]
    assert total == pytest.approx((years["no_lever_kgco2e"] / 1e6).to_list(), abs=0.03)
    assert figure.columns[-4:] == ["amount", "unit", "factor_kgco2e", "kgco2e"]
