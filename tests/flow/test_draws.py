"""The compiled draws equal their plain twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri
from tests.reference.simpy_words import Draws

from quayline.base.random import key
from quayline.flow import _kernels_draws as draws


def test_uniform_equals_the_plain_hash() -> None:
    stream = key(7, "flow", "work")
    for index in [(0, 0, 0), (1, 2, 3), (549_999, 130, 1), (2**31 - 1, 2**16 - 1, 255)]:
        value = draws.uniform(np.uint64(stream), *index)
        assert value == Draws(7).uniform("work", *index)
        assert 0 < value < 1


def test_uniform_is_splitmix64() -> None:
    # The first outputs of SplitMix64 with seed 1234567 (Vigna's reference code): counter 1, 2, 3.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    stream = np.uint64(1234567)
    assert [draws.uniform(stream, 0, 0, k) for k in (1, 2, 3)] == [((x >> 12) + 0.5) / 2**52 for x in expected]


def test_normal_quantile_to_the_last_digits() -> None:
    u = np.concatenate([np.linspace(0.001, 0.999, 999), 10.0 ** -np.arange(4, 300, 7)])
    ours = np.array([draws.normal_quantile(x) for x in u])
    assert np.allclose(ours, ndtri(u), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("kind", "sigma", "cv"), [(draws.EXPONENTIAL, 0.0, 1.0), (draws.LOGNORMAL, 0.0998, 0.1)])
def test_durations_have_their_mean_and_spread(kind: int, sigma: float, cv: float) -> None:
    stream = np.uint64(key(1, "flow", "work"))
    sample = np.array([draws.draw(kind, 60.0, sigma, stream, car, 3, 0) for car in range(20_000)])
    assert abs(sample.mean() - 60.0) < 4 * 60 * cv / math.sqrt(len(sample))
    assert abs(sample.std() / 60 - cv) < 0.05 * cv
    assert np.array_equal(sample, np.floor(sample * 2**20) / 2**20)


def test_uniforms_of_neighbours_are_independent() -> None:
    stream = np.uint64(3)
    grid = np.array([[draws.uniform(stream, car, station, 0) for station in range(40)] for car in range(500)])
    corr = np.corrcoef(grid.T) - np.eye(40)
    assert np.abs(corr).max() < 5 / math.sqrt(500)
    assert abs(grid.mean() - 0.5) < 0.01
