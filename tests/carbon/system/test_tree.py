"""Contributions: the tree by its definition, known paths, cut-offs, loops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carbon.system.made import exchanges, ring

from quayline.carbon.system import Exchange, assemble, contributions, intensities
from quayline.carbon.system.check import step_faults
from quayline.carbon.system.tree import Kgco2e, path


@given(exchanges(most=5), st.floats(0, 0.2), st.sampled_from([None, 0, 1, 4]), st.integers(1, 60), st.data())
def test_the_tree_is_right_by_definition_and_sums_to_the_total(rows, cutoff_share, depth, most_steps, data) -> None:
    system = assemble(rows)
    amounts = st.floats(0.01, 100) | st.floats(-100, -0.01)
    demand = data.draw(st.dictionaries(st.sampled_from(system.products), amounts, min_size=1))
    steps = contributions(system, demand, cutoff_share, depth, most_steps)
    assert list(step_faults(system, demand, steps, intensities(system))) == []
    direct, beyond = sum(step.direct.total for step in steps), sum(step.beyond.total for step in steps)
    size = sum(abs(step.direct.total) + abs(step.beyond.total) for step in steps)
    size += float(abs(intensities(system)).max()) * sum(map(abs, demand.values()))
    roots = sum(step.carried.total for step in steps if step.parent_idx is None)
    assert direct + beyond == pytest.approx(roots, abs=1e-9 * size + 1e-12)
    assert len(steps) <= max(most_steps, len(demand))
    assert max(step.depth for step in steps) <= (most_steps if depth is None else depth)


def test_inputs_that_cancel_where_they_are_not_opened_are_no_fault() -> None:
    rows = [Exchange(f"a{k}", "makes", f"p{k}", 1.0, "kg") for k in range(3)]
    rows += [Exchange("a0", "emits", "fossil", 0.1 + 0.2, "kgCO2e"), Exchange("a1", "emits", "fossil", 0.3, "kgCO2e")]
    rows += [Exchange("a2", "uses", "p0", 1.4, "kg"), Exchange("a2", "uses", "p1", -1.4, "kg")]
    system = assemble(rows)
    steps = contributions(system, {"p2": 3.7}, 0.0, most_steps=1)
    intensity = intensities(system)
    assert list(step_faults(system, {"p2": 3.7}, steps, intensity)) == []
    wrong = [replace(steps[0], beyond=Kgco2e(1e-6, 0.0))]
    assert list(step_faults(system, {"p2": 3.7}, wrong, intensity)) == ["fossil of step 0 is not what lies below it"]


@given(exchanges(most=5, with_substitution=False), st.floats(0.001, 0.5))
def test_what_is_opened_is_large_and_what_is_large_is_opened(rows, cutoff_share) -> None:
    system = assemble(rows)
    steps = contributions(system, {system.products[0]: 2.0}, cutoff_share)

    def size(step) -> float:
        return abs(step.carried.fossil) + abs(step.carried.biogenic)

    least = cutoff_share * size(steps[0])
    assert all(size(step) >= least * (1 - 1e-12) for step in steps[1:])
    opened = {(s.parent_idx, s.product_idx) for s in steps}
    for place, step in enumerate(steps):
        column = system.technosphere[:, [step.product_idx]].toarray()[:, 0]
        for i, amount in enumerate(column):
            if i != step.product_idx and amount:
                carried = amount * step.amount / column[step.product_idx] * intensities(system)[i]
                assert (place, i) in opened or abs(carried).sum() < max(least * (1 + 1e-12), 1e-300)


def test_the_ring_is_walked_until_it_falls_below_the_cutoff() -> None:
    system = ring()
    steps = contributions(system, {"power": 1.0}, cutoff_share=0.012)
    names = [system.products[step.product_idx] for step in steps]
    assert names == ["power", "coal", "power", "coal"]
    assert [step.amount for step in steps] == pytest.approx([1.0, 0.0005, 0.1, 0.00005])
    assert path(steps, 3) == [0, 1, 2, 3]
    assert steps[3].beyond.total == pytest.approx(0.01 * steps[0].carried.total)


def test_siblings_stand_from_large_to_small_each_with_its_own_inputs() -> None:
    system = assemble([
        Exchange("car", "makes", "car", 1, ""), Exchange("car", "uses", "steel", 2, "kg"),
        Exchange("car", "uses", "cells", 1, "kg"), Exchange("steel", "makes", "steel", 1, "kg"),
        Exchange("steel", "emits", "fossil", 2, "kgCO2e"), Exchange("cells", "makes", "cells", 1, "kg"),
        Exchange("cells", "uses", "steel", 1, "kg"), Exchange("cells", "emits", "fossil", 20, "kgCO2e"),
    ])  # fmt: skip
    steps = contributions(system, {"car": 1}, cutoff_share=0)
    named = [(step.depth, system.products[step.product_idx], step.direct.fossil) for step in steps]
    assert named == [(0, "car", 0.0), (1, "cells", 20.0), (2, "steel", 2.0), (1, "steel", 4.0)]
    assert steps[0].carried.fossil == pytest.approx(26.0)
