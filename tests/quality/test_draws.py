"""The counter draws are uniform and Poisson."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quayline.quality.draws import poisson, uniform


@given(st.floats(0, 200), st.integers(0, 2**63))
def test_inversion_agrees_with_the_distribution_function(mean: float, key: int) -> None:
    u = uniform(key, np.arange(500))
    count = poisson(u, np.full(500, mean))
    assert np.all(stats.poisson.cdf(count, mean) >= u - 1e-12)
    assert np.all((count == 0) | (stats.poisson.cdf(count - 1, mean) <= u + 1e-12))


@pytest.mark.parametrize("mean", [0.0, 1e-12, 0.5, 50.0, 500.0])
def test_the_last_number_below_one_has_an_end(mean: float) -> None:
    count = poisson(np.array([np.nextafter(1.0, 0.0), 2.0**-53]), np.full(2, mean))
    assert mean <= count[0] <= mean + 12 * np.sqrt(mean) + 20
    assert count[1] <= mean


def test_draws_are_uniform_and_streams_differ() -> None:
    first, second = uniform(1, np.arange(100_000)), uniform(2, np.arange(100_000))
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.015
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.015
    assert uniform(1, np.array([77]))[0] == first[77]
