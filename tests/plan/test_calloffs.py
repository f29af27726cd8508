"""Call-offs against every plan there is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.plan.completion.calloffs import FREE, Supply, call_off, cost_usd, supply_of
from quayline.scenario.sources import Part

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def part(**changes: object) -> Part:
    given = {
        "id": "pack", "name": "Pack", "supplier": "suppliers", "cars": {"variants": ["volt-60"]}, "units_per_car": 1,
        "lead_time": "21 days", "frozen": "14 days", "minimum_order": 2, "opening_stock": 3, "store_units": 6,
        "holding": "1 USD/day", "order": "20 USD", "supply": [{"from": "2026-01-01", "units_per_week": 4}],
    }  # fmt: skip
    return Part.model_validate(given | changes)


def best_of_all(need: np.ndarray, supply: Supply) -> float:
    """The least cost over every choice of arrivals; infinite where none keeps the stock."""
    choices = []
    for w, units in enumerate(supply.fixed.tolist()):
        free = [0, *range(supply.least, int(supply.most[w]) + 1)]
        choices.append(free if units == FREE else [units])
    best = np.inf
    for arrived in product(*choices):
        after = supply.part.opening_stock + np.cumsum(arrived) - np.concatenate([[0], np.cumsum(need)[:-1]])
        full = np.array(arrived) == 0
        if ((after - need >= 0) & (full | (after <= supply.part.store_units))).all():
            best = min(best, cost_usd(np.array(arrived), need, supply))
    return best


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=5), st.data(), st.integers(0, 4), st.integers(0, 6),
    st.sampled_from([0.0, 3.0, 40.0]), st.sampled_from([0.0, 1.0]),
)  # fmt: skip
def test_no_plan_is_cheaper(
    uses: list[int], data: st.DataObject, least: int, opening: int, order_usd: float, holding_usd: float
) -> None:
    num = len(uses)
    most = data.draw(st.lists(st.integers(0, 5), min_size=num, max_size=num))
    fixed = data.draw(st.lists(st.sampled_from([FREE, FREE, FREE, 0, 2]), min_size=num, max_size=num))
    thing = part(minimum_order=least, opening_stock=opening, order=f"{order_usd} USD", holding=f"{holding_usd} USD/day")
    supply, need = Supply(thing, np.array(most), np.array(fixed), np.full(num, 7)), np.array(uses)
    arrived = call_off(need, supply)
    best = best_of_all(need, supply)
    if arrived is None:
        assert best == np.inf
    else:
        assert cost_usd(arrived, need, supply) == pytest.approx(best)
        stock = opening + np.cumsum(arrived - need)
        assert (stock >= 0).all()
        assert (stock + need)[arrived > 0].max(initial=0) <= thing.store_units


def test_without_limits_it_is_wagner_and_whitin() -> None:
    """The example of Wagner and Whitin (1958) with equal set-up costs: each lot meets whole weeks' needs."""
    need = np.array([69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56])
    thing = part(minimum_order=0, opening_stock=0, store_units=700, order="100 USD", holding="1 USD/day")
    arrived = call_off(need, Supply(thing, np.full(12, 700), np.full(12, FREE), np.ones(12)))
    assert arrived is not None
    stock = np.concatenate([[0], np.cumsum(arrived - need)[:-1]])
    assert (stock[arrived > 0] == 0).all()  # zero inventory at every order
    best = np.concatenate([[0.0], np.full(12, np.inf)])
    for end in range(1, 13):
        best[end] = min(best[k] + 100 + float(np.sum(need[k:end] * np.arange(end - k))) for k in range(end))
    assert cost_usd(arrived, need, Supply(thing, need, need, np.ones(12))) == best[12]


def test_nothing_arrives_before_its_lead_time(starter: Scenario) -> None:
    """A call-off due before the day of planning cannot be made; one that was made stands."""
    monday = date(2026, 1, 5)
    weeks = [(monday + timedelta(days=7 * w), monday + timedelta(days=7 * w + 6)) for w in range(6)]
    start = starter.horizon.start
    assert (start, starter.horizon.start.weekday()) == (monday, 0)
    supply = supply_of(part(), weeks, start, {monday + timedelta(days=14): 2})
    assert supply.most.tolist() == [0, 0, 0, 4, 4, 4]
    assert supply.fixed.tolist() == [0, 0, 2, FREE, FREE, FREE]
    later = part(supply=[{"from": "2026-01-01", "units_per_week": 4}, {"from": "2026-01-26", "units_per_week": 9}])
    assert supply_of(later, weeks, start, {}).most.tolist() == [0, 0, 0, 4, 9, 9]  # by the day it leaves
