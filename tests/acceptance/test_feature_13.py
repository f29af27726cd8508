"""Feature 13: scenarios are branched by overlays, compared and told apart; the same seed gives the same plan."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.diff import differences
from quayline.scenario.loader import load
from quayline.study.compare import compare
from quayline.study.execute import execute

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.command_line import Answer

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder


def _planned(scenario: Scenario, seed: int = 3) -> Plan:
    return plan(scenario, balance(scenario, BalanceParams()), PlanParams(), seed=seed)


@pytest.fixture(scope="module")
def branch(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of the starter with its overlay."""
    return execute(load(f"{starter} + soft-market"), tmp_path_factory.mktemp("runs"), seed=3)


def test_the_same_seed_gives_the_same_plan(starter: Path) -> None:
    one, other = (_planned(load(f"{starter} + soft-market")) for _ in range(2))
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left.equals(right) if isinstance(left, pl.DataFrame) else left == right, field.name


def test_a_run_stores_its_branch_and_reads_it_again(starter: Path, branch: RunFolder) -> None:
    again = branch.scenario
    assert [name for name, _ in again.overlays] == ["soft-market"]
    assert again.model_dump() == load(f"{starter} + soft-market").model_dump()
    assert branch.manifest["title"].endswith(" + soft-market")
    assert branch.damages() == []
    equal = execute(again, branch.path.parent, seed=3)
    assert equal.path == branch.path  # the name is a digest of what was run


def test_another_branch_has_another_name(finished: RunFolder, branch: RunFolder) -> None:
    assert finished.path.name.split("-s3-")[0] == branch.path.name.split("-s3-")[0] == "starter"
    assert finished.path.name != branch.path.name


def test_the_difference_is_what_the_overlay_says(finished: RunFolder, branch: RunFolder) -> None:
    found = {d.path: (d.left and d.left.text, d.right and d.right.text)
             for d in differences(finished.scenario, branch.scenario)}  # fmt: skip
    assert found == {
        "trade.duties[pt-us-2026].rate": ("15 %", "25 %"),
        "demand[overseas,volt-60,2026-05].cars": ("260", "208"),
        "demand[overseas,volt-60,2026-06].cars": ("300", "240"),
    }
    assert differences(branch.scenario, branch.scenario) == []
    (duty,) = (d for d in differences(finished.scenario, branch.scenario) if d.path.startswith("trade"))
    assert duty.left is not None
    assert duty.right is not None
    assert (duty.left.file, duty.right.file) == ("markets.yaml", "overlays/soft-market.yaml")


def test_two_branches_side_by_side(finished: RunFolder, branch: RunFolder, quayline: Callable[..., Answer]) -> None:
    rows = {(row.group, row.measure): row for row in compare(finished, branch)}
    assert rows["all", "cars ordered"].change == -112
    told = quayline("compare", finished.path, branch.path, "--json")
    assert told.code == 0, told.err
    answer = json.loads(told.out.splitlines()[-1])
    assert len(answer["differences"]) == 3
    assert len(answer["rows"]) == len(rows)
    shown = quayline("compare", finished.path, branch.path).out
    assert "3 statements differ" in shown
    assert "starter + soft-market" in shown
