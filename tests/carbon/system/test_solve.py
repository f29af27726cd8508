"""Intensities and supply: exact small systems, the independent check, and the algebra they obey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array
from tests.carbon.system.made import dense, exchanges, ring

from quayline.base.errors import InfeasibleError
from quayline.carbon.system import ProductSystem, assemble, intensities, supply
from quayline.carbon.system.check import intensity_faults, matrix_faults, supply_faults


def test_a_ring_of_two_as_solved_by_hand() -> None:
    # p = 1 + c/2, c = 0.1 + p/5: p = 1.05 / 0.9; biogenic p = c/2, c = 0.02 + p/5: c = 0.02 / 0.9. A t has 1000 kg.
    found = intensities(ring())
    assert found[0] == pytest.approx([1.05 / 0.9, 0.01 / 0.9], rel=1e-14)
    assert found[1] == pytest.approx([1000 * (0.1 + 1.05 / 4.5), 1000 * 0.02 / 0.9], rel=1e-14)
    # 0.9 kWh net of what its own coal takes: 1 kWh, thus a tenth of a run and half a kilogram of coal.
    assert supply(ring(), {"power": 0.9}) == pytest.approx([0.1, 0.0005], rel=1e-14)


@given(exchanges(), st.data())
def test_balances_hold_by_definition(rows, data) -> None:
    system = assemble(rows)
    demand = data.draw(st.dictionaries(st.sampled_from(system.products), st.floats(-100, 100), min_size=1))
    assert list(matrix_faults(system)) == []
    assert list(intensity_faults(system, intensities(system))) == []
    assert list(supply_faults(system, demand, supply(system, demand))) == []


@given(exchanges(), st.data())
def test_both_ways_give_the_same_total_and_demands_add_up(rows, data) -> None:
    system = assemble(rows)
    amounts = st.floats(-100, 100).map(lambda x: round(x, 3))
    one, two = (data.draw(st.dictionaries(st.sampled_from(system.products), amounts, min_size=1)) for _ in range(2))
    both = {product: one.get(product, 0) + 3 * two.get(product, 0) for product in {*one, *two}}
    runs = supply(system, one) + 3 * supply(system, two)
    scale = np.abs(runs).max() + 1
    assert supply(system, both) == pytest.approx(runs, abs=1e-10 * scale)
    by_supply = system.emissions_kgco2e @ supply(system, both)
    by_intensity = sum(amount * intensities(system)[system.product_idx[p]] for p, amount in both.items())
    assert by_supply == pytest.approx(by_intensity, abs=1e-9 * scale * (1 + np.abs(system.emissions_kgco2e).max()))


@given(exchanges(), st.floats(1e-3, 1e3), st.data())
def test_a_larger_run_of_an_activity_changes_no_intensity(rows, factor, data) -> None:
    scaled = data.draw(st.sampled_from(sorted({row.activity for row in rows})))
    larger = [replace(row, amount=row.amount * factor) if row.activity == scaled else row for row in rows]
    before, after = intensities(assemble(rows)), intensities(assemble(larger))
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9 * np.abs(before).max())


@given(exchanges())
def test_order_of_lines_does_not_matter(rows) -> None:
    system, turned = assemble(rows), assemble(rows[::-1])
    found, again = intensities(system), intensities(turned)
    for product, k in system.product_idx.items():
        assert again[turned.product_idx[product]] == pytest.approx(found[k], rel=1e-9, abs=1e-9)


def _system(technosphere: list[list[float]]) -> ProductSystem:
    num = len(technosphere)
    names = tuple("abcdef"[:num])
    matrix = csc_array(np.array(technosphere, dtype=float))
    return ProductSystem(names, names, ("kg",) * num, matrix, np.ones((2, num)))


@pytest.mark.parametrize("used", [1.0, 1.25], ids=["as much as it makes", "more than it makes"])
def test_a_loop_that_feeds_nobody_is_named(used: float) -> None:
    """With 1.25 the equations have a solution, of negative runs: that is no answer."""
    looped = _system([[1, 0, 0, -9], [0, 1, -used, 0], [0, -1, 1, 0], [0, 0, 0, 1]])
    with pytest.raises(InfeasibleError, match=r": b, c$"):
        intensities(looped)


def test_a_waste_taken_is_made_in_a_negative_amount() -> None:
    # Activity a makes 1 kg and 2 kg of waste; the treatment takes a kilogram in and emits 1 kg of each.
    treated = _system([[1, 0], [2, -1]])
    assert intensities(treated).tolist() == [[3.0, 3.0], [-1.0, -1.0]]
    assert supply(treated, {"a": 1}).tolist() == [1.0, 2.0]


def test_a_singular_system_with_substitution_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="in no way, or in several"):
        supply(_system([[1, 1, 0], [1, 1, 0], [0, 0, 1]]), {"a": 1})


def test_what_is_no_product_system_is_refused() -> None:
    with pytest.raises(ValueError, match="none of their product"):
        _system([[0, -1], [-1, 1]])
    with pytest.raises(ValueError, match="not finite"):
        _system([[1, float("nan")], [0, 1]])
    with pytest.raises(KeyError, match="steel"):
        supply(ring(), {"steel": 1})
    assert dense(ring()).tolist() == [[10, -200], [-0.005, 1]]
