"""Long-lead parts in the plan: no car without its parts; the best plan and call-offs together."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import crews, replace
from tests.plan.test_brute_force import best_by_enumeration, tiny
from tests.plan.test_calloffs import best_of_all, part
from tests.plan.test_solve import EXACT, ROUNDED, made

from quayline.plan.check import faults
from quayline.plan.completion.calloffs import FREE, Supply, stopgap, supply_of
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.rules import rule_faults

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario


def motor(**changes: object) -> object:
    """A part of every hatch: 20 to 90 a week, two weeks of lead time, a store of 150."""
    given = {
        "id": "motor", "cars": {"models": ["hatch"]}, "lead_time": "14 days", "frozen": "7 days", "minimum_order": 20,
        "opening_stock": 100, "store_units": 150, "holding": "0.5 USD/day", "order": "400 USD",
        "supply": [{"from": "2025-01-01", "units_per_week": 90}],
    }  # fmt: skip
    return part(**(given | changes))


@pytest.mark.parametrize("params", [EXACT, ROUNDED], ids=["exact", "rounded"])
def test_no_car_without_its_parts(small: Scenario, params: PlanParams) -> None:
    """Nine weeks: 100 units, then 90 a week from the third on; the check proves every store and call-off."""
    scenario = replace(small, parts=[motor()])
    answer = made(scenario, params)
    used = answer.parts["used"].to_numpy()
    assert (np.cumsum(used) <= 100 + np.concatenate([[0, 0], 90 * np.arange(1, 8)])).all()
    assert used[:2].sum() <= 100
    assert used.sum() > 600  # the supply binds: without it the plan builds more
    assert made(small, params).build["cars"].sum() > used.sum()
    assert (answer.parts["closing"] >= 0).all()
    assert answer.calloffs["units"].is_between(20, 90).all()
    lead = (answer.calloffs["arrives_on"] - answer.calloffs["order_on"]).dt.total_days().to_list()
    assert set(lead) == {14}


def test_a_tight_store_and_a_large_minimum_order(small: Scenario) -> None:
    """Rounding may pass store or supply; the plan is then tightened until call-offs exist."""
    rates = [{"from": "2025-01-01", "units_per_week": 131}]
    scenario = replace(small, parts=[motor(minimum_order=128, store_units=140, opening_stock=7, supply=rates)])
    assert made(scenario).build["cars"].sum() > 300


@settings(max_examples=12, deadline=None)
@given(
    st.tuples(st.integers(0, 6), st.integers(0, 9)), st.integers(0, 3), st.integers(0, 6), st.integers(1, 4),
    st.sampled_from([0.0, 300.0, 40_000.0]), st.sampled_from([0.0, 20.0]),
)  # fmt: skip
def test_tiny_plans_with_parts_are_the_best_there_are(
    small: Scenario, cars: tuple[int, int], least: int, opening: int, most: int, order_usd: float, holding_usd: float
) -> None:
    """Over every number of cars and every call-off."""
    thing = motor(
        minimum_order=min(least, most), opening_stock=opening, store_units=6, lead_time="5 days", frozen="0 days",
        order=f"{order_usd} USD", holding=f"{holding_usd} USD/day",
        supply=[{"from": "2025-01-01", "units_per_week": most}],
    )  # fmt: skip
    bare = tiny(small, cars, 60.0, 6.0)
    scenario = replace(bare, parts=[thing])
    params = PlanParams(gap_share=0.0)
    answer = plan(scenario, crews(scenario, 10.0), params, 1)
    assert faults(scenario, crews(scenario, 10.0), answer, params) == []
    firsts = [scenario.horizon.start + timedelta(days=7 * w) for w in range(3)]
    supply = supply_of(thing, [(day, day + timedelta(days=6)) for day in firsts], firsts[0], {})
    assert supply.most.tolist() == [0, most, most]
    best = best_by_enumeration(bare, 10.0, lambda built: best_of_all(np.array(built), supply))
    assert answer.objective_usd == pytest.approx(best, abs=0.01)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.data(), st.integers(0, 5), st.integers(0, 8))
def test_the_stopgap_is_short_only_of_what_cannot_come(
    uses: list[int], data: st.DataObject, least: int, opening: int
) -> None:
    num = len(uses)
    most = np.array(data.draw(st.lists(st.integers(0, 5), min_size=num, max_size=num)))
    thing = part(minimum_order=least, opening_stock=opening)
    arrived = stopgap(np.array(uses), Supply(thing, most, np.full(num, FREE), np.full(num, 7)))
    low = max(least, 1)
    assert ((arrived == 0) | ((arrived >= low) & (arrived <= most))).all()
    could = np.where(most >= low, most, 0)
    stock, best = opening + np.cumsum(arrived - uses), opening + np.cumsum(could - uses)
    assert (stock >= np.minimum(best, 0)).all()


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("parts", "closing", -5, "expected"),
        ("parts", "used", 0, "expected"),
        ("calloffs", "units", 500, "units"),
        ("calloffs", "order_on", date(2025, 12, 1), "ordered on"),
        ("calloffs", "arrives_on", date(2026, 2, 4), "not on the first day"),
        ("calloffs", "part", "other", "do not exist"),
    ],
)
def test_the_check_finds_wrong_parts(
    supplied: tuple[Scenario, Plan], table: str, column: str, value: object, says: str
) -> None:
    scenario, answer = supplied
    frame = getattr(answer, table)
    row = int(frame["used"].arg_max()) if table == "parts" else 0
    wrong = pl.Series([value if k == row else old for k, old in enumerate(frame[column])], dtype=frame[column].dtype)
    broken = changed(answer, **{table: frame.with_columns(wrong.alias(column))})
    found = faults(scenario, crews(scenario), broken, EXACT)
    assert any(says in fault for fault in found), found


@pytest.fixture(scope="module")
def supplied(small: Scenario) -> tuple[Scenario, Plan]:
    scenario = replace(small, parts=[motor()])
    return scenario, made(scenario, EXACT)


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"frozen": "15 days"}, ("parts", 0, "frozen"), "more than the lead time"),
        ({"minimum_order": 91}, ("parts", 0, "supply", 0, "units_per_week"), "less than the minimum order of 91"),
    ],
)
def test_terms_that_do_not_fit_are_refused(
    small: Scenario, changes: dict[str, object], path: tuple[object, ...], says: str
) -> None:
    found = [fault for fault in rule_faults(replace(small, parts=[motor(**changes)])) if fault[0][0] == "parts"]
    assert [place for place, _ in found] == [path]
    assert says in found[0][1]
