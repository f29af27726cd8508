"""The compiled draws equal their plain twins."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from tests.reference.simpy_words import Draws

from quayline.base.random import key
from quayline.flow import _kernels_draws as draws
from quayline.flow import _kernels_net as net
from quayline.flow._kernels_vector import store


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


def test_uniforms_are_those_of_one_at_a_time() -> None:
    @njit
    def vector(stream: Any, major: int, middle: int, minor: int, out: Any) -> None:
        store(out, 0, draws.uniforms(draws.keyed(stream, major, middle, minor)))

    stream, out = np.uint64(key(7, "flow", "work")), np.zeros(net.WIDTH)
    for index in [(0, 0, 0), (1, 2, 3), (549_999, 130, 1), (2**31 - 1, 2**16 - net.WIDTH, 255)]:
        vector(stream, *index, out)
        assert out.tolist() == [draws.uniform(stream, index[0], index[1] + k, index[2]) for k in range(net.WIDTH)]


def test_uniforms_of_neighbours_are_independent() -> None:
    stream = np.uint64(3)
    grid = np.array([[draws.uniform(stream, car, station, 0) for station in range(40)] for car in range(500)])
    corr = np.corrcoef(grid.T) - np.eye(40)
    assert np.abs(corr).max() < 5 / 500**0.5
    assert abs(grid.mean() - 0.5) < 0.01
