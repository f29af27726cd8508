"""Start of production as a decision: the best of all months, dates and ramp moved with it."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_solve import ROUNDED, made

from quayline.plan.check import faults
from quayline.plan.search.launch import launched

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def open_start(starter: Scenario, until: date = date(2026, 4, 20)) -> Scenario:
    """The electric car may start from February to April; hybrids take the line until then."""
    hatch, volt = starter.vehicles.models
    volt = volt.model_copy(update={"from_": date(2026, 2, 2), "sop_until": until})
    rows = [("overseas", "volt-60", f"2026-0{m}", 300) for m in (5, 6, 7)]
    rows += [("home", "hatch-hybrid", f"2026-0{m}", 1000) for m in (2, 3, 4, 5)]
    return demand(replace(starter, vehicles__models=[hatch, volt]), rows)


def test_the_best_month_is_chosen(starter: Scenario) -> None:
    """Each candidate planned on its own is no better than what the plan says of it, and the best is kept."""
    scenario = open_start(starter)
    answer = made(scenario)
    starts = answer.launches["from_on"].to_list()
    assert starts == [date(2026, 2, 2), date(2026, 3, 1), date(2026, 4, 1)]
    alone = [made(launched(scenario, {"volt": start})) for start in starts]
    assert answer.launches["objective_usd"].to_list() == [one.objective_usd for one in alone]
    assert answer.objective_usd == max(one.objective_usd for one in alone)
    assert answer.bound_usd == max(one.bound_usd for one in alone)
    chosen = answer.launches.filter("is_chosen")["from_on"].item()
    first = answer.orders.filter(pl.col("variant_idx") == 1)["planned_build_on"].min()
    assert first is not None
    assert first >= chosen


def test_no_start_is_open_where_none_is_asked_for(starter: Scenario) -> None:
    assert made(starter).launches.height == 0


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [("from_on", date(2026, 1, 1), "a start before"), ("objective_usd", 1e12, "is better"),
     ("is_chosen", True, "expected one"), ("model", "hatch", "are open")],
)  # fmt: skip
def test_the_check_finds_wrong_starts(starter: Scenario, column: str, value: object, says: str) -> None:
    scenario = open_start(starter, date(2026, 3, 20))
    answer = made(scenario)
    at = answer.launches["is_chosen"].to_list().index(False)
    old = answer.launches[column]
    wrong = pl.Series(column, [value if k == at else one for k, one in enumerate(old)], dtype=old.dtype)
    broken = changed(answer, launches=answer.launches.with_columns(wrong))
    assert any(says in fault for fault in faults(scenario, crews(scenario), broken, ROUNDED))
