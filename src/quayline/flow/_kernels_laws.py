"""Compiled laws of durations and factors of learning, laid down in tables."""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_draws import (
    CONSTANT,
    EXPONENTIAL,
    LOGNORMAL,
    index_of,
    normal_centre,
    normal_quantile,
    normal_tail,
    on_grid,
    uniform,
)
from quayline.flow._kernels_net import compiled, divides, inlined
from quayline.flow.line._kernels_draws import gamma

GAMMA, WEIBULL, UNIFORM, TRIANGULAR, EMPIRICAL = 3, 4, 5, 6, 7
POWER, APPROACH, TABLE = 0, 1, 2


@compiled
def unit(net, law, key, major, middle, minor):
    """One sample of mean 1 by a law of the tables."""
    p = net.plant[0]
    kind, a = net.i[p.law_kind + law], net.f[p.law_a + law]
    if kind == CONSTANT:
        return 1.0
    u = uniform(key, major, middle, minor)
    if kind == EXPONENTIAL:
        return -math.log(u)
    if kind == LOGNORMAL:
        return math.exp(a * (normal_quantile(u) - 0.5 * a))
    if kind == GAMMA:
        return gamma(a, key, index_of(major, middle, minor)) / a
    first = p.law_values + net.i[p.law_first + law]
    if kind == WEIBULL:  # the value is 1 / Gamma(1 + 1 / k)
        return (-math.log(u)) ** (1.0 / a) * net.f[first]
    if kind == UNIFORM:
        return net.f[first] + u * (net.f[first + 1] - net.f[first])
    if kind == EMPIRICAL:
        num = net.i[p.law_num + law]
        return net.f[first + min(np.int64(u * num), num - 1)]
    low, mode, high = net.f[first], net.f[first + 1], net.f[first + 2]
    if u * (high - low) <= mode - low:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


@inlined
def sample(net, law, mean_s, key, major, middle, minor):
    """One duration on the grid by a law of the tables, with the given mean."""
    return on_grid(mean_s * unit(net, law, key, major, middle, minor))


@divides
def _lognormals(f, out, q, num, sigma, key, car, first, visit):
    """`unit` for the stations first … of a car, all lognormal: the same bits, in loops that become vectors."""
    for k in range(num):
        f[q + k] = uniform(key, car, first + k, visit) - 0.5
    for k in range(num):
        f[out + k] = normal_centre(f[q + k])
    for k in range(num):
        if abs(f[q + k]) > 0.425:
            f[out + k] = normal_tail(f[q + k] + 0.5, f[q + k])
    for k in range(num):
        f[out + k] = math.exp(sigma * (f[out + k] - 0.5 * sigma))


@compiled
def draw_units(net, s, car, slot):
    """Draw the work of a car at all stations of section s on its way in, before it is asked for."""
    p = net.plant[0]
    number, visit = net.i[p.number + car], net.i[p.loops + s.base + car]
    off = p.unit + s.unit_off + slot * s.num
    if s.law >= 0:
        kind = net.i[p.law_kind + s.law]
        if kind == CONSTANT:  # the table begins with ones
            return
        if kind == LOGNORMAL:
            _lognormals(net.f, off, p.scratch, s.num, net.f[p.law_a + s.law],
                        p.key_work, number, s.first, visit)  # fmt: skip
            return
    for k in range(s.num):
        net.f[off + k] = unit(net, net.sta[s.first + k].law, p.key_work, number, s.first + k, visit)


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
