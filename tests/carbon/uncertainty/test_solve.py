"""Totals, intervals and paired comparison: against the plain sum, and against distributions known exactly."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quayline.carbon.uncertainty import Distribution, draws, interval, lower_share, totals


@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 9), st.integers(0, 99))
def test_the_static_part_summed_once_is_the_plain_sum(items: int, factors: int, num_draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    amounts, values = rng.normal(size=(items, factors)), rng.normal(size=(num_draws, factors))
    values[:, rng.random(factors) < 0.5] = rng.normal()
    plain = [[sum(amounts[i] * values[d]) for d in range(num_draws)] for i in range(items)]
    assert totals(amounts, values) == pytest.approx(np.array(plain), abs=1e-12)


def test_a_shared_factor_does_not_blur_a_comparison() -> None:
    """b has 1 % more of the same uncertain material: lower in every draw, though the intervals overlap."""
    factors = {"steel": Distribution("lognormal", 2, spread=1.3)}
    a, b = totals(np.array([[1000.0], [1010.0]]), draws(factors, 1000, 1))
    found = lower_share(a, b)
    assert interval(a).high > interval(b).low
    assert found.share == 1.0
    assert 0 < found.standard_error < 0.002


def test_the_share_is_the_exact_probability_within_its_error() -> None:
    factors = {"a": Distribution("normal", 10, spread=3), "b": Distribution("normal", 12, spread=4)}
    a, b = totals(np.eye(2), draws(factors, 20_000, 1))
    found = lower_share(a, b)
    assert abs(found.share - stats.norm.cdf(2 / 5)) < 4 * found.standard_error
    assert found.standard_error == pytest.approx(sqrt(found.share * (1 - found.share) / 20_000), rel=1e-3)


def test_the_interval_is_that_of_the_distribution() -> None:
    drawn = totals(np.array([[2.0]]), draws({"a": Distribution("normal", 10, spread=3)}, 20_000, 2))[0]
    found = interval(drawn, 0.9)
    assert (found.low, found.high) == pytest.approx(stats.norm(20, 6).interval(0.9), abs=0.25)
    assert found.standard_error == pytest.approx(6 / sqrt(20_000), rel=0.03)
    assert abs(found.mean - 20) < 4 * found.standard_error


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="2 factors, values 3"):
        totals(np.ones((1, 2)), np.ones((4, 3)))
    with pytest.raises(ValueError, match="paired"):
        lower_share(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(np.ones(3), 1.0)
