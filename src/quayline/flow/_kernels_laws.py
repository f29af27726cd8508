"""Compiled laws of durations and factors of learning, laid down in tables."""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_draws import draw, index_of, on_grid, uniform
from quayline.flow._kernels_net import compiled, fused
from quayline.flow.line._kernels_draws import gamma

GAMMA, WEIBULL, UNIFORM, TRIANGULAR, EMPIRICAL = 3, 4, 5, 6, 7
POWER, APPROACH, TABLE = 0, 1, 2


@fused
def sample(net, law, mean_s, key, major, middle, minor):
    """One duration on the grid by a law of the tables, with the given mean."""
    p = net.plant[0]
    kind, a = net.i[p.law_kind + law], net.f[p.law_a + law]
    if kind < GAMMA:
        return draw(kind, mean_s, a, key, major, middle, minor)
    return _other(net, kind, a, p.law_values + net.i[p.law_first + law], net.i[p.law_num + law], mean_s, key,
                  index_of(major, middle, minor), uniform(key, major, middle, minor))  # fmt: skip


@compiled
def _other(net, kind, a, first, num, mean_s, key, index, u):
    if kind == GAMMA:
        return on_grid(mean_s * (gamma(a, key, index) / a))
    if kind == WEIBULL:  # the value is 1 / Gamma(1 + 1 / k)
        return on_grid(mean_s * ((-math.log(u)) ** (1.0 / a) * net.f[first]))
    if kind == UNIFORM:
        return on_grid(mean_s * (net.f[first] + u * (net.f[first + 1] - net.f[first])))
    if kind == TRIANGULAR:
        low, mode, high = net.f[first], net.f[first + 1], net.f[first + 2]
        if u * (high - low) <= mode - low:
            return on_grid(mean_s * (low + math.sqrt(u * (high - low) * (mode - low))))
        return on_grid(mean_s * (high - math.sqrt((1.0 - u) * (high - low) * (high - mode))))
    return on_grid(mean_s * net.f[first + min(np.int64(u * num), num - 1)])


@compiled
def factor_of(net, learn, count):
    """The factor on the work of the `count`-th car (from 1) that a learning knows."""
    p = net.plant[0]
    kind, a, b = net.i[p.learn_kind + learn], net.f[p.learn_a + learn], net.f[p.learn_b + learn]
    if kind == POWER:
        return max(1.0, a * math.pow(float(count), b))
    if kind == APPROACH:
        return 1.0 + (a - 1.0) * math.exp(-(count - 1) / b)
    first = net.i[p.learn_first + learn]
    k = first + net.i[p.learn_num + learn] - 1
    while k > first and net.i[p.learn_from + k] > count:
        k -= 1
    return net.f[p.learn_factor + k]


@compiled
def learn_one(net, station, car):
    """Count a car at a station that learns; returns the factor on its work."""
    p = net.plant[0]
    if net.i[p.learn_types + station.learn * p.num_types + net.i[p.car_type + car]] == 0:
        return 1.0
    station.learned += 1
    return factor_of(net, station.learn, station.learned)
