"""`quayline product`: the answers for people and machines, and what is wrong with a file or a name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.carbon.system.packages import small
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ALUMINIUM = ROOT / "docs" / "systems" / "aluminium.csv"


def test_every_product_stands_in_a_line_with_its_interval(quayline) -> None:
    answer = quayline("product", ALUMINIUM)
    assert answer.code == 0
    lines = {line[:25].strip(): line for line in answer.out.splitlines()}
    assert "0.5775" in lines["power of the Chinese grid"]
    assert "11,480 to 13,797" in lines["ingot, grid"]


def test_a_tree_and_a_comparison(quayline) -> None:
    answer = quayline("product", ALUMINIUM, "--of", "ingot, hydro", "--beside", "ingot, grid", "--depth", 1)
    assert answer.code == 0
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "power of hydro plants 14,200 kWh 340.8 340.8 0" in lines
    assert "alumina 1.930 t 1,471 1,370 100.4" in lines
    assert "bauxite" not in answer.out
    assert "ingot, hydro is lower in 100.0% of 1,000 draws (standard error 0.1%)" in answer.out


def test_machines_get_the_same_figures(quayline) -> None:
    answer = quayline("product", ALUMINIUM, "--of", "ingot, hydro", "--beside", "ingot, grid", "--json")
    found = json.loads(answer.out.splitlines()[-1])
    hydro, grid = found["products"]
    assert hydro["fossil_kgco2e"] == pytest.approx(4011.46)
    assert grid["drawn"]["low"] < grid["drawn"]["median"] < grid["drawn"]["high"]
    assert [step["product"] for step in found["steps"]][:2] == ["ingot, hydro", "alumina"]
    assert found["beside"]["lower"]["share"] == 1.0


def test_a_datapackage_is_read_as_well(quayline, tmp_path: Path) -> None:
    answer = quayline("product", small(tmp_path / "p"), "--of", 1)
    assert answer.code == 0
    assert "50.00" in answer.out
    assert "–" in answer.out


def test_what_is_wrong_is_told(quayline, tmp_path: Path) -> None:
    answer = quayline("product", ALUMINIUM, "--of", "ingot, hydr")
    assert (answer.code, "did you mean 'ingot, hydro'?" in answer.err) == (2, True)
    assert quayline("product", ALUMINIUM, "--beside", "alumina").code == 2
    assert quayline("product", ALUMINIUM, ALUMINIUM).code == 2
    faulty = tmp_path / "faulty.csv"
    faulty.write_text(ALUMINIUM.read_text() + "x,uses,y,1,kg,,assumed,,,,,,,\n")
    answer = quayline("product", faulty)
    assert answer.code == 2
    assert "x: 'x' makes nothing" in answer.err
    assert "x: no activity makes 'y'" in answer.err
