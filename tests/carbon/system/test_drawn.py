"""Draws of a product system: equal to assembling and solving it anew with each draw, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon.system.made import exchanges, ring

from quayline.base.errors import InfeasibleError, ScenarioError
from quayline.carbon.system import Exchange, assemble, drawn_intensities, intensities
from quayline.carbon.uncertainty import Distribution, draws


def _around(draw: st.DrawFn, row: Exchange, group: str) -> Exchange:
    """The same line, uncertain by 5 %, so that no draw is insoluble."""
    if not draw(st.booleans()) or row.amount == 0:
        return row
    low, high = sorted((row.amount * 0.95, row.amount * 1.05))
    form = draw(st.sampled_from(["triangular", "uniform"]))
    return replace(row, distribution=Distribution(form, row.amount, low, high, group=group))


@st.composite
def uncertain(draw: st.DrawFn) -> list[Exchange]:
    """Some lines uncertain, of them some together, some lines twice."""
    rows = [_around(draw, row, draw(st.sampled_from(["", "", "x", "y"]))) for row in draw(exchanges(most=5))]
    return rows + [replace(row, amount=row.amount * 0.1, distribution=None) for row in rows if row.role == "emits"][:1]


@settings(max_examples=25)
@given(uncertain(), st.integers(0, 99))
def test_every_draw_is_the_system_solved_anew(rows: list[Exchange], seed: int) -> None:
    found = drawn_intensities(system := assemble(rows), system.products, 3, seed)
    seen: dict[str, int] = {}
    factors, names = {}, []
    for row in rows:
        name = f"{row.activity}: {row.role} {row.item}"
        if row.distribution is not None:
            seen[name] = seen.get(name, 0) + 1
            name += f" ({seen[name]})" if seen[name] > 1 else ""
            factors[name] = row.distribution
        names.append(name)
    values = draws(factors, 3, seed)
    place = {name: k for k, name in enumerate(factors)}
    for d in range(3):
        drawn = [
            row if row.distribution is None else replace(row, amount=values[d, place[name]], distribution=None)
            for row, name in zip(rows, names, strict=True)
        ]
        anew = assemble(drawn)
        assert anew.products == system.products
        size = np.abs(intensities(anew)).max() + 1e-9
        assert found[d] == pytest.approx(intensities(anew), rel=1e-9, abs=1e-10 * size)


def test_a_system_without_uncertain_lines_is_the_same_in_each_draw() -> None:
    found = drawn_intensities(ring(), ["coal"], 3, 1)
    assert found.shape == (3, 1, 2)
    assert found[:, 0].tolist() == [intensities(ring())[1].tolist()] * 3


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    system = assemble([
        Exchange("a", "makes", "a", 1, "kg"), Exchange("b", "makes", "b", 1, "kg"),
        Exchange("a", "uses", "b", 0.5, "kg", distribution=Distribution("lognormal", 0.5, spread=1.2)),
        Exchange("b", "emits", "fossil", 2, "kgCO2e", distribution=Distribution("normal", 2, spread=0.1)),
    ])  # fmt: skip
    whole = drawn_intensities(system, ["a", "b"], 50, 3)
    monkeypatch.setattr("quayline.carbon.system.drawn.MOST_NUMBERS", 20)
    assert (drawn_intensities(system, ["a", "b"], 50, 3) == whole).all()
    assert whole[:, 0, 0].std() > 0


def _looped(distribution: Distribution) -> list[Exchange]:
    return [
        Exchange("a", "makes", "a", 1, "kg"), Exchange("b", "makes", "b", 1, "kg"),
        Exchange("a", "uses", "b", 0.9, "kg", distribution=distribution), Exchange("b", "uses", "a", 1, "kg"),
    ]  # fmt: skip


def test_a_draw_whose_loop_feeds_nobody_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="use up all they make"):
        drawn_intensities(assemble(_looped(Distribution("uniform", 0.9, 0.5, 1.5))), ["a"], 50, 1)


def test_an_amount_that_changes_its_sign_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"'b' of 0\.9 kg changes its sign"):
        drawn_intensities(assemble(_looped(Distribution("normal", 0.9, spread=9))), ["a"], 50, 1)


def test_a_distribution_around_another_value_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"its distribution is around 2, the amount is 0\.9"):
        assemble(_looped(Distribution("fixed", 2)))
